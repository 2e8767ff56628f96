"""The statement of a busy wallet, page by page and whole, and its month under another policy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from statistics import median
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import orjson
import psycopg
from billing.adapters.postgres import WALLETS
from recado_chassis.following.rebuild import rebuild
from recado_chassis.mapper import Mapper

from deploy.local.credentials import Organisation, tokens
from tests.bench import rerating
from tests.bench.campaign import wallet
from tests.bench.figures import Findings, ratios, side_by_side
from tests.bench.ground import Ground
from tests.bench.machine import peak_mib
from tests.bench.services import Running
from tests.bench.wallets import EVENTS, Ledger, Wallets

HOW = (
    "One wallet whose statement has {0:,} lines: as many holds as charges, worked off by billing itself, its view made "
    "by `recado rebuild`. Pages of 50 lines are asked of `python -m billing` (role `api`) over one connection, by "
    "cursor where they are not the first; plain psycopg selects the same rows. The whole CSV is read as it streams; "
    "beside it PostgreSQL's own COPY of the same columns. Rerating: `recado billing rerate` of the {0:,} messages of "
    "a month, table and CSV, a process of its own from its start to its end; beside it plain psycopg reading the same "
    "charges from the log, and orjson. Memory is the most that a process ever held."
)
_PAGE, _LONGEST = 50, 100
_ASKED = 40
"""Times that a page is asked for; the median counts."""
_COPY = """
COPY (SELECT position, at, what, message_id, purchase_id, available, held, spent, purchases, payment_fees,
             free_allowance, receivable, available_after, held_after, convert_from(details, 'UTF8')
      FROM view_wallets.statement WHERE organisation_id = '{}' ORDER BY position) TO STDOUT (FORMAT csv)
"""
_ROWS = """
SELECT * FROM view_wallets.statement WHERE organisation_id = %s AND position < %s ORDER BY position DESC LIMIT %s
"""
_OWNER = wallet(0).organisation_id


def run(ground: Ground) -> Findings:
    lines, known = ground.size.lines, ground.size.known
    findings = Findings("Statement and rerating", HOW.format(lines))
    with closing(Wallets(ground, 1, known)) as wallets:
        few = [rerating.rerated(ground, wallets.ledger).peak for _ in range(ground.size.rounds)]
        wallets.work_off(lines // 2 - known)
        read(ground, findings, wallets.ledger)
        wallets.work_off(lines // 2)
        rerating.add(ground, findings, wallets.ledger, few)
    return findings


def read(ground: Ground, findings: Findings, ledger: Ledger) -> None:
    """As an administrator does."""
    rebuild(ledger.dsn, WALLETS, Mapper(EVENTS))
    with (
        Running(ground, "billing", ledger.dsn, ledger.prefix, RECADO_ROLES="api") as service,
        closing(Reader(service, ground)) as reader,
        psycopg.connect(ledger.dsn, autocommit=True) as connection,
    ):
        _pages(ground, findings, reader, connection)
        _whole(ground, findings, reader, connection, service)


class Reader:
    """An administrator's connection."""

    def __init__(self, service: Running, ground: Ground) -> None:
        who = Organisation(str(_OWNER), str(uuid4()), str(uuid4()), [], str(uuid4()), "", "")
        self._headers = {"Authorization": f"Bearer {tokens(ground.secrets, who)['administrator']}"}
        self._connection = HTTPConnection("127.0.0.1", service.port, timeout=60)

    def page(self, **query: Any) -> Any:
        return orjson.loads(self._get(f"/wallet/statement?{urlencode(query)}").read())

    def middle(self, lines: int) -> tuple[str, int]:
        """The cursor that stands there, found by going there; and the position of the line before."""
        found = self.page(limit=_LONGEST)
        for _ in range(lines // 2 // _LONGEST - 1):
            found = self.page(limit=_LONGEST, cursor=found["next_cursor"])
        return found["next_cursor"], found["items"][-1]["position"]

    def csv(self) -> Iterator[bytes]:
        response = self._get("/wallet/statement.csv")
        while part := response.read(65_536):
            yield part

    def close(self) -> None:
        self._connection.close()

    def _get(self, path: str) -> HTTPResponse:
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {response.read(500)!r}")
        return response


def _pages(ground: Ground, findings: Findings, reader: Reader, connection: psycopg.Connection[Any]) -> None:
    cursor, position = reader.middle(ground.size.lines)

    def plain() -> Sequence[Any]:
        return connection.execute(_ROWS, [_OWNER, position, _PAGE + 1], prepare=True).fetchall()

    sides = {
        "first": lambda _: _milliseconds(lambda: reader.page(limit=_PAGE)),
        "middle": lambda _: _milliseconds(lambda: reader.page(limit=_PAGE, cursor=cursor)),
        "plain psycopg": lambda _: _milliseconds(plain),
    }
    found = side_by_side(ground.size.rounds, sides)
    findings.add("the first page", found["first"], "ms")
    findings.add("a page in the middle", found["middle"], "ms")
    findings.add("a page in the middle beside the first", ratios(found["middle"], found["first"]), "x")
    findings.add("a page in the middle beside plain psycopg", ratios(found["middle"], found["plain psycopg"]), "x")


def _milliseconds(ask: Callable[[], Any]) -> float:
    times = []
    for _ in range(_ASKED):
        begun = time.perf_counter()
        ask()
        times.append(time.perf_counter() - begun)
    return median(times) * 1e3


def _whole(
    ground: Ground, findings: Findings, reader: Reader, connection: psycopg.Connection[Any], service: Running
) -> None:
    lines, before = ground.size.lines, peak_mib(service.pid)

    def copied() -> Iterator[bytes]:
        with connection.cursor().copy(_COPY.format(_OWNER).encode()) as copy:
            yield from (bytes(part) for part in copy)

    sides = {"billing": lambda _: _streamed(reader.csv(), lines + 1), "COPY": lambda _: _streamed(copied(), lines)}
    found = side_by_side(ground.size.rounds, sides)
    findings.add("whole CSV beside COPY", ratios(found["billing"], found["COPY"]), "of it")
    findings.add("whole CSV", found["billing"], "lines/s", note=f"{lines / median(found['billing']):.3g} s")
    findings.add("whole CSV: memory of the service beyond what it had", [peak_mib(service.pid) - before], "MiB")


def _streamed(parts: Iterator[bytes], lines: int) -> float:
    """Lines a second."""
    begun, seen = time.perf_counter(), 0
    for part in parts:
        seen += part.count(b"\n")
    seconds = time.perf_counter() - begun
    if seen < lines:
        raise RuntimeError(f"{seen} of {lines} lines came")
    return lines / seconds
