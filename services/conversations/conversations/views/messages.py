"""Messages, and what is said about them later."""

from __future__ import annotations

from typing import Any

from recado_events import conversations as told
from recado_events.trigrams import marked

from conversations.domain.meta_content import learnt
from conversations.views.change import Change, Changes, changes, of_conversation
from conversations.views.searched import searched
from conversations.views.statuses import status_told


def _message(event: told.OfMessage, **values: Any) -> Change:
    usual = {"source_ordinal": 0, "reply_to": None, "target_id": None, "sent_by": None, "wamid_id": None,
             "send_by": None, "forwarded": False, "whence": None}  # fmt: skip
    return of_conversation(event, "message", message_id=event.message_id, **{**usual, **values})


def _words(event: told.OfMessage) -> str:
    """Of its content, marked, with a space between."""
    personal = getattr(event, "personal", None)
    return "" if personal is None else " ".join(marked(event.organisation_id, searched(learnt(personal.content))))


def _text(event: told.OfMessage) -> Changes:
    """What it is found by, where there is anything."""
    if words := _words(event):
        yield of_conversation(event, "text", message_id=event.message_id, words=words)


def _content(personal: Any) -> bytes | None:
    return None if personal is None else learnt(personal.content).model_dump_json().encode()


def _kind(event: told.MessageReceived | told.MessageEchoed) -> str:
    """As this release reads it."""
    return event.kind if event.personal is None else learnt(event.personal.content).kind


def _whence(personal: told.Received | None) -> bytes | None:
    """The ad or the product of a catalogue that the customer wrote about."""
    if personal is None or (personal.referral is None and personal.referred_product is None):
        return None
    return personal.model_dump_json(include={"referral", "referred_product"}).encode()


@changes.register
def _(event: told.MessageReceived, position: int) -> Changes:
    yield _message(
        event,
        direction="in",
        kind=_kind(event),
        content=_content(event.personal),
        occurred_at=event.occurred_at,
        source_ordinal=event.source_ordinal,
        position=position,
        reply_to=event.reply_to,
        wamid_id=event.message_id,
        forwarded=event.forwarded,
        whence=_whence(event.personal),
    )
    yield from _text(event)
    yield of_conversation(event, "last_message", occurred_at=event.occurred_at, inbound=True)


@changes.register
def _(event: told.MessageEchoed, position: int) -> Changes:
    yield _message(
        event,
        direction="app",
        kind=_kind(event),
        content=_content(event.personal),
        occurred_at=event.occurred_at,
        source_ordinal=event.source_ordinal,
        position=position,
        reply_to=event.reply_to,
        wamid_id=event.message_id,
    )
    yield from _text(event)
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
    yield from _text(event)
    yield of_conversation(event, "last_message", occurred_at=event.requested_at, inbound=False)
    yield from status_told(event, "requested", occurred_at=event.requested_at, reason=None, codes=[])
    yield of_conversation(event, "request", message_id=event.message_id, send_by=event.send_by)


@changes.register
def _(event: told.MessageWithdrawn, position: int) -> Changes:
    yield from status_told(event, "withdrawn", occurred_at=event.withdrawn_at, reason=event.reason, codes=[])
    yield _decided(event)


@changes.register
def _(event: told.MessageRefused, position: int) -> Changes:
    yield from status_told(event, "refused", occurred_at=event.refused_at, reason=event.reason, codes=[])
    yield _decided(event)


@changes.register
def _(event: told.MessageReleased, position: int) -> Changes:
    if event.template is not None:
        yield from status_told(event, "released", occurred_at=event.released_at, reason=None, codes=[])
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
        yield from _text(event)
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
        words=_words(event),
        occurred_at=event.occurred_at,
    )


@changes.register
def _(event: told.MessageRevoked, position: int) -> Changes:
    yield of_conversation(event, "revocation", target_id=event.target_id, occurred_at=event.occurred_at)
