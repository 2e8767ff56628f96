"""What billing knows of a customer: windows, who began, free entry, conversations that the business began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

from recado_events.billing import FreeEntryOpened
from recado_events.event import Event
from recado_events.ids import CustomerId, MessageId

from billing.domain import windows
from billing.domain.private import (
    AdNoted,
    ConversationStarted,
    CustomersJoined,
    DealingsMoved,
    OutreachEnded,
    OutreachNoted,
    WindowCounted,
    WindowNoted,
)
from billing.domain.rating.delivery import DAY, Window
from billing.domain.windows import KnownWindow, Windows, is_reply

FREE_ENTRY = timedelta(hours=72)
K = TypeVar("K")


def dealings_stream(customer_id: CustomerId) -> str:
    return f"dealings-{customer_id}"


@dataclass(frozen=True, slots=True)
class Dealings:
    windows: Windows = ()
    outreach: Mapping[MessageId, datetime] = field(default_factory=lambda: MappingProxyType({}))
    """Templates of the last day that may have reached the customer, and when they did at the latest known."""
    came_from_ad_at: datetime | None = None
    free_from: datetime | None = None
    free_until: datetime | None = None
    started: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    """Category → first delivery of the last conversation that the business began."""
    survivor: CustomerId | None = None
    """Another customer, who this one was all along: all of this is noted there."""

    def window_at(self, at: datetime) -> KnownWindow | None:
        return next((each for each in reversed(self.windows) if each.window.holds(at)), None)

    def window(self, window_id: MessageId | None) -> KnownWindow | None:
        return next((each for each in self.windows if each.window_id == window_id), None)

    def is_free_entry(self, left_at: datetime, at: datetime) -> bool:
        """Whether a delivery falls into the 72 hours, or is the answer that opens them (rule 9)."""
        if self.free_from is not None and self.free_until is not None and self.free_from <= at < self.free_until:
            return True
        return self.answers_ad(left_at)

    def answers_ad(self, left_at: datetime) -> bool:
        """Whether what left then is the first answer, within 24 hours, to somebody who came from an ad."""
        came = self.came_from_ad_at
        if came is None or not came <= left_at < came + DAY:
            return False
        return self.free_from is None or self.free_from < came

    def was_reached_before(self, at: datetime) -> bool:
        """Whether what a customer writes then is a reply to a conversation that the business began (rule 27)."""
        return is_reply(at, self.outreach.values())


def evolve(dealings: Dealings, event: Event) -> Dealings:
    match event:
        case WindowNoted():
            window = Window(event.opened_at, event.closes_at, event.by_reply)
            before = dealings.window(event.window_id)
            known = KnownWindow(event.window_id, window, before is not None and before.counted)
            return replace(dealings, windows=windows.noted(dealings.windows, known))
        case WindowCounted():
            return replace(dealings, windows=windows.counted(dealings.windows, event.window_id))
        case OutreachNoted():
            recent = {one: at for one, at in dealings.outreach.items() if event.at - at < DAY}
            return replace(dealings, outreach=MappingProxyType({**recent, event.message_id: event.at}))
        case OutreachEnded():
            left = {one: at for one, at in dealings.outreach.items() if one != event.message_id}
            return replace(dealings, outreach=MappingProxyType(left))
        case AdNoted():
            return replace(dealings, came_from_ad_at=event.came_at)
        case FreeEntryOpened():
            return replace(dealings, free_from=event.answered_at, free_until=event.free_until)
        case ConversationStarted():
            return replace(dealings, started=_later(dealings.started, {event.category: event.started_at}))
        case CustomersJoined():
            return _joined(dealings, event)
        case DealingsMoved():
            return replace(dealings, survivor=event.survivor_id)
    return dealings


def _later(one: Mapping[K, datetime], other: Mapping[K, datetime]) -> Mapping[K, datetime]:
    latest = dict(one)
    for key, at in other.items():
        latest[key] = max(at, latest.get(key, at))
    return MappingProxyType(latest)


def _joined(dealings: Dealings, event: CustomersJoined) -> Dealings:
    ads = [at for at in (dealings.came_from_ad_at, event.came_from_ad_at) if at is not None]
    longer = event.free_until is not None and (dealings.free_until is None or dealings.free_until < event.free_until)
    outreach = _later(dealings.outreach, event.outreach)
    theirs = tuple(
        KnownWindow(each.window_id, Window(each.opened_at, each.closes_at, each.by_reply), each.counted)
        for each in event.windows
    )
    return replace(
        dealings,
        windows=windows.joined(dealings.windows, theirs, outreach.values()),
        outreach=outreach,
        started=_later(dealings.started, event.started),
        came_from_ad_at=max(ads, default=None),
        free_from=event.free_from if longer else dealings.free_from,
        free_until=event.free_until if longer else dealings.free_until,
    )
