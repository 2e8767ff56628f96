"""Workers that are killed or frozen anywhere: what they had in hand is done once, by whoever comes next."""

import asyncio
import signal
from pathlib import Path

import pytest
from recado_chassis.storing.postgres import PostgresStore

from deploy.local.provider import Kafka
from tests.libs.chassis.consumer.ear import counts, notes, raw, said
from tests.libs.chassis.consumer.street import Street, eventually, remains
from tests.libs.chassis.consumer.worker import worker


@pytest.fixture
def street(kafka: Kafka, topic_prefix: str) -> Street:
    street = Street(kafka.bootstrap, topic_prefix)
    street.build()
    return street


@pytest.mark.long
@pytest.mark.parametrize("point", ["consumer.before_transaction", "consumer.after_commit", "consumer.before_ack"])
async def test_a_worker_killed_around_its_commit_leaves_everything_done_once(
    street: Street, dsn: str, postgres_store: PostgresStore, point: str
) -> None:
    street.tell(raw(said(number), 0, number + 1) for number in range(700))
    with worker(street, dsn, crash_point=point) as killed:
        assert await asyncio.to_thread(killed.wait, 30) == -signal.SIGKILL
    done = len(notes(postgres_store).get("ada", []))
    assert done in {"consumer.before_transaction": [0], "consumer.after_commit": range(1, 701)}.get(point, range(701))
    with worker(street, dsn):
        await eventually(lambda: notes(postgres_store) == {"ada": list(range(700))}, within=90)
    assert counts(street.row(postgres_store)) == (700, 0, 0, 0)


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_workers_killed_at_any_moment_lose_and_repeat_nothing(
    street: Street, dsn: str, postgres_store: PostgresStore
) -> None:
    told = 0
    for lifetime in (0.2, 0.05, 0.6):
        before = len(notes(postgres_store).get("ada", []))
        with worker(street, dsn):
            enough = told + 3_000
            while len(notes(postgres_store).get("ada", [])) == before:
                if told < enough:
                    street.tell(raw(said(number), 0, number + 1) for number in range(told, told + 300))
                    told += 300
                await asyncio.sleep(0.1)
            await asyncio.sleep(lifetime)
    with worker(street, dsn):
        await eventually(lambda: notes(postgres_store) == {"ada": list(range(told))}, within=90)
    assert counts(street.row(postgres_store)) == (told, 0, 0, 0)


async def test_a_frozen_worker_that_wakes_up_after_its_partitions_were_taken_changes_nothing(
    street: Street, dsn: str, postgres_store: PostgresStore, tmp_path: Path
) -> None:
    sign = tmp_path / "in the middle of a batch"
    street.tell([raw(said(0, how="slow", text=str(sign)), 0, 1), raw(said(1), 0, 2)])
    with worker(street, dsn) as frozen, worker(street, dsn) as successor:
        await eventually(sign.exists, within=30)
        for process in (frozen, successor):
            process.send_signal(signal.SIGSTOP)
        assert notes(postgres_store) == {}
        street.tell([raw(said(2), 0, 3)])
        with worker(street, dsn):
            await eventually(lambda: notes(postgres_store) == {"ada": [0, 1, 2]}, within=90)
            stood = street.row(postgres_store)
            for process in (frozen, successor):
                process.send_signal(signal.SIGCONT)
            await remains(lambda: street.row(postgres_store) == stood, 3.0)
            street.tell([raw(said(3), 0, 4)])
            await eventually(lambda: notes(postgres_store) == {"ada": [0, 1, 2, 3]}, within=90)
    assert counts(street.row(postgres_store)) == (4, 0, 0, 0)


async def test_a_worker_asked_to_stop_ends_at_once(street: Street, dsn: str, postgres_store: PostgresStore) -> None:
    street.tell([raw(said(0), 0, 1)])
    with worker(street, dsn) as process:
        await eventually(lambda: notes(postgres_store) == {"ada": [0]}, within=30)
        process.terminate()
        assert await asyncio.to_thread(process.wait, 5) == 0
    assert await asyncio.to_thread(street.members, "ear") == 0
