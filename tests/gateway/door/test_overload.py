"""More than may wait for Kafka is told to come again at once."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import pytest
from gateway.adapters.door.desk import Desk
from gateway.adapters.door.raw_records import RawRecords
from gateway.adapters.door.registry import Registry
from gateway.domain.tags import Tags
from recado_chassis.fingerprints import Fingerprints
from recado_chassis.http.problems import Problem
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.producing.producer import Batcher, Limits
from recado_chassis.producing.topics import create_topics
from recado_chassis.storing.memory import MemoryStore
from recado_events.catalogue import INBOUND, QUARANTINE
from recado_events.envelope import Cause

from deploy.local.provider import Kafka
from tests.gateway.door.test_meaning import text_body
from tests.simulator.bodies import Line
from tests.simulator.signing import meta_json


async def test_what_is_too_much_at_once_gets_503_at_once(kafka: Kafka, topic_prefix: str) -> None:
    topics = (INBOUND, QUARANTINE)
    create_topics(kafka.bootstrap, topics, topic_prefix)
    registry, clock = Registry(MemoryStore()), SystemClock()
    following = asyncio.create_task(registry.run())
    while not registry.ready():
        await asyncio.sleep(0.01)
    async with Batcher(kafka.bootstrap, topics, topic_prefix, Limits(waiting_bytes=4000)) as batcher:
        records = RawRecords(Fingerprints(b"a" * 32))
        desk = Desk(registry, Tags(b"k" * 32), records, batcher, clock, Uuid7(clock))
        body = meta_json(text_body(Line("9001", "7001"), "a" * 4000))
        begun = time.monotonic()
        with pytest.raises(Problem) as refused:
            await desk.take(body, Cause("a test"))
        assert time.monotonic() - begun < 1.0
        assert (refused.value.status, refused.value.rule) == (503, "not_acknowledged")
        assert refused.value.headers == {"Retry-After": "1"}
        await desk.take(meta_json(text_body(Line("9001", "7001"), "a")), Cause("a test"))
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
