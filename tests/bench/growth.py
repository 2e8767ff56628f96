"""What a message costs when much is stored: the same traffic on a small event store and on a large one."""

from __future__ import annotations

from contextlib import closing
from statistics import median
from typing import Any

import psycopg

from tests.bench.figures import Findings, Target, ratios, side_by_side, spelled
from tests.bench.ground import Ground
from tests.bench.shift import Outcome
from tests.bench.sides import Ours
from tests.bench.traffic import FACTS_OF_NEW, NEW_IN, NUMBERS, Traffic, facts_of

HOW = (
    "Consumer and relay of conversations work off the same mixed messages on a store of {0:,} events and on one of "
    "{1:,}, whose further customers and messages are copies of the small one's under other ids. Autovacuum is on, both "
    "were analysed; the small store is a fresh copy in every round, the large one grows on. Cost is the inverse of the "
    "rate; `by processor` counts worker and PostgreSQL."
)
_COPIES = """
INSERT INTO stored_events (originator_id, originator_version, topic, state, event_id, organisation_id, recorded_at)
SELECT split_part(originator_id, '-', 1) || '-' || md5(originator_id || copy)::uuid, originator_version, topic, state,
       gen_random_uuid(), organisation_id, recorded_at
FROM generate_series(1, %(copies)s) AS copy, stored_events
WHERE notification_id <= %(end)s AND (originator_id LIKE 'customer-%%' OR originator_id LIKE 'message-%%')
ORDER BY copy, notification_id
"""
_UNIQUE_COPIES = """
INSERT INTO unique_rows (kind, scope, value, owner)
SELECT kind, scope, md5(value || copy), owner FROM generate_series(1, %(copies)s) AS copy, unique_rows
"""
_TOLD = "UPDATE relay SET position = (SELECT max(notification_id) FROM stored_events)"


def run(ground: Ground) -> Findings:
    few, many = ground.size.stored
    findings = Findings("Cost as the store grows", HOW.format(few, many))
    known = few * 6 // 10 // FACTS_OF_NEW
    mixed = (few - known * FACTS_OF_NEW) * NEW_IN // facts_of(NEW_IN)
    begins = Traffic(known).begins
    small = _small(ground, known, mixed, begins)
    large = ground.copy_of(small)
    _grow(large, many)
    with closing(Ours(ground, NUMBERS, known, dsn=large, traffic=_advanced(known, mixed, begins))) as grown:
        sides = {
            "small": lambda _: _on_copy(ground, small, known, mixed, begins),
            "large": lambda _: grown.work_off(ground.size.messages // 4),
        }
        found = side_by_side(ground.size.rounds, sides)
    ground.drop(small)
    _tell(findings, found, few, many)
    return findings


def _tell(findings: Findings, found: dict[str, list[Outcome]], few: int, many: int) -> None:
    rates = {name: [each.rate for each in outcomes] for name, outcomes in found.items()}
    costs = {name: [_processor(each) for each in outcomes] for name, outcomes in found.items()}
    growth = f"cost of a message at {many:,} events beside {few:,}"
    findings.add(growth, ratios(rates["small"], rates["large"]), "x", Target("most", 1.1))
    findings.add(f"{growth}, by processor", ratios(costs["large"], costs["small"]), "x", Target("most", 1.1))
    for name, count in (("small", few), ("large", many)):
        note = f"processor, µs a message: {spelled(median(costs[name]))}"
        findings.add(f"{count:,} events", rates[name], "messages/s", note=note)


def _processor(outcome: Outcome) -> float:
    return outcome.cost["worker"] + outcome.cost.get("PostgreSQL", 0.0)


def _advanced(known: int, mixed: int, begins: float) -> Traffic:
    """Where the small store's traffic stands."""
    traffic = Traffic(known, begins=begins)
    traffic.first_messages()
    traffic.mixed(mixed)
    return traffic


def _small(ground: Ground, known: int, mixed: int, begins: float) -> str:
    ours = Ours(ground, NUMBERS, known, traffic=Traffic(known, begins=begins))
    ours.work_off(mixed)
    ours.leave()
    _run(ours.dsn, "VACUUM ANALYZE")
    return ours.dsn


def _grow(dsn: str, many: int) -> None:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT max(notification_id) FROM stored_events").fetchone()
        end = row[0] if row else 0
        values = {"end": end, "copies": max(1, round(many / end) - 1)}
        connection.execute(_COPIES, values)
        connection.execute(_UNIQUE_COPIES, values)
        connection.execute(_TOLD)
    _run(dsn, "VACUUM ANALYZE")
    _run(dsn, "CHECKPOINT")


def _on_copy(ground: Ground, small: str, known: int, mixed: int, begins: float) -> Outcome:
    copy = ground.copy_of(small)
    with closing(Ours(ground, NUMBERS, known, dsn=copy, traffic=_advanced(known, mixed, begins))) as ours:
        return ours.work_off(ground.size.messages // 4)


def _run(dsn: str, statement: str) -> Any:
    with psycopg.connect(dsn, autocommit=True) as connection:
        return connection.execute(statement.encode())
