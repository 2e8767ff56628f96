"""What becomes of messages: every word that was told of them."""

from __future__ import annotations

from typing import Any

from recado_events import conversations as told
from recado_events.event import Event

from conversations.domain import private
from conversations.domain.message import FAILURES
from conversations.views.change import Changes, changes, of_conversation

_STATUSES: dict[type[Event], str] = {
    told.MessageSent: "sent",
    told.MessageDelivered: "delivered",
    told.MessageRead: "read",
    told.MessagePlayed: "played",
    told.MessageFailed: "failed",
}


def status_told(event: told.OfMessage, status: str, **values: Any) -> Changes:
    yield of_conversation(event, "status", message_id=event.message_id, status=status, **values)
    if status in FAILURES:
        yield of_conversation(event, "send_failed", message_id=event.message_id)


def _codes(*told: int | None) -> list[int]:
    """Those that columns can hold; the event keeps every number."""
    return [code for code in told if code is not None and -(2**63) <= code < 2**63]


def _register_status(kind: type[Event], status: str) -> None:
    def reported(event: told.OfDelivery, position: int) -> Changes:
        codes = _codes(*[error.code for error in getattr(event, "errors", ())])
        yield from status_told(event, status, occurred_at=event.occurred_at, reason=None, codes=codes)

    changes.register(kind, reported)


for _kind, _word in _STATUSES.items():
    _register_status(_kind, _word)


@changes.register
def _(event: private.AcceptanceNoted, position: int) -> Changes:
    yield from status_told(event, "accepted", occurred_at=event.accepted_at, reason=None, codes=[])
    yield of_conversation(event, "wamid_bound", message_id=event.message_id, wamid_id=event.wamid_id)


@changes.register
def _(event: private.RejectionNoted, position: int) -> Changes:
    codes = _codes(event.meta_code)
    yield from status_told(event, "rejected", occurred_at=event.rejected_at, reason=event.reason, codes=codes)


@changes.register
def _(event: private.UncertaintyNoted, position: int) -> Changes:
    yield from status_told(event, "unknown", occurred_at=event.noted_at, reason=event.reason, codes=[])
