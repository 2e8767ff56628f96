"""Questions that people ask a service over HTTP, and how long the answers take."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import closing
from dataclasses import dataclass
from random import Random
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import httpx
import psycopg
from recado_chassis.running.interpreter import tune

from tests.bench.figures import Findings, Target, say
from tests.bench.ground import Ground
from tests.bench.past import Past
from tests.harness.on_database import ServiceOnDatabase

Ask = Callable[[Random], dict[str, Any]]
LIMIT = 50
"""Milliseconds, at the 95th percentile."""


@dataclass(frozen=True)
class Question:
    name: str
    query: Ask
    reader: int | None = None
    """Which user asks, as an administrator; any where None."""
    path: str = "/conversations"
    deep: bool = False
    """The fourth page instead of the first."""


def on_ground(
    ground: Ground, service: ModuleType, count: int, measured: Callable[[str, int, int], Findings]
) -> Findings:
    """`measured` gets a new database of the service, how much is to be in it and how often each question is asked."""
    tune()
    dsn = ground.database(service)
    findings = measured(dsn, count, 200 if ground.size.rounds > 1 else 20)
    ground.drop(dsn)
    return findings


def with_past(
    service: ModuleType, dsn: str, past: Past, measure: Callable[[ServiceOnDatabase], Coroutine[Any, Any, None]]
) -> None:
    """On a database that nothing is in."""
    begun = time.monotonic()
    past.load(dsn)
    say(f"  all of it was there after {time.monotonic() - begun:.0f} s")
    with closing(ServiceOnDatabase(service, dsn)) as running:
        asyncio.run(measure(running))


def always(**query: Any) -> Ask:
    return lambda _: query


async def ask(
    client: httpx.AsyncClient,
    findings: Findings,
    asked: Question,
    who: list[dict[str, str]],
    random: Random,
    rounds: int,
) -> None:
    taken, short = [], 0
    for _ in range(rounds):
        path, headers = f"{asked.path}?{urlencode(asked.query(random), doseq=True)}", random.choice(who)
        for _ in range(3 if asked.deep else 0):
            cursor = (await client.get(path, headers=headers)).json()["next_cursor"]
            path = f"{path.split('&cursor', maxsplit=1)[0]}&cursor={cursor}" if cursor else path
        begun = time.perf_counter()
        answer = await client.get(path, headers=headers)
        taken.append(1000 * (time.perf_counter() - begun))
        assert answer.status_code == 200, answer.text
        told = answer.json()
        short += len(told.get("items", ())) < 50 and told.get("next_cursor") is not None
    note = f"{short} of {rounds} pages came short" if short else ""
    findings.add(asked.name, [sorted(taken)[int(0.95 * rounds)]], "ms", Target("most", LIMIT), note)


def whole_reads(dsn: str, view: str) -> dict[str, int]:
    """How often each table was, of those that have more than a few pages: a smaller one is rightly read so."""
    with psycopg.connect(dsn) as connection:
        time.sleep(1.5)  # what other sessions did is told to all after a second
        query = """
            SELECT s.relname, s.seq_scan FROM pg_stat_user_tables s JOIN pg_class ON pg_class.oid = s.relid
            WHERE s.schemaname = %s AND relpages > 16"""
        return dict(connection.execute(query, [view]).fetchall())


def add_whole_reads(findings: Findings, before: Mapping[str, int], now: Mapping[str, int]) -> None:
    more = {table: times - before[table] for table, times in now.items() if times > before[table]}
    note = ", ".join(f"{table}: {times}" for table, times in sorted(more.items()))
    findings.add("tables read as a whole meanwhile", [sum(more.values())], "times", Target("most", 0), note)
