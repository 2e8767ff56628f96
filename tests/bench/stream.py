"""GET /stream with 500 connected users: how late they are told, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from conversations import main as conversations_main
from conversations.domain.private import PRIVATE
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.streams import Streams
from recado_events import conversations as told
from recado_events.content import Text
from recado_events.event import Event
from recado_events.ids import ConversationId, CustomerId, MessageId

from deploy.local.credentials import Organisation, tokens
from tests.bench.figures import Findings, Target, spelled
from tests.bench.ground import Ground
from tests.bench.listeners import Listeners
from tests.bench.machine import cpu_seconds, resident_mib
from tests.bench.services import Running, append, staff_streams, streams_on
from tests.bench.traffic import NUMBERS_AN_ORGANISATION, Business, business

USERS = 500
HOW = (
    f"{USERS} users follow `GET /stream` of one process of conversations, which has all its roles. From just before "
    "a message is appended to the log until a user's screen has it: the commit, the views (an event is told once they "
    "show it), and the way to everybody. The readers run on the same cores. Every message is told to every user of "
    "its organisation, with their counters."
)


def run(ground: Ground) -> Findings:
    findings = Findings("Live updates", HOW)
    for organisations, rate in ((1, 5), (50, 50)):
        found = [_round(ground, organisations, rate) for _ in range(min(3, ground.size.rounds))]
        among = f"{USERS // organisations} users each of {organisations} organisations, {rate} messages/s"
        cores = spelled(sorted(each.cores for each in found)[len(found) // 2])
        note = f"{cores} cores of conversations; {found[0].told:,} deliveries a round, {found[0].lost} lost"
        findings.add(f"{among}: p50", [each.p50 for each in found], "ms")
        findings.add(f"{among}: p99", [each.p99 for each in found], "ms", Target("most", 1_000), note)
        findings.add(f"{among}: memory for 500 connections", [each.memory for each in found], "MiB")
    return findings


class Round:
    def __init__(self, late: Sequence[float], expected: int, memory: float, cores: float) -> None:
        self.told = len(late)
        self.lost = expected - len(late)
        counted = sorted(seconds * 1000 for seconds in late)
        self.p50, self.p99 = counted[len(counted) // 2], counted[int(len(counted) * 0.99)]
        self.memory = memory
        """Beyond what the process holds without anybody."""
        self.cores = cores


def _round(ground: Ground, organisations: int, rate: int) -> Round:
    dsn, prefix = ground.database(conversations_main), ground.topics()
    places = [business(place * NUMBERS_AN_ORGANISATION) for place in range(organisations)]
    with closing(PostgresStore(dsn)) as store:
        streams = streams_on(store, (*told.PUBLISHED, *PRIVATE))
        staff_streams(streams, organisations * NUMBERS_AN_ORGANISATION)
        talks = {at: _talk(streams, at) for at in places}
        with Running(ground, "conversations", dsn, prefix) as service:
            before = resident_mib(service.pid)
            listeners = _connected(ground, service, places)
            spent, begun = cpu_seconds(service.pid), time.monotonic()
            sent = _write(streams, talks, rate, ground.size.seconds)
            _await(listeners, sent * USERS // organisations)
            cores = (cpu_seconds(service.pid) - spent) / (time.monotonic() - begun)
            memory = resident_mib(service.pid)
            listeners.stop()
    ground.forget_topics(prefix)
    ground.drop(dsn)
    return Round(listeners.late, sent * USERS // organisations, max(memory - before, 0.0), cores)


def _connected(ground: Ground, service: Running, places: Sequence[Business]) -> Listeners:
    listeners = Listeners(service.port, [token for at in places for token in _tokens(ground, at, USERS // len(places))])
    listeners.start()
    if not listeners.ready.wait(120):
        raise RuntimeError(f"not everybody was let in; see {service.log}")
    return listeners


def _tokens(ground: Ground, at: Business, count: int) -> list[str]:
    people = Organisation(
        organisation_id=str(at.organisation_id),
        operator=str(uuid4()),
        administrator=str(uuid4()),
        agents=[str(uuid4()) for _ in range(count)],
        profile_id=str(at.profile_id),
        waba_id="1",
        phone_number_id=str(at.number),
    )
    return list(tokens(ground.secrets, people)["agents"])


def _talk(streams: Streams, at: Business) -> told.ConversationOpened:
    now = datetime.now(UTC) - timedelta(hours=1)
    customer, talk = CustomerId(uuid4()), ConversationId(uuid4())
    of: dict[str, Any] = {"organisation_id": at.organisation_id, "phone_number_id": at.number, "customer_id": customer}
    opened = told.ConversationOpened(**of, conversation_id=talk, initiated_by="customer", opened_at=now)
    known: list[Event] = [
        told.CustomerIdentified(**of, identified_at=now, personal=None),
        opened,
        told.ConversationAssigned(**of, conversation_id=talk, user_id=at.members[0], how="rota", assigned_at=now),
    ]
    append(streams, known)
    return opened


def _write(streams: Streams, talks: dict[Business, told.ConversationOpened], rate: int, seconds: float) -> int:
    """Messages to all organisations in turn, at this rate together. How many."""
    opened, begun = list(talks.values()), time.monotonic()
    count = max(int(rate * seconds) // len(opened), 1) * len(opened)
    for place in range(count):
        time.sleep(max(0.0, begun + place / rate - time.monotonic()))
        append(streams, [_message(opened[place % len(opened)])])
    return count


def _message(at: told.ConversationOpened) -> Event:
    now = datetime.now(UTC)
    return told.MessageReceived(
        organisation_id=at.organisation_id,
        phone_number_id=at.phone_number_id,
        customer_id=at.customer_id,
        conversation_id=at.conversation_id,
        message_id=MessageId(uuid4()),
        kind="text",
        occurred_at=now,
        received_at=now,
        personal=told.Received(wamid="wamid.x", content=Text(body=f"sent {time.monotonic()}")),
    )


def _await(listeners: Listeners, count: int) -> None:
    """Until all have come, or none has for ten seconds."""
    seen, since = -1, time.monotonic()
    while len(listeners.late) < count and time.monotonic() - since < 10:
        if len(listeners.late) != seen:
            seen, since = len(listeners.late), time.monotonic()
        time.sleep(0.02)
