"""Whom an update is about: by which of Meta's names, and which of the body's contacts is theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from recado_events.inbound import InboundType
from recado_events.numbers import variants

_SENDER = ("from", "from_user_id", "from_parent_user_id")
_NAMED_BY: Mapping[str, Sequence[str]] = {
    InboundType.MESSAGE: _SENDER,
    InboundType.HISTORY: _SENDER,
    InboundType.STATUS: (
        "recipient_participant_id",
        "participant_recipient_id",
        "recipient_participant_user_id",
        "recipient_id",
        "recipient_user_id",
        "recipient_parent_user_id",
    ),
    InboundType.ECHO: ("to", "to_user_id", "to_parent_user_id"),
    InboundType.PREFERENCE: ("wa_id", "user_id", "parent_user_id"),
}
MOST_CONTACTS = 8
"""Of one person in one webhook; one is usual."""
_CONTACT = ("wa_id", "user_id", "parent_user_id")

Names = Sequence[str]


def names_in(kind: str, update: Any) -> Names | None:
    """Phone numbers and user ids, the first the most telling; None where updates of this kind are about nobody."""
    members = _NAMED_BY.get(kind)
    return None if members is None else _texts(update, members)


def alias_in(kind: str, update: Any) -> str | None:
    """The name under which this person's updates are kept in order. A piece of history is the number's, not one's."""
    if kind == InboundType.HISTORY or not isinstance(update, dict):
        return None
    for member in _NAMED_BY.get(kind, ()):
        name = update.get(member)
        if name and isinstance(name, str):
            return name
    return None


def matches(contacts: Sequence[Any], updates: Sequence[Names | None]) -> list[Sequence[int]]:
    """For each update the places of its contacts: by name, never by place; an only contact is an only person's."""
    about = [names for names in updates if names is not None]
    if len(contacts) == 1 and _one_person(about):
        return [() if names is None else (0,) for names in updates]
    named: dict[str, list[int]] = {}
    for place, contact in enumerate(contacts):
        for spelling in _spellings(contact):
            named.setdefault(spelling, []).append(place)
    return [_places(named, names or ()) for names in updates]


def _places(named: Mapping[str, Sequence[int]], names: Names) -> Sequence[int]:
    """A few at most: thousands of contacts of one person, each with thousands of updates, would be millions."""
    return sorted({place for name in names for place in named.get(name, ())[:MOST_CONTACTS]})[:MOST_CONTACTS]


def _one_person(updates: Sequence[Names]) -> bool:
    if len(updates) < 2:
        return True
    first = set(updates[0])
    return all(not first.isdisjoint(names) for names in updates)


def _spellings(contact: Any) -> set[str]:
    """Meta writes one number in several ways: `from` and `wa_id` of one person may differ by a digit."""
    names = set(_texts(contact, _CONTACT))
    return names.union(*(variants(name) for name in names))


def _texts(told: Any, members: Sequence[str]) -> Names:
    if not isinstance(told, dict):
        return ()
    return tuple(value for name in members if isinstance(value := told.get(name), str) and value)
