"""How long customers wait for answers: what is counted, and how it is shown.

Definition, version 1. What a customer writes in a row waits since the first of it, until the business answers: a person
here, or its phone app. That is one reply, of whoever wrote it, on the day on which it was written. What is written
further to it answers nothing, nor does what never reached the customer, a reaction, or what begins a conversation. A
first reply is one before which nobody had answered in its conversation. Going on after an end begins nothing anew: what
waits is what the customer wrote since.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

DEFINITION = "reply-times.v1"
MOST_DAYS = 31
_OF = ("replies", "first_replies")
_FIGURES = ("count", "median_seconds", "mean_seconds", "longest_seconds")


class Day(NamedTuple):
    day: date
    begins: datetime
    ends: datetime
    """Not included."""


class ReplyTimeQuestions(Protocol):
    def of(self, organisation_id: UUID, user_id: UUID | None, days: tuple[Day, ...]) -> list[dict[str, Any]]:
        """A row for each user and day, one for each user, and one for all of it. `user_id`: of that user alone."""
        ...


def days_of(first: date, last: date, zone: str) -> tuple[Day, ...]:
    """Both included, as they begin and end in that zone, which may have a day of 23 hours."""
    at = ZoneInfo(zone)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(Day(day, _begins(day, at), _begins(day + timedelta(days=1), at)) for day in days)


def _begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def report_of(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The same rows are the table and the cards above it."""
    told: dict[str, list[dict[str, Any]]] = {"total": [], "users": [], "items": []}
    for row in rows:
        whose = {} if row["of"] == "total" else {"user_id": row["user_id"]}
        when = {"day": row["day"]} if row["of"] == "items" else {}
        told[row["of"]].append({**when, **whose, **{of: _figures(row, of) for of in _OF}})
    return {"total": told["total"][0], "users": told["users"], "items": told["items"]}


def _figures(row: dict[str, Any], of: str) -> dict[str, Any]:
    return {name: row[f"{of}_{name}"] for name in _FIGURES}
