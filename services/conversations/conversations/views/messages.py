"""Messages, their statuses, and what is said about them later."""

from __future__ import annotations

from typing import Any

from recado_events import conversations as told
from recado_events.event import Event

from conversations.domain import private
from conversations.views.change import Change, Changes, changes, of_conversation

_STATUS_COLUMNS: dict[type[Event], str] = {
    told.MessageSent: "sent",
    told.MessageDelivered: "delivered",
    told.MessageRead: "read",
    told.MessagePlayed: "played",
    told.MessageFailed: "failed",
}


def _message(event: told.OfMessage, **values: Any) -> Change:
    usual = {"source_ordinal": 0, "reply_to": None, "target_id": None, "sent_by": None, "wamid_id": None,
             "send_by": None, "forwarded": False}  # fmt: skip
    return of_conversation(event, "message", message_id=event.message_id, **{**usual, **values})


def _content(personal: Any) -> bytes | None:
    return None if personal is None else personal.content.model_dump_json().encode()


@changes.register
def _(event: told.MessageReceived, position: int) -> Changes:
    yield _message(
        event,
        direction="in",
        kind=event.kind,
        content=_content(event.personal),
        occurred_at=event.occurred_at,
        source_ordinal=event.source_ordinal,
        position=position,
        reply_to=event.reply_to,
        wamid_id=event.message_id,
        forwarded=event.forwarded,
    )
    yield of_conversation(event, "last_message", occurred_at=event.occurred_at, inbound=True)


@changes.register
def _(event: told.MessageEchoed, position: int) -> Changes:
    yield _message(
        event,
        direction="app",
        kind=event.kind,
        content=_content(event.personal),
        occurred_at=event.occurred_at,
        source_ordinal=event.source_ordinal,
        position=position,
        reply_to=event.reply_to,
        wamid_id=event.message_id,
    )
    yield of_conversation(event, "last_message", occurred_at=event.occurred_at, inbound=False)


def _decided(event: told.OfMessage) -> Change:
    """It waits for nobody any more."""
    return of_conversation(event, "decided", message_id=event.message_id)


def _reaction(event: told.OfMessage, **values: Any) -> Change:
    return of_conversation(event, "reaction", message_id=event.message_id, **values)


@changes.register
def _(event: told.MessageRequested, position: int) -> Changes:
    """It is shown from here on, by what becomes of it."""
    yield _message(
        event,
        direction="out",
        kind=event.kind,
        content=_content(event.personal),
        occurred_at=event.requested_at,
        position=position,
        sent_by=event.requested_by,
        send_by=event.send_by,
    )
    yield of_conversation(event, "last_message", occurred_at=event.requested_at, inbound=False)
    yield _status(event, "requested", occurred_at=event.requested_at, reason=None, codes=[])
    yield of_conversation(event, "request", message_id=event.message_id, send_by=event.send_by)


@changes.register
def _(event: told.MessageWithdrawn, position: int) -> Changes:
    yield _status(event, "withdrawn", occurred_at=event.withdrawn_at, reason=event.reason, codes=[])
    yield _decided(event)


@changes.register
def _(event: told.MessageRefused, position: int) -> Changes:
    yield _status(event, "refused", occurred_at=event.refused_at, reason=event.reason, codes=[])
    yield _decided(event)


@changes.register
def _(event: told.MessageReleased, position: int) -> Changes:
    if event.template is not None:
        yield _status(event, "released", occurred_at=event.released_at, reason=None, codes=[])
        yield _decided(event)
        return
    if event.target_id is not None:
        yield _reaction(
            event,
            target_id=event.target_id,
            side="business",
            emoji=getattr(event.personal.content, "emoji", None) if event.personal else None,
            occurred_at=event.released_at,
            position=position,
        )
    yield _message(
        event,
        direction="out",
        kind=event.kind,
        content=_content(event.personal),
        occurred_at=event.released_at,
        position=position,
        reply_to=event.reply_to,
        target_id=event.target_id,
        sent_by=event.released_by,
        send_by=event.send_by,
    )
    if event.target_id is None:
        yield of_conversation(event, "last_message", occurred_at=event.released_at, inbound=False)


@changes.register
def _(event: told.ReactionReceived, position: int) -> Changes:
    yield _reaction(
        event,
        target_id=event.target_id,
        side="business" if event.by_business else "customer",
        emoji=event.personal.emoji if event.personal else None,
        occurred_at=event.occurred_at,
        position=position,
    )


@changes.register
def _(event: told.MessageEdited, position: int) -> Changes:
    yield of_conversation(
        event,
        "edit",
        target_id=event.target_id,
        content=_content(event.personal),
        occurred_at=event.occurred_at,
    )


@changes.register
def _(event: told.MessageRevoked, position: int) -> Changes:
    yield of_conversation(event, "revocation", target_id=event.target_id, occurred_at=event.occurred_at)


def _status(event: told.OfMessage, status: str, **values: Any) -> Change:
    return of_conversation(event, "status", message_id=event.message_id, status=status, **values)


def _codes(*told: int | None) -> list[int]:
    """Those that columns can hold; the event keeps every number."""
    return [code for code in told if code is not None and -(2**63) <= code < 2**63]


def _register_status(kind: type[Event], status: str) -> None:
    def reported(event: told.OfDelivery, position: int) -> Changes:
        codes = _codes(*[error.code for error in getattr(event, "errors", ())])
        yield _status(event, status, occurred_at=event.occurred_at, reason=None, codes=codes)

    changes.register(kind, reported)


for _kind, _word in _STATUS_COLUMNS.items():
    _register_status(_kind, _word)


@changes.register
def _(event: private.AcceptanceNoted, position: int) -> Changes:
    yield _status(event, "accepted", occurred_at=event.accepted_at, reason=None, codes=[])
    yield of_conversation(event, "wamid_bound", message_id=event.message_id, wamid_id=event.wamid_id)


@changes.register
def _(event: private.RejectionNoted, position: int) -> Changes:
    codes = _codes(event.meta_code)
    yield _status(event, "rejected", occurred_at=event.rejected_at, reason=event.reason, codes=codes)


@changes.register
def _(event: private.UncertaintyNoted, position: int) -> Changes:
    yield _status(event, "unknown", occurred_at=event.noted_at, reason=event.reason, codes=[])
