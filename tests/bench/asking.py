"""Questions that people ask a service over HTTP, and how long the answers take."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode

import httpx
import psycopg

from tests.bench.figures import Findings, Target

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
