"""A message and what became of it. Facts come in any order and often; what is shown never goes backwards (rule 7)."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from recado_events.conversations import (
    BlockReleased,
    ConflictingRedelivery,
    Echoed,
    Edited,
    MessageDelivered,
    MessageEchoed,
    MessageEdited,
    MessageFailed,
    MessagePlayed,
    MessageRead,
    MessageReceived,
    MessageRefused,
    MessageReleased,
    MessageRequested,
    MessageRevoked,
    MessageSent,
    MessageStatusSeen,
    MessageWithdrawn,
    OfDelivery,
    OfMessage,
    Reacted,
    ReactionReceived,
    ReadReceiptReleased,
    Received,
    Revoked,
)
from recado_events.event import Event, Personal
from recado_events.ids import ConversationId, CustomerId

from conversations.domain.noted import RequestTermsNoted
from conversations.domain.private import AcceptanceNoted, RejectionNoted, UncertaintyNoted
from conversations.domain.private_attachments import AttachmentNoted

RANKS = {"accepted": 1, "sent": 2, "delivered": 3, "read": 4, "played": 5}
STATUS_EVENTS: dict[str, type[OfDelivery]] = {
    "sent": MessageSent,
    "delivered": MessageDelivered,
    "read": MessageRead,
    "played": MessagePlayed,
    "failed": MessageFailed,
}
_SILENT = ("rejected", "unknown", "withdrawn", "refused", "released", "requested")
"""What is shown while Meta has said nothing; the first one there is."""
FAILURES = frozenset({"failed", "rejected", "withdrawn", "refused"})
_Named = Received | Reacted | Edited | Revoked | Echoed
_WORDS = {event: word for word, event in STATUS_EVENTS.items()}


class Message(NamedTuple):
    conversation_id: ConversationId | None = None
    """None: there is no such message."""
    customer_id: CustomerId | None = None
    from_customer: bool = False
    from_business: bool = False
    """Sent from here or from the phone app: Meta tells what becomes of it."""
    wamid: str | None = None
    digest: str | None = None
    """Of what Meta delivered, to tell a redelivery from a conflict."""
    conflicting: bool = False
    facts: frozenset[tuple[str, datetime]] = frozenset()
    """Status words with Meta's times."""
    request: MessageRequested | None = None
    """What waits for its credits; None where nothing does, or no more."""
    terms: RequestTermsNoted | None = None
    blocking: bool | None = None
    """It is no message but asks Meta to block its customer (True) or to unblock them."""
    attachment: str | None = None
    """What became of the customer's file: stored or lost; None while nobody knows, and where there is none."""

    @property
    def exists(self) -> bool:
        return self.conversation_id is not None

    def shown_status(self) -> tuple[str | None, bool]:
        """The status to show, and whether a failure is to be shown beside it."""
        return shown_status({word for word, _ in self.facts})


ABSENT = Message()


def shown_status(words: set[str]) -> tuple[str | None, bool]:
    """`failed` wins only where nothing proves delivery, `read` implies delivered, order of arrival plays no part."""
    furthest = max((word for word in words if word in RANKS), key=RANKS.__getitem__, default=None)
    failed = "failed" in words
    if failed and (furthest is None or RANKS[furthest] < RANKS["delivered"]):
        return "failed", True
    if furthest is None:
        return next((word for word in _SILENT if word in words), None), failed
    return furthest, failed


def is_lost(words: set[str]) -> bool:
    """Whether it did not and, as far as is known, will not reach the customer."""
    return shown_status(words)[0] in FAILURES


def digest_of(personal: Personal | None) -> str | None:
    return None if personal is None else sha256(personal.model_dump_json(exclude={"sender_name"}).encode()).hexdigest()


def evolve(message: Message, event: Event) -> Message:
    match event:
        case MessageReceived():
            return _told_by_meta(event, event.personal, from_customer=True)
        case ReactionReceived() | MessageEdited() | MessageRevoked():
            return _told_by_meta(event, event.personal, from_business=event.by_business)
        case MessageEchoed():
            return _told_by_meta(event, event.personal, from_business=True)
        case OfDelivery():
            word = event.status if isinstance(event, MessageStatusSeen) else _WORDS[type(event)]
            return _told(message, word, event.occurred_at)
    return _evolve_sent(message, event)


def _evolve_sent(message: Message, event: Event) -> Message:
    match event:
        case MessageRequested():
            return Message(event.conversation_id, event.customer_id, request=event)
        case RequestTermsNoted():
            return message._replace(terms=event)
        case MessageWithdrawn() | MessageRefused():
            return Message(event.conversation_id, event.customer_id)
        case MessageReleased() | ReadReceiptReleased():
            return Message(event.conversation_id, event.customer_id, from_business=True)
        case BlockReleased():
            return Message(event.conversation_id, event.customer_id, from_business=True, blocking=event.blocked)
        case ConflictingRedelivery():
            return message._replace(conflicting=True)
        case AcceptanceNoted():
            wamid = event.personal.wamid if event.personal else None
            return _told(message, "accepted", event.accepted_at)._replace(wamid=wamid or message.wamid)
        case RejectionNoted():
            return _told(message, "rejected", event.rejected_at)
        case AttachmentNoted():
            return message._replace(attachment=event.state)
        case UncertaintyNoted():
            return _told(message, "unknown", event.noted_at)
    return message


def _told_by_meta(
    event: OfMessage, personal: _Named | None, *, from_customer: bool = False, from_business: bool = False
) -> Message:
    return Message(
        conversation_id=event.conversation_id,
        customer_id=event.customer_id,
        from_customer=from_customer,
        from_business=from_business,
        wamid=personal.wamid if personal else None,
        digest=digest_of(personal),
    )


def _told(message: Message, word: str, at: datetime) -> Message:
    return message._replace(facts=message.facts | {(word, at)})
