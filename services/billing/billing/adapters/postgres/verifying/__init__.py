"""The figures of billing for `recado verify`, and for `recado verify ledger` the ledger's alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import Connection
from recado_chassis.mapper import Mapper, Recorded
from recado_chassis.verifying.evidence import Evidence
from recado_chassis.verifying.figures import Figure, none_of
from recado_chassis.verifying.logs import recorded, repeated_effects, time_of
from recado_events.billing import PUBLISHED

from billing.adapters.postgres.verifying import charges, credits, entries, outside, shown
from billing.domain.private import PRIVATE

BILLING = "billing"


def figures(connection: Connection[Any], evidence: Evidence) -> Iterator[Figure]:
    log = _log(connection)
    yield from _ledger(connection, log)
    events = [each.event for each in log]
    if evidence.payments is not None:
        yield from outside.payments(BILLING, events, evidence.payments)
    if evidence.sends is not None and evidence.taken is not None:
        yield from outside.messages(BILLING, events, evidence.sends, evidence.taken)
    twice = repeated_effects(connection)
    yield none_of(BILLING, "records that took effect in more than one transaction", twice)


def ledger(connection: Connection[Any]) -> Iterator[Figure]:
    """Every balance recomputed from the events, beside the views; the rules of the ledger, one figure each."""
    yield from _ledger(connection, _log(connection))


def _ledger(connection: Connection[Any], log: Sequence[Recorded]) -> Iterator[Figure]:
    events = [each.event for each in log]
    books = entries.read(log)
    yield from entries.figures(BILLING, books)
    yield from charges.figures(BILLING, events, connection, time_of(connection))
    yield from credits.figures(BILLING, events, time_of(connection))
    yield from shown.figures(BILLING, books, connection)
    yield none_of(BILLING, "snapshots that are not the fold of their stream", shown.strange_snapshots(log, connection))


def _log(connection: Connection[Any]) -> list[Recorded]:
    return list(recorded(connection, Mapper((*PUBLISHED, *PRIVATE))))
