"""A database that was restored from a backup: the relay notices what it has forgotten, and an operator decides."""

import asyncio
from contextlib import closing

import psycopg
import pytest
from recado_chassis.producing.headers import read_envelope
from recado_chassis.storing.postgres import PostgresStore
from recado_events.catalogue import GATEWAY

from deploy.local.provider import Kafka, Postgres
from tests.libs.chassis.producing.outbox import TOPIC, append, as_a_subscriber_sees_it, outbox, prepared, renamed
from tests.libs.chassis.producing.relaying import relaying, until
from tests.libs.chassis.producing.topic_contents import contents, created
from tests.servers.database_factory import DatabaseFactory


async def relayed(dsn: str, kafka: Kafka, prefix: str, first: int, count: int) -> None:
    with outbox(dsn) as service:
        end = append(service, (renamed(first + number) for number in range(count)))
        async with relaying(service, dsn, kafka, prefix):
            await until(lambda: position_of(dsn) == end, "the relay to come to the end")


def position_of(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT position FROM relay").fetchone()
    return int(row[0]) if row else -1


@pytest.mark.parametrize(
    "decided_since", [0, 10, 200], ids=["at once", "some commands later", "grown past the old end"]
)
async def test_a_restored_log_is_not_published_until_it_has_a_new_identity(
    kafka: Kafka, topic_prefix: str, postgres: Postgres, database: DatabaseFactory, decided_since: int
) -> None:
    created(kafka, GATEWAY, topic_prefix)
    before = database(prepared)
    await relayed(before, kafka, topic_prefix, first=0, count=50)
    restored = postgres.create_database(f"{name_of(before)}_restored", template=name_of(before))
    await relayed(before, kafka, topic_prefix, first=50, count=50)
    published = len(await contents(kafka, topic_prefix + TOPIC))

    with outbox(restored) as service:
        if decided_since:
            append(service, (renamed(1_000 + number) for number in range(decided_since)))
        async with relaying(service, restored, kafka, topic_prefix) as relay:
            await until(lambda: "recado log renew" in (relay.reason() or ""), "the relay to halt")
            await asyncio.sleep(1.5)
            assert not relay.ready()
            assert len(await contents(kafka, topic_prefix + TOPIC)) == published
            renewed = await asyncio.to_thread(renew, restored)
            await until(relay.ready, "the relay to go on")
            end = await asyncio.to_thread(append, service, [renamed(5_000)])
            await until(lambda: position_of(restored) == end, "the relay to come to the end")
    later = await contents(kafka, topic_prefix + TOPIC)
    of_new_log = [record for record in later if f"/{renewed}" in (read_envelope(record.headers).source or "")]
    assert len(of_new_log) == decided_since + 1
    assert len(as_a_subscriber_sees_it(later)) == published + decided_since + 1
    postgres.drop_database(name_of(restored))


async def test_a_renewed_identity_is_another_one(database: DatabaseFactory) -> None:
    dsn = database(prepared)
    with outbox(dsn) as service:
        first = service.streams.store.log_id()
        second = renew(dsn)
        assert first != second == service.streams.store.log_id()


def renew(dsn: str) -> str:
    """As `recado log renew` does."""
    with closing(PostgresStore(dsn)) as store:
        return store.renew_log()


def name_of(dsn: str) -> str:
    return dsn.rpartition("/")[2]
