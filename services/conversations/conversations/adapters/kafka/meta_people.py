"""Who an update is about, and when it happened, as Meta tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from recado_chassis.service import Unreadable
from recado_events.identity import Alias
from recado_events.inbound import InboundUpdate

from conversations.commands import Sighting
from conversations.domain.meta_values import Json, object_of, text_of

SKEW = timedelta(minutes=5)
"""How far Meta's clock may be ahead of ours; a time beyond it is none of a message."""
_EARLIEST = datetime(2009, 1, 1, tzinfo=UTC)


class InvalidUpdate(Unreadable):
    """Nothing can be made of it: it lacks what identifies it. It is parked, not lost."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`occurred_at` is never after `now`. Only a plausible one says anything about windows."""

    occurred_at: datetime
    plausible: bool
    now: datetime


def moment_of(update: InboundUpdate, told: Any) -> Moment:
    """Meta's timestamp, seconds as text or number; the time of receipt stands in for one that cannot be."""
    now = datetime.fromtimestamp(update.received_at / 1_000_000, UTC)
    try:
        at = datetime.fromtimestamp(int(str(told)), UTC)
    except (ValueError, OverflowError, OSError):
        return Moment(now, False, now)
    if not _EARLIEST <= at <= now + SKEW:
        return Moment(now, False, now)
    return Moment(min(at, now), True, now)


def sighting_of(update: InboundUpdate, wa_id: Any = None, user_id: Any = None, parent_user_id: Any = None) -> Sighting:
    """What the update's own members and its contact say. Meta's contact comes last: its `wa_id` is what is sent to."""
    contact: Json = update.contacts[0] if update.contacts else {}
    profile = object_of(contact.get("profile"))
    aliases = aliases_of(
        ("wa_id", wa_id),
        ("user_id", user_id),
        ("parent_user_id", parent_user_id),
        ("wa_id", contact.get("wa_id")),
        ("user_id", contact.get("user_id")),
        ("parent_user_id", contact.get("parent_user_id")),
    )
    if not aliases:
        raise InvalidUpdate("it names nobody")
    return Sighting(
        aliases=aliases,
        profile_name=text_of(profile.get("name")),
        username=text_of(profile.get("username")),
        country_code=text_of(profile.get("country_code")),
    )


def aliases_of(*told: tuple[str, Any]) -> tuple[Alias, ...]:
    """Those that are there, each once, the last mention deciding the order."""
    seen: dict[tuple[str, str], None] = {}
    for kind, value in _present(told):
        seen.pop((kind, value), None)
        seen[kind, value] = None
    return tuple(Alias(kind=kind, value=value) for kind, value in seen)


def _present(told: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, str]]:
    for kind, value in told:
        text = text_of(value)
        if text is not None:
            yield kind, text.lstrip("+") if kind == "wa_id" else text
