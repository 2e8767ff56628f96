"""Outgoing webhooks: what the log of deliveries says was taken beside what had to be told, by all services' logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from recado_chassis.mapper import Mapper, Recorded
from recado_chassis.verifying.evidence import ToldLog
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_chassis.verifying.logs import recorded, time_of
from recado_events.gateway import PUBLISHED
from recado_events.ids import OrganisationId

from gateway.domain.private import PRIVATE
from gateway.domain.subscription import Subscriptions, by_source, evolve

KEPT = timedelta(hours=23)
"""For less than the log of deliveries is kept at the least: what is older may have been taken and forgotten."""
CURSORS = """
SELECT kept.subscription_id, kept.organisation_id, kept.source, kept.event_types, kept.is_active, kept.begun_at,
    kept.begun_epoch,
    CASE WHEN kept.due_at IS NULL THEN greatest(kept.position, known.position) ELSE kept.position END AS position
FROM subscription_cursors AS kept LEFT JOIN subscription_sources AS known ON known.source = kept.source
"""
DELIVERED = """
SELECT subscription_id, event_id, max(epoch) FROM subscription_deliveries
WHERE outcome = 'delivered' AND epoch IS NOT NULL GROUP BY 1, 2
"""
# A worker that was frozen may note late what another one has delivered meanwhile: the first time counts.
OUT_OF_ORDER = """
SELECT subscription_id, source, position FROM (
    SELECT *, max(position) OVER (PARTITION BY subscription_id, source, epoch ORDER BY first_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest_before
    FROM (
        SELECT subscription_id, source, epoch, position, min(delivery_id) AS first_id FROM subscription_deliveries
        WHERE outcome = 'delivered' AND epoch IS NOT NULL GROUP BY 1, 2, 3, 4
    ) AS taken
) AS taken WHERE position < highest_before
"""
UNSERVED = """
SELECT subscription_id, source FROM subscription_cursors
WHERE is_active AND due_at < now() - interval '10 minutes' AND coalesce(lent_until, '-infinity') < now()
"""
Taken = Mapping[tuple[UUID, UUID], int]
"""Subscription and event → the last epoch in which it was taken."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A cursor, as it stands."""

    subscription_id: UUID
    organisation_id: UUID
    source: str
    event_types: Sequence[str]
    is_active: bool
    begun_at: int
    begun_epoch: int
    position: int

    def passed(self, each: Recorded) -> bool:
        """Whether its receiver has to have taken this."""
        head = each.envelope
        within = self.begun_at < (head.position or 0) <= self.position
        return within and head.type in self.event_types and head.organisation_id == self.organisation_id


def figures(of: str, connection: Connection[Any], logs: Mapping[str, ToldLog]) -> Iterator[Figure]:
    """Cursors of logs that are not among `logs` are not judged by them."""
    with connection.cursor(row_factory=class_row(Heard)) as cursor:
        heard = cursor.execute(CURSORS).fetchall()
    taken = {(one, event): epoch for one, event, epoch in connection.execute(DELIVERED)}
    yield told(of, "logs that subscriptions hear", len(heard))
    yield told(of, "events that receivers took", len(taken))
    yield from _beside(of, heard, taken, logs, time_of(connection) - KEPT)
    yield none_of(of, "events that a receiver took after later ones", _rows(connection, OUT_OF_ORDER))
    yield none_of(of, "subscriptions that nobody has served for ten minutes", _rows(connection, UNSERVED))
    different = _different(heard, _states(connection))
    yield none_of(of, "subscriptions whose cursors are not what their stream says", different)


def _beside(
    of: str, heard: Sequence[Heard], taken: Taken, logs: Mapping[str, ToldLog], since: datetime
) -> Iterator[Figure]:
    untold: list[str] = []
    strayed: list[str] = []
    whose = {one.subscription_id: one.organisation_id for one in heard}
    for source, log in logs.items():
        listening = [one for one in heard if one.source == source]
        for each in log.above(min((one.begun_at for one in listening), default=log.end)):
            head = each.envelope
            strayed += [f"{one} {head.id}" for one in whose if _strayed(one, each, whose, taken)]
            if head.recorded_at > since:
                untold += [
                    f"{one.subscription_id} {source} {head.position}"
                    for one in listening
                    if one.passed(each) and taken.get((one.subscription_id, head.id), 0) < one.begun_epoch
                ]
    beyond = [one.subscription_id for one in heard if one.source in logs and one.position > logs[one.source].end]
    yield none_of(of, "subscriptions told of more than there is", beyond)
    yield none_of(of, "events passed over that a receiver did not take", untold)
    yield none_of(of, "deliveries of another organisation's events", strayed)


def _strayed(one: UUID, each: Recorded, whose: Mapping[UUID, UUID], taken: Taken) -> bool:
    return each.envelope.organisation_id != whose[one] and (one, each.envelope.id) in taken


def _states(connection: Connection[Any]) -> dict[OrganisationId, Subscriptions]:
    states = dict[OrganisationId, Subscriptions]()
    for each in recorded(connection, Mapper((*PUBLISHED, *PRIVATE))):
        whose = each.envelope.organisation_id
        states[whose] = evolve(states.get(whose, Subscriptions()), each.event)
    return states


def _different(heard: Sequence[Heard], states: Mapping[OrganisationId, Subscriptions]) -> list[str]:
    said = {
        (each.subscription_id, source, tuple(sorted(types)), each.status == "active")
        for state in states.values()
        for each in state.kept.values()
        for source, types in by_source(each.event_types).items()
    }
    kept = {(one.subscription_id, one.source, tuple(sorted(one.event_types)), one.is_active) for one in heard}
    return sorted({str(each[0]) for each in said ^ kept})


def _rows(connection: Connection[Any], query: str) -> Iterable[str]:
    return [" ".join(map(str, row)) for row in connection.execute(query.encode())]
