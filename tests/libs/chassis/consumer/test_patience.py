"""What an idle consumer costs the broker, and how soon it hears of the first record all the same."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.protocol.fetch import FetchRequest
from recado_chassis.consuming.consumer import Consumer
from recado_chassis.consuming.patience import IDLE_AFTER
from recado_chassis.storing.postgres import PostgresStore

from deploy.local.provider import Kafka
from tests.libs.chassis.consumer.ear import notes, raw, said
from tests.libs.chassis.consumer.street import Street, eventually, on_partitions, running

SECONDS = 2.0


class Requests:
    """Counts what the client asks the broker for records."""

    def __init__(self, client: AIOKafkaConsumer) -> None:
        self._send = client._client.send
        self.count = 0
        client._client.send = self._counting

    async def _counting(self, node: int, request: Any, **options: Any) -> Any:
        self.count += isinstance(request, FetchRequest)
        return await self._send(node, request, **options)

    async def within(self, seconds: float) -> int:
        before = self.count
        await asyncio.sleep(seconds)
        return self.count - before


def client_of(consumer: Consumer) -> AIOKafkaConsumer:
    subscription = consumer._subscription
    assert subscription is not None
    assert subscription.consumer is not None
    return subscription.consumer


async def test_an_idle_consumer_asks_seldom_and_hears_the_first_record_at_once(
    kafka: Kafka, topic_prefix: str, postgres_store: PostgresStore
) -> None:
    street = Street(kafka.bootstrap, topic_prefix)
    street.build()
    consumer = street.consumer(postgres_store)
    async with running(consumer):
        await eventually(consumer.ready)
        asked = Requests(client_of(consumer))
        for number in range(2):
            await asyncio.sleep(IDLE_AFTER)
            assert await asked.within(SECONDS) <= 6
            before = asked.count
            street.tell(on_partitions([raw(said(number, "a"), 0, number + 1)]))
            await eventually(lambda heard=number: notes(postgres_store).get("a", ())[-1:] == [heard], within=1.0)
            await asyncio.sleep(IDLE_AFTER)
            assert asked.count - before >= 10, "busy, it waits briefly"
