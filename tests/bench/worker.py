"""Consumer and relay of one service and nothing else, in one process, as `python -m conversations` makes them.

`python -m tests.bench.worker conversations`, told by RECADO_*. Projections are left out, for the rivals have none.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from importlib import import_module

import uvloop
from recado_chassis import logs
from recado_chassis.consuming.consumer import Consumer
from recado_chassis.producing.relay import Relay
from recado_chassis.running.interpreter import tune
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.toolbox import Toolbox


async def main(name: str) -> None:
    settings = import_module(f"{name}.settings").Settings.from_environment()
    store = PostgresStore(settings.dsn())
    service = import_module(f"{name}.main").build(settings, Toolbox(store, connection=store.connection))
    consumer = Consumer(service, settings.kafka, settings.topic_prefix)
    relay = Relay(service, settings.dsn(), settings.kafka, settings.topic_prefix)
    tune()
    working = asyncio.gather(consumer.run(), relay.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, working.cancel)
    with suppress(asyncio.CancelledError):  # it has left its group then: the next worker need not wait for a timeout
        await working


if __name__ == "__main__":
    logs.configure("bench", "WARNING")
    uvloop.run(main(sys.argv[1]))
