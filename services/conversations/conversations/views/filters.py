"""Which conversations a list shows (rule 35): everything that is given must fit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, get_args
from uuid import UUID

View = Literal["all", "mine", "unassigned", "awaiting", "closed"]
State = Literal["awaiting_reply", "open", "closed"]
Window = Literal["open", "closing", "closed"]
STATES: tuple[State, ...] = get_args(State)
CLOSING = timedelta(hours=2)
"""A window with no more than this left is closing. It is open too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """None and empty: whatever. Of several values of one filter, one must fit."""

    view: View = "all"
    states: tuple[State, ...] = ()
    owners: tuple[UUID, ...] = ()
    unassigned: bool | None = None
    unread: bool | None = None
    channels: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()
    active_from: datetime | None = None
    """Of the newest message; `from` is included, `until` is not."""
    active_until: datetime | None = None
    opened_from: datetime | None = None
    opened_until: datetime | None = None
    contact_id: UUID | None = None
    company_id: UUID | None = None
    """Of the contact."""
    stages: tuple[UUID, ...] = ()
    """Of a pipeline record that was opened in the conversation or concerns its contact; of their own alone for whom
    everything else is hidden."""
    failed: bool | None = None
    """Whether a message of the business did not reach the customer."""
    text: str | None = None
    """Words of one message or of one name, the last one perhaps only begun; or a part of a number."""


EVERYTHING = Filters()


class Place(NamedTuple):
    """Where a conversation stands in lists: the newest message first."""

    at: datetime
    conversation_id: UUID


def window_state(closes_at: datetime | None, now: datetime) -> Window:
    if closes_at is None or now >= closes_at:
        return "closed"
    return "closing" if closes_at - now <= CLOSING else "open"
