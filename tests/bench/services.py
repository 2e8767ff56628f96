"""Our services as they run everywhere, each a process of its own, with facts already in their logs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from billing import main as billing_main
from conversations import main as conversations_main
from conversations.domain.private import PRIVATE
from gateway import main as gateway_main
from recado_chassis.mapper import Mapper
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.streams import Streams
from recado_chassis.work import Fold, Work
from recado_events import conversations as told
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.gateway import ChannelConnectionStarted
from recado_events.ids import WabaId

from deploy.local.components import ProgramComponent
from deploy.local.ports import free_port
from deploy.local.programs import Addresses, Program, clean_environment, service_environment
from tests.bench.ground import Ground
from tests.bench.traffic import Business, business

MAINS = {"gateway": gateway_main, "conversations": conversations_main, "billing": billing_main}
_PLAIN: Fold[int] = Fold(0, lambda count, _: count + 1)


class Running:
    """A service's process. `extra` goes over what the launcher would tell it."""

    def __init__(self, ground: Ground, name: str, dsn: str, prefix: str, **extra: str) -> None:
        self.port = free_port()
        environment = {**environment_of(ground, name, dsn, prefix, self.port), **extra}
        url = f"http://127.0.0.1:{self.port}/health/ready"
        program = Program(name, [sys.executable, "-m", name], environment, url)
        self.log = ground.folder / f"{name}-{self.port}.log"
        self._component = ProgramComponent(program, self.log)

    def __enter__(self) -> Running:
        self._component.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._component.stop()

    @property
    def pid(self) -> int:
        found = self._component.pid
        if found is None:
            raise RuntimeError(f"a service has ended; see {self.log}")
        return found


def environment_of(ground: Ground, name: str, dsn: str, prefix: str, port: int = 0) -> dict[str, str]:
    """What the launcher would tell it, without access logs, for the rivals write none either."""
    addresses = Addresses(ground.kafka.bootstrap, {name: dsn}, _everywhere(port), files=str(ground.folder / "files"))
    return {
        **clean_environment(),
        **service_environment(name, addresses, ground.secrets),
        "RECADO_TOPIC_PREFIX": prefix,
        "RECADO_EVENTS_URLS": "",
        "RECADO_LOG_LEVEL": "WARNING",
    }


def _everywhere(port: int) -> Mapping[str, int]:
    return dict.fromkeys(("gateway", "conversations", "templates", "crm", "billing", "simulator", "payments"), port)


def connect_numbers(dsn: str, numbers: int) -> None:
    """As if each number had been connected at the gateway."""
    now = datetime.now(UTC)
    facts = [_connected(business(place), now) for place in range(numbers)]
    with closing(PostgresStore(dsn)) as store:
        append(streams_on(store, [ChannelConnectionStarted]), facts)


def _connected(at: Business, now: datetime) -> Event:
    return ChannelConnectionStarted(
        organisation_id=at.organisation_id,
        phone_number_id=at.number,
        waba_id=WabaId(at.line.waba_id),
        country="BR",
        time_zone="America/Sao_Paulo",
        started_by=at.members[0],
        started_at=now,
    )


def staff(dsn: str, numbers: int) -> None:
    """Three people at each organisation of conversations, all in the rota of each number."""
    with closing(PostgresStore(dsn)) as store:
        staff_streams(streams_on(store, (*told.PUBLISHED, *PRIVATE)), numbers)


def staff_streams(streams: Streams, numbers: int) -> None:
    now = datetime.now(UTC) - timedelta(days=2)
    businesses = [business(place) for place in range(numbers)]
    facts: list[Event] = []
    for at in {each.organisation_id: each for each in businesses}.values():
        facts += _team(at, now)
    append(streams, facts + [_rota(at, now) for at in businesses])


def _team(at: Business, now: datetime) -> list[Event]:
    org, by = at.organisation_id, at.members[0]
    common: dict[str, Any] = {"organisation_id": org, "profile_id": at.profile_id}
    granted = told.ProfileGranted(**common, level="view_reply", scope="all", granted_by=by, granted_at=now)
    people = [
        told.UserRegistered(
            **common,
            user_id=member,
            role="member",
            registered_by=by,
            registered_at=now,
            personal=told.UserName(name=f"Pessoa {place}"),
        )
        for place, member in enumerate(at.members)
    ]
    return [granted, *people]


def _rota(at: Business, now: datetime) -> Event:
    return told.RotaMembersChosen(
        organisation_id=at.organisation_id,
        phone_number_id=at.number,
        members=at.members,
        chosen_by=at.members[0],
        chosen_at=now,
    )


def streams_on(store: PostgresStore, events: Iterable[type[Event]]) -> Streams:
    return Streams(store, Mapper(events), SystemClock(), Uuid7(SystemClock()))


def append(streams: Streams, facts: Sequence[Event]) -> None:
    def decide(work: Work) -> None:
        work.load({fact.stream: _PLAIN for fact in facts})
        work.record(facts, Cause("bench"))

    streams.transact(decide)
