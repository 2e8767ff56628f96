"""Customer service windows as billing remembers them, also when two customers turn out to be one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from recado_events.ids import MessageId

from billing.domain.rating.delivery import DAY, Window

REMEMBERED = 3
"""A status may come after the window it tells of has closed and another has opened."""


@dataclass(frozen=True, slots=True)
class KnownWindow:
    window_id: MessageId
    window: Window
    counted: bool = False


Windows = tuple[KnownWindow, ...]
"""The last ones, the latest at the end. Those that opened at the same instant are one, known by several messages."""


def noted(windows: Windows, known: KnownWindow) -> Windows:
    others = tuple(each for each in windows if each.window_id != known.window_id)
    return (*others, known)[-REMEMBERED:]


def counted(windows: Windows, window_id: MessageId) -> Windows:
    opened = {each.window.opened_at for each in windows if each.window_id == window_id}
    return tuple(replace(each, counted=True) if each.window.opened_at in opened else each for each in windows)


def joined(one: Windows, other: Windows, reached: Iterable[datetime]) -> Windows:
    """Of one customer: what overlaps is one window, and whether it answered a conversation that the business began is
    seen by all that had reached this customer."""
    known = {each.window_id: each for each in (*one, *other)}
    by_time = sorted(known.values(), key=lambda each: (each.window.opened_at, each.window.closes_at))
    groups: list[list[KnownWindow]] = []
    for each in by_time:
        if groups and any(before.window.holds(each.window.opened_at) for before in groups[-1]):
            groups[-1].append(each)
        else:
            groups.append([each])
    at = tuple(reached)
    return tuple(each for group in groups for each in _as_one(group, at))[-REMEMBERED:]


def _as_one(group: list[KnownWindow], reached: tuple[datetime, ...]) -> Windows:
    first = group[0].window
    whole = Window(
        first.opened_at,
        max(each.window.closes_at for each in group),
        first.by_reply or is_reply(first.opened_at, reached),
    )
    is_counted = any(each.counted for each in group)
    return tuple(replace(each, window=whole, counted=is_counted) for each in group)


def is_reply(at: datetime, reached: Iterable[datetime]) -> bool:
    """Whether what a customer writes then is a reply to a conversation that the business began (rule 27). Meta tells
    whole seconds: who answers within the second in which a message left would seem to have written before it."""
    return any(then <= at < then + DAY for then in (each.replace(microsecond=0) for each in reached))
