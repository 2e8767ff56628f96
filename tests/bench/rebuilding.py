"""A view made anew from its log, and the log's events decoded and folded, beside the library doing the same."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import cast

import psycopg
from conversations.adapters.postgres import INBOX
from conversations.application.scene import fold_of
from conversations.domain.private import PRIVATE
from eventsourcing.persistence import StoredEvent
from eventsourcing.projection import ProjectionRunner
from recado_chassis.following.rebuild import rebuild
from recado_chassis.mapper import Mapper
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.running.interpreter import tune
from recado_chassis.store import EventRow, Session
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.work import Work
from recado_events.conversations import PUBLISHED

from tests.bench.figures import Findings, Target, ratios, side_by_side
from tests.bench.ground import Ground
from tests.bench.rivals.naive import Inbox
from tests.bench.rivals.naive_view import InboxProjection, InboxView
from tests.bench.rivals.naive_worker import postgres_environment
from tests.bench.sides import Ours, staff_naive
from tests.bench.traffic import NUMBERS, Traffic, records

HOW = (
    "The view behind every screen of conversations, rebuilt from its log as `recado rebuild` does it, beside the "
    "library's ProjectionRunner writing the same rows with the same statements, one event a commit, from a log of the "
    "same facts (a shorter one, for it is slow). Decoding: the same number of the same facts from memory, on one core; "
    "ours are decoded and folded into the states of their streams, the library's only decoded by its mapper and "
    "transcoder."
)
_PAGE = 500


def run(ground: Ground) -> Findings:
    findings = Findings("Rebuilding", HOW)
    size = ground.size
    with closing(Ours(ground, NUMBERS, size.known)) as ours:
        ours.work_off(size.messages)
        theirs = ground.database()
        stored = _naive_log(ground, theirs, size.messages // 10)
        sides = {"ours": lambda _: _rebuilt(ours.dsn), "ProjectionRunner": lambda _: _projected(theirs, len(stored))}
        found = side_by_side(size.rounds, sides)
        target = Target("least", 20)
        findings.add("rebuild beside ProjectionRunner", ratios(found["ours"], found["ProjectionRunner"]), "x", target)
        findings.add("rebuild", found["ours"], "events/s")
        findings.add("ProjectionRunner", found["ProjectionRunner"], "events/s")
        _decoding(ground, findings, ours.dsn, stored)
    ground.drop(theirs)
    return findings


def _decoding(ground: Ground, findings: Findings, dsn: str, stored: Sequence[StoredEvent]) -> None:
    with closing(PostgresStore(dsn)) as store:
        rows = [row for row in store.read(0, 2 * len(stored)) if row.stream.startswith(("customer", "message", "desk"))]
    rows = rows[: len(stored)]
    told = stored[: len(rows)]
    tune()  # as every process of ours does; both sides are better off
    sides = {"ours": lambda _: _folded(rows), "library": lambda _: _decoded(told)}
    found = side_by_side(max(3, ground.size.rounds), sides)
    target = Target("least", 1)
    findings.add("decode and fold beside the library's decoding", ratios(found["ours"], found["library"]), "x", target)
    findings.add("decode and fold", found["ours"], "events/s")
    findings.add("library: decode", found["library"], "events/s")


def _naive_log(ground: Ground, dsn: str, messages: int) -> list[StoredEvent]:
    """The library's log of the same facts, decided in memory and stored many at a time."""
    traffic = Traffic(ground.size.known)
    memory = Inbox()
    staff_naive(memory, NUMBERS)
    for record in records(traffic.first_messages() + traffic.mixed(messages)):
        memory.receive(json.loads(record.value))
    stored: list[StoredEvent] = [
        StoredEvent(each.originator_id, each.originator_version, each.topic, each.state)
        for each in memory.recorder.select_notifications(1, 10**9)
    ]
    with closing(Inbox(env=postgres_environment(dsn))) as inbox:
        for place in range(0, len(stored), _PAGE):
            inbox.recorder.insert_events(stored[place : place + _PAGE])
    with psycopg.connect(dsn) as connection:
        connection.execute(INBOX.ddl.encode())
    return stored


def _rebuilt(dsn: str) -> float:
    begun = time.perf_counter()
    position = rebuild(dsn, INBOX, Mapper((*PUBLISHED, *PRIVATE)))
    return position / (time.perf_counter() - begun)


def _projected(dsn: str, events: int) -> float:
    with psycopg.connect(dsn) as connection:
        connection.execute("TRUNCATE users, rotas, customers, conversations, owners, messages, texts, counts")
        connection.execute("DROP TABLE IF EXISTS inboxprojection_tracking")
    begun = time.perf_counter()
    runner = ProjectionRunner(
        application_class=Inbox,
        projection_class=InboxProjection,
        view_class=InboxView,
        env=postgres_environment(dsn),
    )
    with runner:
        runner.wait(events, timeout=600)
        return events / (time.perf_counter() - begun)


class _Loaded:
    """A session that has the rows in memory already."""

    def __init__(self, rows: Sequence[EventRow]) -> None:
        self.streams: dict[str, list[EventRow]] = {}
        for row in rows:
            self.streams.setdefault(row.stream, []).append(row)

    def load(self, _: Mapping[str, int]) -> dict[str, list[EventRow]]:
        return self.streams


def _folded(rows: Sequence[EventRow]) -> float:
    """By the code that loads states for decisions."""
    loaded, mapper, clock = _Loaded(rows), Mapper((*PUBLISHED, *PRIVATE)), SystemClock()
    work = Work(cast(Session, loaded), mapper, clock, Uuid7(clock), {})
    begun = time.process_time()
    work.load({stream: fold_of(stream) for stream in loaded.streams})
    return len(rows) / (time.process_time() - begun)


def _decoded(stored: Sequence[StoredEvent]) -> float:
    mapper = Inbox().mapper
    begun = time.process_time()
    for each in stored:
        mapper.to_domain_event(each)
    return len(stored) / (time.process_time() - begun)
