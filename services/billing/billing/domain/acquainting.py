"""What is heard of a customer: windows, ads, and that two of them are one."""

from __future__ import annotations

from typing import Any

from recado_events.event import Event

from billing.commands import JoinCustomers, NoteAd, NoteWindow, OnCustomer
from billing.domain.dealings import Dealings
from billing.domain.private import AdNoted, CustomersJoined, DealingsMoved, WindowKept, WindowNoted
from billing.domain.rating.delivery import Window
from billing.domain.windows import KnownWindow


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


def join_customers(command: JoinCustomers, merged: Dealings) -> list[Event]:
    """Both are who they are by now: where they were joined before, they are the same."""
    if command.merged_id == command.customer_id:
        return []
    at = {**_at(command), "customer_id": command.merged_id}
    return [
        DealingsMoved(**at, survivor_id=command.customer_id, moved_at=command.now),
        CustomersJoined(
            **_at(command),
            merged_id=command.merged_id,
            started=dict(merged.started),
            came_from_ad_at=merged.came_from_ad_at,
            free_from=merged.free_from,
            free_until=merged.free_until,
            windows=tuple(_kept(each) for each in merged.windows),
            outreach=dict(merged.outreach),
            joined_at=command.now,
        ),
    ]


def _kept(known: KnownWindow) -> WindowKept:
    window = known.window
    return WindowKept(
        window_id=known.window_id,
        opened_at=window.opened_at,
        closes_at=window.closes_at,
        by_reply=window.by_reply,
        counted=known.counted,
    )


def _at(command: OnCustomer) -> dict[str, Any]:
    return {
        "organisation_id": command.organisation_id,
        "phone_number_id": command.phone_number_id,
        "customer_id": command.customer_id,
    }
