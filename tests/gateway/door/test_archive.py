"""Every update is kept as it came, whatever is in it, and forgotten after the days the settings say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from gateway.adapters.door.archiving import Shelf
from gateway.adapters.door.upkeep import AT_ONCE, purging
from gateway.adapters.postgres import UpdateArchive
from gateway.application.archive import Kept, RecordId, Standing, Wanted
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.producing.headers import InboundHead, inbound_headers
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.toolbox import Toolbox
from recado_chassis.work import Work
from recado_events.gateway import PUBLISHED
from recado_events.ids import OrganisationId

from tests.gateway.door.doorway import Doorway, until
from tests.gateway.door.test_meaning import text_body
from tests.harness.on_database import Record
from tests.simulator.signing import meta_json

NOON = datetime(2027, 1, 2, 12, tzinfo=UTC)
ORGANISATION = OrganisationId(uuid4())


@pytest.fixture
def store(dsn: str) -> Iterator[PostgresStore]:
    with closing(PostgresStore(dsn)) as store:
        yield store


@pytest.fixture
def archive(store: PostgresStore) -> UpdateArchive:
    return UpdateArchive(store.connection)


def kept(offset: int, received_at: datetime = NOON, standing: Standing | None = None, number: str = "7001") -> Kept:
    return Kept(
        id=RecordId("inbound", 0, offset, str(offset)),
        type="inbound.message.v1",
        organisation_id=None,
        waba_id="9001",
        phone_number_id=number,
        received_at=received_at,
        key=b"k",
        value=b"v\x00\xff",
        headers=[("ce_id", b"1"), ("odd", b"\xff\x00\n"), ("none", None)],
        standing=standing,
    )


def write(store: PostgresStore, archive: UpdateArchive, *rows: Kept) -> None:
    with store.connection() as connection:
        archive.page(rows)(connection)


async def test_what_is_acknowledged_is_archived_byte_for_byte(door: Doorway) -> None:
    line, organisation = door.served()
    bodies = [
        meta_json(text_body(line, "inteiro")),
        meta_json(text_body(line, "meio HALF")).replace(b"HALF", rb"\ud800"),
        meta_json(text_body(line, "nulo \0 nulo")),
    ]
    for body in bodies:
        assert door.post(body).status_code == 200
    told = await door.inbound(line)
    until(lambda: len(door.archived(line)) == len(bodies))
    rows = door.archived(line)
    assert [(row["value"], row["key"].decode()) for row in rows] == [(each.value, each.key) for each in told]
    assert {(row["organisation_id"], row["standing"]) for row in rows} == {(organisation, None)}
    assert [row["received_at"] for row in rows] == [each.head.time for each in told]


def keep(store: PostgresStore, shelf: Shelf, *records: Record) -> None:
    def decide(work: Work) -> None:
        for record in records:
            shelf.keep(work, record)

    Toolbox(store).streams(PUBLISHED).transact(decide)


def record(offset: int, value: bytes, headers: list[tuple[str, bytes]] | None = None) -> Record:
    head = InboundHead(Uuid7(SystemClock()).new(), "inbound.message.v1", "/recado/gateway", "7001", NOON, "c")
    return Record("quarantine", 3, offset, b"k", value, inbound_headers(head) if headers is None else headers)


def test_a_batch_is_archived_once_by_one_statement(store: PostgresStore, archive: UpdateArchive) -> None:
    shelf = Shelf(archive, SystemClock(), "quarantine", "waiting")
    value = b'{"organisation_id":null,"waba_id":"9001","phone_number_id":null,"field":"x"}'
    records = [record(offset, value) for offset in range(300)]
    keep(store, shelf, *records)
    keep(store, shelf, *records[100:])
    taken = archive.take(1000)
    assert [each.id.offset for each in taken] == list(range(300))
    assert {(each.waba_id, each.phone_number_id, each.received_at) for each in taken} == {("9001", "", NOON)}


@pytest.mark.parametrize(
    "odd",
    [
        record(0, b""),
        record(0, b"\xff\x00"),
        record(0, b'{"organisation_id":null,"waba_id":"\\u0000","phone_number_id":null,'),
        record(0, b'{"organisation_id":null,"waba_id":"9001","phone_number_id":null,', []),
        record(0, b"{}", [("ce_id", b"\xff"), ("ce_type", b"a\0b")]),
    ],
)
def test_what_cannot_be_understood_is_archived_and_left_alone(
    store: PostgresStore, archive: UpdateArchive, odd: Record
) -> None:
    keep(store, Shelf(archive, SystemClock(), "quarantine", "waiting"), odd)
    assert archive.take(10) == []
    with store.connection() as connection:
        rows = connection.execute("SELECT value, standing FROM inbound_archive").fetchall()
    assert rows == [(odd.value, None)]


def test_what_is_written_is_read_back(store: PostgresStore, archive: UpdateArchive) -> None:
    row = kept(1, standing="waiting")
    write(store, archive, row)
    (taken,) = archive.take(10)
    assert replace(taken, headers=list(taken.headers)) == row


def test_what_is_taken_is_lent_to_one_and_settled(store: PostgresStore, archive: UpdateArchive) -> None:
    rows = [kept(offset, NOON - timedelta(seconds=offset), "waiting") for offset in range(5)]
    write(store, archive, *rows)
    first, second = archive.take(3), archive.take(3)
    assert [each.id.offset for each in first] == [4, 3, 2]
    assert [each.id.offset for each in second] == [1, 0]
    assert archive.take(3) == []
    archive.settle({each.id: ("released", ORGANISATION) for each in first})
    archive.settle({each.id: ("held", None) for each in second})
    (heap,) = archive.heaps(None, None, 10)
    assert (heap.standing, heap.count) == ("held", 2)
    assert (heap.first_received_at, heap.last_received_at) == (NOON - timedelta(seconds=1), NOON)


def test_what_is_held_can_be_looked_at_again_from_a_moment_on(store: PostgresStore, archive: UpdateArchive) -> None:
    rows = [kept(offset, NOON + timedelta(minutes=offset), "held") for offset in range(5)]
    write(store, archive, *rows, kept(9, standing="held", number="7002"), kept(10, standing="forged"))
    assert archive.look_again([]) == 0
    assert archive.look_again([Wanted("9001", "7009"), Wanted("9009", "7001")]) == 0
    assert archive.look_again([Wanted("9001", "7001", NOON + timedelta(minutes=3)), Wanted("9001", "7002")]) == 3
    assert [each.id.offset for each in archive.take(10)] == [9, 3, 4]
    assert archive.release("7001", "9009") == 0
    assert archive.release("7001", None) == 3


def test_what_is_older_than_its_days_is_forgotten(store: PostgresStore, archive: UpdateArchive) -> None:
    now = SystemClock().now()
    old = [kept(offset, now - timedelta(days=90, seconds=1)) for offset in range(AT_ONCE + 10)]
    young = [kept(10_000 + offset, now - timedelta(days=89)) for offset in range(3)]
    write(store, archive, *old, *young)
    purge = purging(archive, SystemClock(), timedelta(days=90)).act
    assert purge() == AT_ONCE + 10
    assert purge() == 0
    with store.connection() as connection:
        assert connection.execute("SELECT count(*) FROM inbound_archive").fetchone() == (3,)
