"""An identity change told before anybody was seen under its aliases: nobody becomes a customer by it, and whoever comes
under one of them is known by all (rule 11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from recado_events.event import Event
from recado_events.identity import Alias

from conversations.commands import ChangeIdentity
from conversations.domain.private import ChangedIdentity, IdentityChangeForetold

Foretold = tuple[ChangeIdentity, ...]
"""The changes that concern one person, in the order in which they were told."""
NOTHING: Foretold = ()


def evolve(known: Foretold, event: Event) -> Foretold:
    match event:
        case IdentityChangeForetold() if event.personal is not None:
            change = ChangeIdentity(
                organisation_id=event.organisation_id,
                phone_number_id=event.phone_number_id,
                old=event.personal.old,
                new=event.personal.new,
                reason=event.reason,
                occurred_at=event.occurred_at,
                now=event.noted_at,
            )
            return (*known, change)
    return known


def foretell(change: ChangeIdentity, foretold_id: UUID, known: Foretold) -> list[Event]:
    told = (change.old, change.new, change.occurred_at)
    if any((each.old, each.new, each.occurred_at) == told for each in known):
        return []
    return [
        IdentityChangeForetold(
            organisation_id=change.organisation_id,
            phone_number_id=change.phone_number_id,
            foretold_id=foretold_id,
            reason=change.reason,
            occurred_at=change.occurred_at,
            noted_at=change.now,
            personal=ChangedIdentity(old=change.old, new=change.new),
        )
    ]


def known_by(aliases: Sequence[Alias], changes: Sequence[ChangeIdentity], seen_at: datetime) -> tuple[Alias, ...]:
    """With what was foretold of whom these aliases name. The last of each kind is what they go by: as they were seen,
    unless that was before a change."""
    if not changes:
        return tuple(aliases)
    told = [alias for each in changes for alias in (*each.old, *each.new)]
    is_later = all(each.occurred_at <= seen_at for each in changes)
    last_first = dict.fromkeys(reversed([*told, *aliases] if is_later else [*aliases, *told]))
    return tuple(reversed(last_first))
