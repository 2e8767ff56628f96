"""aiokafka's producer, made with our settings, and ended at once when nothing of it is wanted any more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerClosed, UnknownTopicOrPartitionError
from recado_events.catalogue import MIB

from recado_chassis.producing.records import UnknownTopic

BATCH_BYTES = 512 * 1024
"""A batch is closed here; one larger record still goes, alone."""
_REQUEST_BYTES = 4 * MIB + 64 * 1024
_DISCARD_SECONDS = 10.0


async def new_producer(
    bootstrap: str, topics: Sequence[str], deadline: float
) -> tuple[AIOKafkaProducer, dict[str, int]]:
    """A connected producer and the partition counts of the topics. Raises KafkaError, OSError, TimeoutError or
    UnknownTopic, and leaves nothing behind."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        max_request_size=_REQUEST_BYTES,
        max_batch_size=BATCH_BYTES,
        metadata_max_age_ms=30_000,
        # Below the deadline, so that a silent broker is asked once more before callers are let down.
        request_timeout_ms=int(deadline * 600),
        retry_backoff_ms=50,
    )
    try:
        async with asyncio.timeout(deadline):
            await producer.start()
            return producer, {topic: len(await producer.partitions_for(topic)) for topic in topics}
    except UnknownTopicOrPartitionError as error:
        await discard(producer)
        raise UnknownTopic(f"one of {', '.join(topics)} does not exist: run `recado topics create`") from error
    except BaseException:
        await discard(producer)
        raise


async def discard(producer: AIOKafkaProducer) -> None:
    """Ends a producer without waiting for its broker. What is on the wire may still be stored.

    Its own `stop` first delivers everything it holds, and with a silent broker waits for ever: so everything it could
    wait for is ended before.
    """
    _fail_batches(producer)
    if producer._sender.sender_task is not None:
        producer._sender.sender_task.cancel()
    for connection in list(producer.client._conns.values()):
        if connection._writer is not None:
            connection._writer.transport.abort()
    for end in (producer.client.close, partial(_await_sender, producer), producer.stop):
        with suppress(KafkaError, OSError, TimeoutError, KeyError):
            async with asyncio.timeout(_DISCARD_SECONDS):
                await end()


def _fail_batches(producer: AIOKafkaProducer) -> None:
    accumulator = producer._message_accumulator
    batches = [batch for queue in accumulator._batches.values() for batch in queue]
    accumulator._pending_batches.update(
        batches
    )  # where it looks for every batch that ends, also for one to be repeated
    accumulator.fail_all(ProducerClosed())
    for batch in batches:
        if batch._drain_waiter.done():
            batch._drain_waiter.exception()  # seen, else the loop complains that nobody looked


async def _await_sender(producer: AIOKafkaProducer) -> None:
    """Its last requests wait for news of the cluster, which nobody brings any more."""
    sender, client = producer._sender.sender_task, producer.client
    while sender is not None and not sender.done():
        if client._md_update_fut is not None and not client._md_update_fut.done():
            client._md_update_fut.set_result(False)
        await asyncio.sleep(0.01)
