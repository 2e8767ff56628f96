"""Outgoing webhooks: what the log of deliveries says was taken beside what had to be told.

Of this service's own log; those of others are in other databases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from recado_chassis.mapper import Mapper, Recorded
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_chassis.verifying.logs import recorded, time_of
from recado_events.gateway import PUBLISHED
from recado_events.ids import OrganisationId

from gateway.domain.private import PRIVATE
from gateway.domain.subscription import Subscriptions, by_source, evolve

OWN = "gateway"
KEPT = timedelta(hours=23)
"""For less than the log of deliveries is kept at the least: what is older may have been taken and forgotten."""
CURSORS = """
SELECT kept.subscription_id, kept.organisation_id, kept.source, kept.event_types, kept.is_active, kept.begun_at,
    CASE WHEN kept.due_at IS NULL THEN greatest(kept.position, known.position) ELSE kept.position END AS position
FROM subscription_cursors AS kept LEFT JOIN subscription_sources AS known ON known.source = kept.source
"""
DELIVERED = "SELECT subscription_id, event_id FROM subscription_deliveries WHERE outcome = 'delivered'"


@dataclass(frozen=True, slots=True)
class Heard:
    """A cursor, as it stands."""

    subscription_id: UUID
    organisation_id: UUID
    source: str
    event_types: Sequence[str]
    is_active: bool
    begun_at: int
    position: int

    def had_to_be_told(self, each: Recorded) -> bool:
        head = each.envelope
        within = self.begun_at < (head.position or 0) <= self.position
        return within and head.type in self.event_types and head.organisation_id == self.organisation_id


def figures(of: str, connection: Connection[Any]) -> Iterator[Figure]:
    with connection.cursor(row_factory=class_row(Heard)) as cursor:
        heard = cursor.execute(CURSORS).fetchall()
    delivered = set(connection.execute(DELIVERED).fetchall())
    published = tuple(event.TYPE for event in PUBLISHED)
    log, end, states = [], 0, dict[OrganisationId, Subscriptions]()
    since = time_of(connection) - KEPT
    for each in recorded(connection, Mapper((*PUBLISHED, *PRIVATE))):
        whose, end = each.envelope.organisation_id, each.envelope.position or end
        states[whose] = evolve(states.get(whose, Subscriptions()), each.event)
        if heard and each.envelope.type in published and each.envelope.recorded_at > since:
            log.append(each)
    own = [each for each in heard if each.source == OWN]
    yield told(of, "logs that subscriptions hear", len(heard))
    yield told(of, "events that receivers took", len(delivered))
    beyond = [each.subscription_id for each in own if each.position > end]
    yield none_of(of, "subscriptions told of more than there is", beyond)
    untold = [
        f"{one.subscription_id} {each.envelope.position}"
        for one in own
        for each in log
        if one.had_to_be_told(each) and (one.subscription_id, each.envelope.id) not in delivered
    ]
    yield none_of(of, "events passed over that a receiver did not take", untold)
    yield none_of(of, "deliveries of another organisation's events", _strayed(heard, log, delivered))
    yield none_of(of, "subscriptions whose cursors are not what their stream says", _different(heard, states))


def _strayed(heard: Sequence[Heard], log: Sequence[Recorded], delivered: set[tuple[UUID, UUID]]) -> list[str]:
    whose = {each.envelope.id: each.envelope.organisation_id for each in log}
    theirs = {one.subscription_id: one.organisation_id for one in heard}
    known = [(one, event) for one, event in delivered if one in theirs and event in whose]
    return [f"{one} {event}" for one, event in known if theirs[one] != whose[event]]


def _different(heard: Sequence[Heard], states: dict[OrganisationId, Subscriptions]) -> list[str]:
    said = {
        (each.subscription_id, source, tuple(sorted(types)), each.status == "active")
        for state in states.values()
        for each in state.kept.values()
        for source, types in by_source(each.event_types).items()
    }
    kept = {(one.subscription_id, one.source, tuple(sorted(one.event_types)), one.is_active) for one in heard}
    return sorted({str(each[0]) for each in said ^ kept})
