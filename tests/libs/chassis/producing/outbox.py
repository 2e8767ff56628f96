"""A service with a log to publish, in a real database, and what a subscriber makes of its topic."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from typing import ClassVar
from uuid import UUID

from aiokafka import ConsumerRecord
from pydantic import AwareDatetime
from recado_chassis.mapper import Mapper
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.producing.headers import read_envelope
from recado_chassis.service import Service
from recado_chassis.store import EventRow
from recado_chassis.storing.migrate import migrate
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.streams import Streams
from recado_chassis.work import Fold, Work
from recado_events.catalogue import GATEWAY
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.gateway import PUBLISHED, ChannelRenamed, OfChannel
from recado_events.ids import OrganisationId, PhoneNumberId, UserId

TOPIC = GATEWAY.name
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
ORGANISATION = OrganisationId(UUID("01900000-0000-7000-8000-000000000002"))
USER = UserId(UUID("01900000-0000-7000-8000-000000000003"))
_FOLD: Fold[None] = Fold(None, lambda state, _: state)


class SecretKept(OfChannel):
    """Stored, and nobody else's business."""

    TYPE: ClassVar[str] = "gateway.secret-kept.v1"
    name: str
    kept_at: AwareDatetime


def prepared(dsn: str) -> None:
    """For `database(prepared)`: all tables of the chassis."""
    migrate(dsn)


@contextmanager
def outbox(dsn: str, mapper: Mapper | None = None) -> Iterator[Service]:
    store = PostgresStore(dsn)
    clock = SystemClock()
    streams = Streams(store, mapper or Mapper([*PUBLISHED, SecretKept]), clock, Uuid7(clock))
    try:
        yield Service("gateway", streams, tells=PUBLISHED)
    finally:
        store.close()


def renamed(number: int, channels: int = 8) -> Event:
    channel = PhoneNumberId(f"1555{number % channels}")
    return ChannelRenamed(
        organisation_id=ORGANISATION, phone_number_id=channel, name=str(number), renamed_by=USER, renamed_at=NOW
    )


def kept(number: int) -> Event:
    return SecretKept(
        organisation_id=ORGANISATION, phone_number_id=PhoneNumberId(f"1555{number % 8}"), name="secret", kept_at=NOW
    )


def append(service: Service, facts: Iterable[Event]) -> int:
    """All in one transaction; answers the log's end."""
    written = list(facts)

    def decide(work: Work) -> None:
        work.load({fact.stream: _FOLD for fact in written})
        work.record(written, Cause("story"))

    return service.streams.transact(decide).position


def log_of(service: Service) -> list[EventRow]:
    return list(service.streams.store.read(0, 1_000_000))


def as_a_subscriber_sees_it(records: Iterable[ConsumerRecord]) -> list[ConsumerRecord]:
    """Without duplicates: of each partition and log, a position not above the last one was seen before."""
    seen: list[ConsumerRecord] = []
    for _, of_partition in groupby(records, lambda record: record.partition):
        last: dict[str | None, int] = {}
        for record in of_partition:
            envelope = read_envelope(record.headers)
            if (envelope.position or 0) > last.get(envelope.source, 0):
                last[envelope.source] = envelope.position or 0
                seen.append(record)
    return seen


def positions(records: Iterable[ConsumerRecord]) -> list[int]:
    return [read_envelope(record.headers).position or 0 for record in records]
