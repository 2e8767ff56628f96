"""Webhooks of Meta about templates, as words. Meta's contract leaves nothing to rely on but the id and the name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from recado_chassis.service import Unreadable
from recado_events.ids import OrganisationId, WabaId
from recado_events.inbound import InboundUpdate
from recado_events.meta_templates import MetaContent
from recado_events.templates import TemplateButton

from templates.commands import HearWords
from templates.domain.languages import as_meta_writes

_MILLISECONDS = 100_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING = {"NONE", ""}
_LONGEST = 5_000

Json = Mapping[str, Any]


def words_of(update: InboundUpdate) -> HearWords | None:
    """None for fields that are not about templates. Raises Unreadable where nobody can say which template is meant."""
    told = _TOLD.get(update.field)
    if told is None or update.organisation_id is None:
        return None
    value = update.update
    if not isinstance(value, dict):
        raise Unreadable("the value is no object")
    return HearWords(**_about(update.organisation_id, update, value), evidence="webhook", **told(value))


def _about(organisation_id: OrganisationId, update: InboundUpdate, value: Json) -> dict[str, Any]:
    meta_id, name = _id(value.get("message_template_id")), _text(value.get("message_template_name"))
    language = _text(value.get("message_template_language"))
    if meta_id is None and (name is None or language is None):
        raise Unreadable("it names no template")
    return {
        "organisation_id": organisation_id,
        "waba_id": WabaId(update.waba_id),
        "meta_template_id": meta_id,
        "name": name or "",
        "language": as_meta_writes(language or ""),
        "at": _moment(update),
    }


def _moment(update: InboundUpdate) -> datetime:
    """When Meta said it, in whole seconds; what cannot be, or is to come, was said when it came."""
    received = _EPOCH + timedelta(microseconds=update.received_at)
    told = update.entry_time or 0
    seconds = told / 1000 if told > _MILLISECONDS else told
    if not 0 < seconds <= received.timestamp():
        return received.replace(microsecond=0)
    return (_EPOCH + timedelta(seconds=seconds)).replace(microsecond=0)


def _status(value: Json) -> dict[str, Any]:
    event, reason = _word(value.get("event")), _word(value.get("reason"))
    other = value.get("other_info")
    title = _word(other.get("title")) if isinstance(other, dict) else None
    return {
        "status": event,
        "reason": title if reason is None else reason,
        "category": _word(value.get("message_template_category")),
    }


def _quality(value: Json) -> dict[str, Any]:
    return {"quality": _word(value.get("new_quality_score"))}


def _category(value: Json) -> dict[str, Any]:
    """Of one that is announced, `new_category` is still the present one."""
    return {"category": _word(value.get("new_category"))}


def _components(value: Json) -> dict[str, Any]:
    body = _text(value.get("message_template_element"))
    if body is None:
        return {}
    listed = value.get("message_template_buttons")
    buttons = tuple(_button(each) for each in listed if isinstance(each, dict)) if isinstance(listed, list) else ()
    header, footer = _text(value.get("message_template_title")), _text(value.get("message_template_footer"))
    return {"content": MetaContent(header=header, body=body, footer=footer, buttons=buttons)}


def _button(told: Json) -> TemplateButton:
    def member(name: str) -> str | None:
        return _text(told.get(f"message_template_button_{name}"))

    return TemplateButton(
        kind=(member("type") or "unknown").lower(),
        text=member("text"),
        url=member("url"),
        phone_number=member("phone_number"),
    )


_TOLD: Mapping[str, Callable[[Json], dict[str, Any]]] = {
    "message_template_status_update": _status,
    "message_template_quality_update": _quality,
    "template_category_update": _category,
    "message_template_components_update": _components,
}


def _id(value: Any) -> str | None:
    """A number in webhooks, a text elsewhere."""
    text = str(value) if type(value) is int else value
    return text if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 20 else None


def _text(value: Any) -> str | None:
    if not isinstance(value, str) or not value or "\0" in value or len(value) > _LONGEST:
        return None
    return value.encode("utf-8", "replace").decode()


def _word(value: Any) -> str | None:
    """Meta's words in capitals; `NONE` says nothing."""
    text = (_text(value) or "").strip().upper()[:100]
    return None if text in _NOTHING else text
