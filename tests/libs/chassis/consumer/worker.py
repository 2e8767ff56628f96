"""A worker in a process of its own, to be killed and frozen: `python -m tests.libs.chassis.consumer.worker …`."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from recado_chassis.crash import SETTING
from recado_chassis.storing.postgres import PostgresStore

from tests.harness.nursery import Nursling, started
from tests.libs.chassis.consumer.street import Street


@contextmanager
def worker(street: Street, dsn: str, crash_point: str = "") -> Iterator[Nursling]:
    """Runs until the end of the block, or until it reaches the crash point."""
    command = [sys.executable, "-m", __name__, street.bootstrap, street.prefix, dsn]
    with started(command, {**os.environ, SETTING: crash_point}) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()


async def main(bootstrap: str, prefix: str, dsn: str) -> None:
    consumer = Street(bootstrap, prefix).consumer(PostgresStore(dsn))
    work = asyncio.create_task(consumer.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
    with suppress(asyncio.CancelledError):
        await work


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
