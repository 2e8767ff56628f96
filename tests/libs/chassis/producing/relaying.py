"""Relays that run beside a test, in its own process or in another."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from recado_chassis.crash import SETTING
from recado_chassis.producing.relay import Relay
from recado_chassis.service import Service

from deploy.local.provider import Kafka
from tests.harness.nursery import Nursling, started
from tests.libs.chassis.producing.topic_contents import contents

ROOT = Path(__file__).parents[4]
PROCESS = "tests.libs.chassis.producing.relay_process"


@asynccontextmanager
async def relaying(service: Service, dsn: str, kafka: Kafka, prefix: str) -> AsyncIterator[Relay]:
    relay = Relay(service, dsn, kafka.bootstrap, prefix)
    running = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@contextmanager
def relay_process(
    dsn: str, kafka: Kafka, prefix: str, crash_point: str = "", idle_seconds: int = 20
) -> Iterator[Nursling]:
    arguments = [dsn, kafka.bootstrap, prefix, str(idle_seconds)]
    process = started([sys.executable, "-m", PROCESS, *arguments], {**os.environ, SETTING: crash_point})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def until(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    try:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.02)
    except TimeoutError as error:
        raise AssertionError(f"waited {seconds:.0f} s in vain for {what}") from error


async def until_it_holds(kafka: Kafka, topic: str, count: int, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while len(await contents(kafka, topic)) < count:
            await asyncio.sleep(0.05)
