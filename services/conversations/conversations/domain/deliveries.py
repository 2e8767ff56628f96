"""What Meta and the gateway say became of a message: every fact kept, orphans joined when their message is known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from recado_events.conversations import FailureDetails, MarketingStopped, MessageFailed, MessageStatusSeen
from recado_events.event import Event
from recado_events.ids import MessageId

from conversations.commands import Arrival, NoteOutcome, RecordStatus
from conversations.domain.customer import Customer
from conversations.domain.message import STATUS_EVENTS, Message
from conversations.domain.places import CustomerPlace
from conversations.domain.private import (
    AcceptanceNoted,
    BoundTo,
    RejectionNoted,
    StatusOfUnknownMessage,
    UncertaintyNoted,
    WamidBound,
)
from conversations.domain.wamid import Wamid

MARKETING_STOPPED_CODE = 131050
Told = RecordStatus | StatusOfUnknownMessage
"""A status as a webhook tells it now, or as an orphan kept it."""


def record_status(command: RecordStatus, message_id: MessageId | None, message: Message, wamid: Wamid) -> list[Event]:
    """`message` is the one that the tag or the wamid names, if any; else the status is an orphan."""
    if message_id is None or not message.from_business:
        return _orphan(command, wamid)
    facts = bind(command, command.wamid_id, message_id, message, wamid)
    known = message.facts | {(orphan.status, orphan.occurred_at) for orphan in wamid.orphans if facts}
    if (command.status, command.occurred_at) in known:
        return facts
    joined_by = "tag" if command.tagged_id == message_id else "wamid"
    return [*facts, _fact(command, message_id, message, joined_by)]


def tells_of_no_marketing(command: RecordStatus | NoteOutcome) -> bool:
    if isinstance(command, NoteOutcome):
        return command.meta_code == MARKETING_STOPPED_CODE
    return any(error.code == MARKETING_STOPPED_CODE for error in command.errors)


def stop_marketing(command: RecordStatus | NoteOutcome, customer: Customer, place: CustomerPlace) -> list[Event]:
    """Meta's 131050 says the customer wanted no marketing then, as a preference would (rule 38): a newer wish holds,
    of two at the same time the one for none."""
    if not tells_of_no_marketing(command) or _is_older(command.occurred_at, customer):
        return []
    return [MarketingStopped(**place, evidence=str(MARKETING_STOPPED_CODE), stopped_at=command.occurred_at)]


def _is_older(at: datetime, customer: Customer) -> bool:
    told_at = customer.marketing_told_at
    return told_at is not None and (at, True) <= (told_at, customer.marketing_stopped)


def _orphan(command: RecordStatus, wamid: Wamid) -> list[Event]:
    if any((known.status, known.occurred_at) == (command.status, command.occurred_at) for known in wamid.orphans):
        return []
    return [
        StatusOfUnknownMessage(
            organisation_id=command.organisation_id,
            phone_number_id=command.phone_number_id,
            wamid_id=command.wamid_id,
            status=command.status,
            occurred_at=command.occurred_at,
            received_at=command.now,
            pricing=command.pricing,
            errors=command.errors,
            personal=_words(command),
        )
    ]


def _words(told: Told) -> FailureDetails | None:
    """Meta's own words, which may name anything: they stand where personal data does."""
    if isinstance(told, StatusOfUnknownMessage):
        return told.personal
    return FailureDetails(details=told.details) if any(told.details) else None


def bind(
    command: RecordStatus | NoteOutcome | Arrival,
    wamid_id: MessageId,
    message_id: MessageId,
    message: Message,
    wamid: Wamid,
) -> list[Event]:
    """Ties a wamid to its message and lets the statuses that came first join it."""
    if wamid.message_id is not None:
        return []
    bound = WamidBound(
        organisation_id=command.organisation_id,
        phone_number_id=command.phone_number_id,
        wamid_id=wamid_id,
        message_id=message_id,
        bound_at=command.now,
    )
    waiting = [orphan for orphan in wamid.orphans if (orphan.status, orphan.occurred_at) not in message.facts]
    return [bound, *(_fact(orphan, message_id, message, "wamid") for orphan in waiting)]


def _fact(told: Told, message_id: MessageId, message: Message, joined_by: str) -> Event:
    common: dict[str, Any] = {
        "organisation_id": told.organisation_id,
        "phone_number_id": told.phone_number_id,
        "customer_id": message.customer_id,
        "conversation_id": message.conversation_id,
        "message_id": message_id,
        "joined_by": joined_by,
        "occurred_at": told.occurred_at,
        "received_at": told.now if isinstance(told, RecordStatus) else told.received_at,
        "pricing": told.pricing,
    }
    kind = STATUS_EVENTS.get(told.status)
    if kind is None:
        return MessageStatusSeen(**common, status=told.status)
    if kind is MessageFailed:
        return MessageFailed(**common, errors=told.errors, personal=_words(told))
    return kind(**common)


def note_outcome(command: NoteOutcome, message: Message, wamid: Wamid, place: CustomerPlace) -> list[Event]:
    """What the gateway told of the call to Meta."""
    words = {word for word, _ in message.facts}
    if not message.exists or message.conversation_id is None:
        return []
    where: dict[str, Any] = {**place, "conversation_id": message.conversation_id, "message_id": command.message_id}
    if command.outcome == "rejected":
        told = RejectionNoted(
            **where,
            reason=command.reason or "graph",
            meta_code=command.meta_code,
            rejected_at=command.occurred_at,
        )
        return [] if "rejected" in words else [told]
    if command.outcome == "unknown":
        unsure = UncertaintyNoted(**where, reason=command.reason or "unknown", noted_at=command.occurred_at)
        return [] if words & {"unknown", "accepted"} else [unsure]
    facts: list[Event] = []
    if "accepted" not in words:
        facts.append(
            AcceptanceNoted(
                **where,
                wamid_id=command.wamid_id,
                accepted_at=command.occurred_at,
                personal=BoundTo(wamid=command.wamid),
            )
        )
    if command.wamid_id is not None:
        facts += bind(command, command.wamid_id, command.message_id, message, wamid)
    return facts
