"""What Meta sent, in the examples of inbound records: shapes as Meta documents them, people and texts invented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recado_events.contracts import story as s

_SECONDS = str(int(s.START.timestamp()))
_CONTACT = {"profile": {"name": s.CLARA_NAME}, "wa_id": s.CLARA_WA_ID, "user_id": s.CLARA_USER_ID}
_METADATA = {"display_phone_number": s.AURORA_NUMBER, "phone_number_id": s.PHONE_NUMBER}


def _update(field: str, update: Any, **more: Any) -> dict[str, Any]:
    return {
        "organisation_id": s.ORGANISATION,
        "waba_id": s.WABA,
        "phone_number_id": s.PHONE_NUMBER,
        "field": field,
        "metadata": _METADATA,
        "update": update,
        **more,
    }


_MESSAGE = {
    "from": s.CLARA_WA_ID,
    "from_user_id": s.CLARA_USER_ID,
    "id": s.QUESTION_WAMID,
    "timestamp": _SECONDS,
    "type": "text",
    "text": {"body": s.QUESTION_TEXT},
}
_STATUS = {
    "id": s.ANSWER_WAMID,
    "status": "delivered",
    "timestamp": _SECONDS,
    "recipient_id": s.CLARA_WA_ID,
    "pricing": {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"},
}
_ECHO = {
    "from": s.AURORA_NUMBER,
    "to": s.CLARA_WA_ID,
    "id": s.ECHO_WAMID,
    "timestamp": _SECONDS,
    "type": "text",
    "text": {"body": s.ECHO_TEXT},
}
_PREFERENCE = {
    "wa_id": s.CLARA_WA_ID,
    "detail": "User requested to stop marketing messages",
    "category": "marketing_messages",
    "value": "stop",
    "timestamp": int(_SECONDS),
}
_HISTORY = {
    "metadata": {"phase": 0, "chunk_order": 1, "progress": 55},
    "threads": [
        {"id": s.CLARA_WA_ID, "messages": [{**_MESSAGE, "history_context": {"status": "READ"}}]},
    ],
}
_ERROR = {
    "code": 130429,
    "title": "Rate limit hit",
    "message": "Rate limit hit",
    "error_data": {"details": "Message failed to send because there were too many messages sent from this number."},
}
_ACCOUNT = {"phone_number": s.AURORA_NUMBER, "event": "ACCOUNT_RESTRICTION"}

RAW_UPDATES: Mapping[str, Mapping[str, Any]] = {
    "inbound.message.v1": _update("messages", _MESSAGE, contacts=(_CONTACT,)),
    "inbound.status.v1": _update("messages", _STATUS, contacts=(_CONTACT,)),
    "inbound.echo.v1": _update("smb_message_echoes", _ECHO, contacts=({"wa_id": s.CLARA_WA_ID},)),
    "inbound.preference.v1": _update("user_preferences", _PREFERENCE, contacts=({"wa_id": s.CLARA_WA_ID},)),
    "inbound.history.v1": _update("history", _HISTORY),
    "inbound.error.v1": _update("messages", _ERROR),
    "inbound.field.v1": _update(
        "account_update", _ACCOUNT, phone_number_id=None, metadata=None, entry_time=int(_SECONDS)
    ),
}
"""By type. `received_at` and `ordinal` are given where the example is made."""

QUARANTINED: Mapping[str, Mapping[str, Any]] = {
    "inbound.message.v1": {**RAW_UPDATES["inbound.message.v1"], "organisation_id": None},
}
"""For a number nobody here serves."""
