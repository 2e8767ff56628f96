"""What billing knows of one customer at one business number."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime, Field
from recado_events.billing import OfDealings
from recado_events.event import Fact
from recado_events.ids import CustomerId, MessageId


class WindowNoted(OfDealings):
    """A window opened or goes on; `window_id` is the message that opened it."""

    TYPE: ClassVar[str] = "billing.window-noted.v1"
    window_id: MessageId
    opened_at: AwareDatetime
    closes_at: AwareDatetime
    by_reply: bool
    noted_at: AwareDatetime
    TIME: ClassVar[str] = "noted_at"


class WindowCounted(OfDealings):
    """The conversation that the customer began with this window was counted."""

    TYPE: ClassVar[str] = "billing.window-counted.v1"
    window_id: MessageId
    counted_at: AwareDatetime


class OutreachNoted(OfDealings):
    """The business wrote first: a template was released, or delivered."""

    TYPE: ClassVar[str] = "billing.outreach-noted.v1"
    message_id: MessageId
    at: AwareDatetime
    noted_at: AwareDatetime
    TIME: ClassVar[str] = "noted_at"


class OutreachEnded(OfDealings):
    """It never reached the customer."""

    TYPE: ClassVar[str] = "billing.outreach-ended.v1"
    message_id: MessageId
    ended_at: AwareDatetime


class AdNoted(OfDealings):
    TYPE: ClassVar[str] = "billing.ad-noted.v1"
    came_at: AwareDatetime


class ConversationStarted(OfDealings):
    """The first delivery of a business-initiated conversation of this category."""

    TYPE: ClassVar[str] = "billing.conversation-started.v1"
    category: str
    started_at: AwareDatetime


class WindowKept(Fact):
    window_id: MessageId
    opened_at: AwareDatetime
    closes_at: AwareDatetime
    by_reply: bool
    counted: bool


class CustomersJoined(OfDealings):
    """`merged_id` was this customer all along: what was open there is open here."""

    TYPE: ClassVar[str] = "billing.customers-joined.v1"
    merged_id: CustomerId
    started: dict[str, AwareDatetime]
    """Category → first delivery."""
    came_from_ad_at: AwareDatetime | None
    free_from: AwareDatetime | None
    free_until: AwareDatetime | None
    windows: tuple[WindowKept, ...] = ()
    outreach: dict[MessageId, AwareDatetime] = Field(default={})
    joined_at: AwareDatetime
    TIME: ClassVar[str] = "joined_at"


class DealingsMoved(OfDealings):
    """This customer was `survivor_id` all along: whatever comes for this one is noted there."""

    TYPE: ClassVar[str] = "billing.dealings-moved.v1"
    survivor_id: CustomerId
    moved_at: AwareDatetime
