"""What is said to Meta, as its messages endpoint reads it."""

from __future__ import annotations

from typing import Any

from recado_events.content import OutgoingReaction, OutgoingText, ReadReceipt
from recado_events.conversations import Released


def message_body(released: Released, tag: str) -> dict[str, Any]:
    """The JSON body of one send. Raises ValueError for a kind that cannot be sent; the rules let none come so far."""
    content = released.content
    match content:
        case ReadReceipt():
            return {"messaging_product": "whatsapp", "status": "read", "message_id": content.target_wamid}
        case OutgoingText():
            told: dict[str, Any] = {"type": "text", "text": {"body": content.body, "preview_url": content.preview_url}}
        case OutgoingReaction():
            told = {"type": "reaction", "reaction": {"message_id": content.target_wamid, "emoji": content.emoji}}
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


def _recipient(released: Released) -> dict[str, str]:
    """Without `+` Meta may take digits for a number of the business's own country."""
    to = released.recipient
    if to.wa_id:
        return {"to": f"+{to.wa_id.removeprefix('+')}"}
    return {"recipient": to.user_id or ""}
