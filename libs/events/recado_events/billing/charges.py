"""What messages cost: credits reserved before they leave, posted once they are delivered, or released."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.billing.wallet import OfWallet, Posting
from recado_events.event import Fact
from recado_events.ids import CustomerId, MessageId, PhoneNumberId, WabaId


class OfCharge(OfWallet):
    """About one message. Without personal data: the ledger outlives everything."""

    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    message_id: MessageId


class Rated(Fact):
    """How a message was rated: what it costs, and why."""

    policy: str
    """R1, R2 or R3."""
    rate_card: str | None = None
    """The card's name; None where no price was looked up."""
    market: str | None = None
    """The row that priced it: a country (ISO 3166 alpha-2), a region, or rest_of_world."""
    category: str
    """marketing, utility, authentication, service …, as it was priced."""
    price: int
    """The card's, micro-US$; 0 where none was looked up."""
    amount: int
    """What the message costs, micro-US$."""
    reason: str
    """Why: conversation_opened, conversation_open, reply_window, free_entry_point, delivered_template, service_window,
    within_allowance, beyond_allowance, free_reply, or told_free (Meta said so)."""


class CreditsReserved(OfCharge):
    """The message may leave: `amount` is held for it until it is posted or released. It may be zero."""

    TYPE: ClassVar[str] = "billing.credits-reserved.v1"
    amount: int
    category: str
    postings: tuple[Posting, ...] = ()
    reserved_at: AwareDatetime


class ReservationRefused(OfCharge):
    """The message may not leave."""

    TYPE: ClassVar[str] = "billing.reservation-refused.v1"
    reason: str
    """insufficient_credits, frozen (the edition has no WhatsApp) or unpriced (no price is known)."""
    needed: int | None = None
    available: int | None = None
    refused_at: AwareDatetime


class ChargePosted(OfCharge):
    """Delivered or read, and charged: once, for ever. What was held and is not needed is available again."""

    TYPE: ClassVar[str] = "billing.charge-posted.v1"
    rated: Rated
    held: int
    """What was held for it; 0 for a service message."""
    evidence: str
    """delivered or read: the status that came first."""
    delivered_at: AwareDatetime
    """By Meta's clock."""
    postings: tuple[Posting, ...] = ()
    posted_at: AwareDatetime
    TIME: ClassVar[str] = "posted_at"


class HoldReleased(OfCharge):
    """It was not delivered and will not be: what was held is available again."""

    TYPE: ClassVar[str] = "billing.hold-released.v1"
    amount: int
    reason: str
    """rejected (by the gateway or by Meta), failed (a status) or withdrawn (by conversations)."""
    postings: tuple[Posting, ...] = ()
    released_at: AwareDatetime


class HoldExpired(OfCharge):
    """Nobody said what became of the message in time: what was held is available again."""

    TYPE: ClassVar[str] = "billing.hold-expired.v1"
    amount: int
    reason: str
    """unknown_outcome (24 h after the gateway lost sight of it) or time_to_live."""
    postings: tuple[Posting, ...] = ()
    expired_at: AwareDatetime


class LateChargeRecorded(OfCharge):
    """Delivered after its hold had ended: the organisation owes it, and what is available stays."""

    TYPE: ClassVar[str] = "billing.late-charge-recorded.v1"
    rated: Rated
    evidence: str
    delivered_at: AwareDatetime
    postings: tuple[Posting, ...] = ()
    recorded_at: AwareDatetime
    TIME: ClassVar[str] = "recorded_at"


class RatingDiscrepancyFound(OfCharge):
    """Meta's `pricing` says something else than our own rating."""

    TYPE: ClassVar[str] = "billing.rating-discrepancy-found.v1"
    expected: Rated
    """Ours, by the category and the window as we knew them."""
    rated: Rated
    """As it stands: Meta's word counts if it came before the charge was posted, else the charge stays as it was."""
    meta_category: str | None = None
    meta_type: str | None = None
    difference: int
    """What Meta's word makes of the amount beside ours, micro-US$."""
    applied: bool
    """Whether the charge follows Meta's word."""
    found_at: AwareDatetime


class FreeConversationCounted(OfCharge):
    """The business answered a customer who began: one of the month's free conversations."""

    TYPE: ClassVar[str] = "billing.free-conversation-counted.v1"
    waba_id: WabaId
    month: str
    """YYYY-MM in the WABA's time zone."""
    ordinal: int
    """The how manieth of this month."""
    allowance: int
    worth: int
    """What it would have cost beyond the allowance, micro-US$."""
    postings: tuple[Posting, ...] = ()
    counted_at: AwareDatetime


class FreeMessageCounted(OfCharge):
    """A service message within the month's allowance of its number (policy R3)."""

    TYPE: ClassVar[str] = "billing.free-message-counted.v1"
    month: str
    ordinal: int
    allowance: int
    worth: int
    postings: tuple[Posting, ...] = ()
    counted_at: AwareDatetime
