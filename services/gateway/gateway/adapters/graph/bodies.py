"""What is said to Meta, as its messages endpoint reads it."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from recado_events.content import (
    OutgoingMedia,
    OutgoingReaction,
    OutgoingTemplate,
    OutgoingText,
    ReadReceipt,
    TemplateParameter,
)
from recado_events.conversations import Released


def message_body(released: Released, tag: str, media_id: str | None = None) -> dict[str, Any]:
    """The JSON body of one send; `media_id` is Meta's of the file that it sends. Raises
    ValueError for a kind that cannot be sent; the rules let none come so far."""
    content = released.content
    match content:
        case ReadReceipt():
            typing = {"typing_indicator": {"type": "text"}} if content.typing else {}
            return {"messaging_product": "whatsapp", "status": "read", "message_id": content.target_wamid, **typing}
        case OutgoingText():
            told: dict[str, Any] = {"type": "text", "text": {"body": content.body, "preview_url": content.preview_url}}
        case OutgoingReaction():
            told = {"type": "reaction", "reaction": {"message_id": content.target_wamid, "emoji": content.emoji}}
        case OutgoingTemplate():
            told = {"type": "template", "template": _template(content)}
        case OutgoingMedia() if media_id is not None:
            told = {"type": content.kind, content.kind: _file(content, media_id)}
        case _:
            raise ValueError("this kind of content cannot be sent")
    quoted = {"context": {"message_id": released.context_wamid}} if released.context_wamid else {}
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_recipient(released),
        **told,
        **quoted,
        "biz_opaque_callback_data": tag,
    }


def _file(content: OutgoingMedia, media_id: str) -> dict[str, str]:
    """Only documents show a name, and audio shows no caption."""
    named = {"filename": content.filename} if content.kind == "document" else {}
    said = {"caption": content.caption} if content.caption and content.kind != "audio" else {}
    return {"id": media_id, **named, **said}


_BUTTONS = {"text": "url", "payload": "quick_reply", "coupon_code": "copy_code"}


def _template(content: OutgoingTemplate) -> dict[str, Any]:
    """By name and language; Meta has the text, and takes the values in the order of their places."""

    def place(parameter: TemplateParameter) -> tuple[str, int]:
        return parameter.component, parameter.index if parameter.component == "button" else 0

    given = sorted(content.parameters, key=lambda each: (_COMPONENTS.index(each.component), each.index))
    components = [_component(*at, list(values)) for at, values in groupby(given, key=place)]
    return {"name": content.name, "language": {"code": content.language}, "components": components}


_COMPONENTS = ("header", "body", "button")


def _component(kind: str, index: int, values: list[TemplateParameter]) -> dict[str, Any]:
    parameters = [_parameter(value) for value in values]
    if kind != "button":
        return {"type": kind, "parameters": parameters}
    return {"type": kind, "sub_type": _BUTTONS[values[0].kind], "index": str(index), "parameters": parameters}


def _parameter(value: TemplateParameter) -> dict[str, str]:
    named = {} if value.name is None else {"parameter_name": value.name}
    return {"type": value.kind, **named, value.kind: value.value}


def _recipient(released: Released) -> dict[str, str]:
    """Without `+` Meta may take digits for a number of the business's own country."""
    to = released.recipient
    if to.wa_id:
        return {"to": f"+{to.wa_id.removeprefix('+')}"}
    return {"recipient": to.user_id or ""}
