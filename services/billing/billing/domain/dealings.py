"""What billing knows of a customer: windows, who began, free entry, conversations that the business began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from recado_events.event import Event
from recado_events.ids import CustomerId, MessageId

from billing.commands import JoinCustomers, NoteAd, NoteWindow, OnCustomer
from billing.domain.private import (
    AdNoted,
    ConversationStarted,
    CustomersJoined,
    FreeEntryOpened,
    OutreachEnded,
    OutreachNoted,
    WindowCounted,
    WindowNoted,
)
from billing.domain.rating.delivery import DAY, Window

FREE_ENTRY = timedelta(hours=72)
REMEMBERED = 3
"""Windows: a status may come after the window it tells of has closed and another has opened."""


def dealings_stream(customer_id: CustomerId) -> str:
    return f"dealings-{customer_id}"


@dataclass(frozen=True, slots=True)
class KnownWindow:
    window_id: MessageId
    window: Window
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Dealings:
    windows: tuple[KnownWindow, ...] = ()
    """The last ones, the latest at the end."""
    outreach: Mapping[MessageId, datetime] = field(default_factory=lambda: MappingProxyType({}))
    """Templates of the last day that may have reached the customer, and when they did at the latest known."""
    came_from_ad_at: datetime | None = None
    free_from: datetime | None = None
    free_until: datetime | None = None
    started: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    """Category → first delivery of the last conversation that the business began."""
    joined: frozenset[CustomerId] = frozenset()

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
        return any(reached <= at < reached + DAY for reached in self.outreach.values())


def evolve(dealings: Dealings, event: Event) -> Dealings:
    match event:
        case WindowNoted():
            window = Window(event.opened_at, event.closes_at, event.by_reply)
            before = dealings.window(event.window_id)
            known = KnownWindow(event.window_id, window, before is not None and before.counted)
            others = tuple(each for each in dealings.windows if each.window_id != event.window_id)
            return replace(dealings, windows=(*others, known)[-REMEMBERED:])
        case WindowCounted():
            marked = (replace(w, counted=True) if w.window_id == event.window_id else w for w in dealings.windows)
            return replace(dealings, windows=tuple(marked))
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
    return dealings


def _later(one: Mapping[str, datetime], other: Mapping[str, datetime]) -> Mapping[str, datetime]:
    latest = dict(one)
    for key, at in other.items():
        latest[key] = max(at, latest.get(key, at))
    return MappingProxyType(latest)


def _joined(dealings: Dealings, event: CustomersJoined) -> Dealings:
    ads = [at for at in (dealings.came_from_ad_at, event.came_from_ad_at) if at is not None]
    longer = event.free_until is not None and (dealings.free_until is None or dealings.free_until < event.free_until)
    return replace(
        dealings,
        started=_later(dealings.started, event.started),
        came_from_ad_at=max(ads, default=None),
        free_from=event.free_from if longer else dealings.free_from,
        free_until=event.free_until if longer else dealings.free_until,
        joined=dealings.joined | {event.merged_id},
    )


def note_window(command: NoteWindow, dealings: Dealings) -> list[Event]:
    """A window that goes on keeps what it was opened by; one whose opening was never heard began with this message."""
    known = None if command.opened else dealings.window_at(command.at)
    if known is None:
        known = dealings.window(command.message_id)
    if known is None:
        by_reply = dealings.was_reached_before(command.at)
        known = KnownWindow(command.message_id, Window(command.at, command.at, by_reply))
    if command.closes_at <= known.window.closes_at:
        return []
    return [
        WindowNoted(
            **_at(command),
            window_id=known.window_id,
            opened_at=known.window.opened_at,
            closes_at=command.closes_at,
            by_reply=known.window.by_reply,
            noted_at=command.now,
        )
    ]


def note_ad(command: NoteAd, dealings: Dealings) -> list[Event]:
    if dealings.came_from_ad_at is not None and command.at <= dealings.came_from_ad_at:
        return []
    return [AdNoted(**_at(command), came_at=command.at)]


def join_customers(command: JoinCustomers, dealings: Dealings, merged: Dealings) -> list[Event]:
    if command.merged_id in dealings.joined:
        return []
    return [
        CustomersJoined(
            **_at(command),
            merged_id=command.merged_id,
            started=dict(merged.started),
            came_from_ad_at=merged.came_from_ad_at,
            free_from=merged.free_from,
            free_until=merged.free_until,
            joined_at=command.now,
        )
    ]


def _at(command: OnCustomer) -> dict[str, Any]:
    return {
        "organisation_id": command.organisation_id,
        "phone_number_id": command.phone_number_id,
        "customer_id": command.customer_id,
    }
