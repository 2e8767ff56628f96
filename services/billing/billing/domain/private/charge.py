"""One message's charge, from the question to its one end."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime
from recado_events.billing import Rated
from recado_events.event import Event, Fact
from recado_events.ids import CustomerId, MessageId, PhoneNumberId, WabaId


class OfChargeStory(Event):
    STREAM: ClassVar[str] = "charge-{message_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    message_id: MessageId


class Place(Fact):
    """Where the message belongs; what of it rating needs."""

    waba_id: WabaId | None
    """None: billing never heard of this number being connected."""
    time_zone: str
    country: str | None
    """Of the recipient."""


class ChargeHeld(OfChargeStory):
    TYPE: ClassVar[str] = "billing.charge-held.v1"
    category: str
    place: Place
    amount: int
    deadline: AwareDatetime
    """The hold ends then, whatever is heard."""
    held_at: AwareDatetime
    TIME: ClassVar[str] = "held_at"


class ChargeRefused(OfChargeStory):
    TYPE: ClassVar[str] = "billing.charge-refused.v1"
    category: str
    reason: str
    refused_at: AwareDatetime


class ReplyNoted(OfChargeStory):
    """A free-form message left: free, or an item of an allowance."""

    TYPE: ClassVar[str] = "billing.reply-noted.v1"
    place: Place
    window_id: MessageId | None
    """The message that opened the window it is an answer in."""
    noted_at: AwareDatetime


class DeadlineMoved(OfChargeStory):
    TYPE: ClassVar[str] = "billing.deadline-moved.v1"
    deadline: AwareDatetime
    why: str
    """unknown_outcome or found_again."""
    moved_at: AwareDatetime
    TIME: ClassVar[str] = "moved_at"


class PricingNoted(OfChargeStory):
    TYPE: ClassVar[str] = "billing.pricing-noted.v1"
    category: str | None
    type: str | None
    noted_at: AwareDatetime


class HoldEnded(OfChargeStory):
    """Without a charge."""

    TYPE: ClassVar[str] = "billing.hold-ended.v1"
    how: str
    """released or expired."""
    reason: str
    ended_at: AwareDatetime


class WindowThen(Fact):
    opened_at: AwareDatetime
    closes_at: AwareDatetime
    by_reply: bool


class Rateable(Fact):
    """All that rating was given, so that any policy can rate the same delivery again. The place is the one at the
    delivery: a number may have moved, or its account's time zone may be another one than when it was asked."""

    template: bool
    category: str
    place: Place
    delivered_at: AwareDatetime
    window: WindowThen | None
    free_entry: bool
    begins: bool
    meta_category: str | None
    meta_type: str | None


class ChargeRated(OfChargeStory):
    """The end of a charge: what it cost."""

    TYPE: ClassVar[str] = "billing.charge-rated.v1"
    rateable: Rateable
    rated: Rated
    evidence: str
    late: bool
    """Its hold had ended before."""
    rated_at: AwareDatetime
    TIME: ClassVar[str] = "rated_at"
