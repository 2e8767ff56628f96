"""A worker says which partitions are its own, for work that is shared out as they are."""

import pytest
from recado_chassis.storing.postgres import PostgresStore

from deploy.local.provider import Kafka
from tests.libs.chassis.consumer.ear import MOUTH, STREET
from tests.libs.chassis.consumer.street import Street, eventually, running


@pytest.fixture
def street(kafka: Kafka, topic_prefix: str) -> Street:
    street = Street(kafka.bootstrap, topic_prefix)
    street.build()
    return street


async def test_workers_hold_all_partitions_between_them_and_none_twice(
    street: Street, postgres_store: PostgresStore
) -> None:
    first, second = street.consumer(postgres_store), street.consumer(postgres_store)
    assert first.held(MOUTH) is None, "in no group nobody can say"
    async with running(first):
        await eventually(lambda: first.held(MOUTH) == frozenset(range(4)))
        async with running(second):
            await eventually(lambda: bool(second.held(MOUTH)) and len(first.held(MOUTH) or ()) == 2)
            assert (first.held(MOUTH) or set()) | (second.held(MOUTH) or set()) == set(range(4))
            assert len(first.held(STREET) or ()) == len(second.held(STREET) or ()) == 1
        assert second.held(MOUTH) is None
        await eventually(lambda: first.held(MOUTH) == frozenset(range(4)))
