"""From an inbound record to published events: the real service beside the obvious one and beside plain inserts."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from statistics import median
from typing import Any

import psycopg

from tests.bench.figures import Findings, Target, ratios, side_by_side, spelled
from tests.bench.ground import Ground
from tests.bench.sides import Naive, Ours, Outcome
from tests.bench.traffic import NUMBERS, facts_of

HOW = (
    "A backlog of inbound records in Kafka (12 partitions, made by the gateway's own code) is worked off by one "
    "process. One message in ten is a new customer's and leaves six facts (identified, opened, turn of the rota, "
    "assigned, received, window), the others leave two. The clock runs from the first to the last event on the output "
    "topic. The naive composition: FastStream with AckPolicy.ACK, `repository.get` and `save` a message, a "
    "`subscribe()` relay; the same facts in as many streams. Plain psycopg: the rows our service stored, into the same "
    "table with the same indexes, unnest of binary arrays, 500 a commit, one connection, nothing else."
)
_BATCH = 500
_COLUMNS = "originator_id, originator_version, topic, state, event_id, organisation_id, recorded_at"
_INSERT = f"""
INSERT INTO plain ({_COLUMNS}) SELECT * FROM unnest(
    %b::text[], %b::bigint[], %b::text[], %b::bytea[], %b::uuid[], %b::uuid[], %b::timestamptz[])
"""


def run(ground: Ground) -> Findings:
    findings = Findings("Inbound record, decision, append, publish", HOW)
    for numbers in (NUMBERS, 1):
        where = f"{numbers} numbers" if numbers > 1 else "one hot number"
        _beside_naive(ground, findings, numbers, where)
    _whole(ground, findings)
    return findings


def _beside_naive(ground: Ground, findings: Findings, numbers: int, where: str) -> None:
    size = ground.size
    with ExitStack() as stack:
        ours = stack.enter_context(closing(Ours(ground, numbers, size.known)))
        naive = stack.enter_context(closing(Naive(ground, numbers, size.known)))
        plain: list[float] = []
        sides = {"ours": lambda _: ours.work_off(size.messages), "naive": lambda _: naive.work_off(size.fewer)}
        if numbers > 1:
            sides["plain psycopg"] = lambda _: _plain(plain, ours.dsn, size.messages)
        found = side_by_side(size.rounds, sides)
    rates = {name: [outcome.rate for outcome in outcomes] for name, outcomes in found.items()}
    target = Target("least", 60)
    findings.add(f"{where}: ours beside the naive composition", ratios(rates["ours"], rates["naive"]), "x", target)
    spent = {name: [sum(each.cost.values()) for each in outcomes] for name, outcomes in found.items()}
    findings.add(f"{where}: the same by processor time", ratios(spent["naive"], spent["ours"]), "x")
    if plain:
        share = ratios(rates["ours"], plain)
        findings.add(f"{where}: share of plain psycopg", share, "of it", Target("least", 0.5))
        findings.add(f"{where}: plain psycopg", [rate * _facts_a_message(size.messages) for rate in plain], "rows/s")
    findings.add(f"{where}: ours", rates["ours"], "messages/s", note=_cost(found["ours"]))
    findings.add(f"{where}: naive", rates["naive"], "messages/s", note=_cost(found["naive"]))


def _whole(ground: Ground, findings: Findings) -> None:
    """What the view costs that the same process keeps."""
    with closing(Ours(ground, NUMBERS, ground.size.known, whole=True)) as whole:
        outcomes = [whole.work_off(ground.size.messages // 2) for _ in range(ground.size.rounds)]
    rates = [outcome.rate for outcome in outcomes]
    findings.add("100 numbers: the whole worker, its view too", rates, "messages/s", note=_cost(outcomes))


def _cost(outcomes: list[Outcome]) -> str:
    """Of the median round, roughly: medians of each."""
    costs = {name: median(outcome.cost[name] for outcome in outcomes) for name in outcomes[0].cost}
    return "processor, µs a message: " + ", ".join(f"{name} {spelled(cost)}" for name, cost in costs.items())


def _facts_a_message(messages: int) -> float:
    return facts_of(messages) / messages


def _plain(rates: list[float], dsn: str, messages: int) -> Outcome:
    """Inserts the newest rows of our log once more, by themselves."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        rows = _newest(connection, facts_of(messages))
        connection.execute("DROP TABLE IF EXISTS plain")
        connection.execute("CREATE TABLE plain (LIKE stored_events INCLUDING ALL)")
        begun = time.perf_counter()
        for place in range(0, len(rows), _BATCH):
            columns = [list(column) for column in zip(*rows[place : place + _BATCH], strict=True)]
            connection.execute(_INSERT, columns, prepare=True)
        seconds = time.perf_counter() - begun
        connection.execute("DROP TABLE plain")
    rates.append(messages / seconds)
    return Outcome(messages / seconds, {})


def _newest(connection: psycopg.Connection[Any], count: int) -> list[tuple[Any, ...]]:
    newest = f"SELECT {_COLUMNS}, notification_id FROM stored_events ORDER BY notification_id DESC LIMIT %b"
    cursor = connection.cursor(binary=True)
    cursor.execute(f"SELECT {_COLUMNS} FROM ({newest}) AS newest ORDER BY notification_id".encode(), [count])
    return cursor.fetchall()
