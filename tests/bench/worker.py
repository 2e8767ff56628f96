"""Consumer and relay of conversations and nothing else, in one process, as `python -m conversations` makes them.

`python -m tests.bench.worker`, told by RECADO_*. Its projection is left out, for the rival has none.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

import uvloop
from conversations.main import build
from conversations.settings import Settings
from recado_chassis import logs
from recado_chassis.consuming.consumer import Consumer
from recado_chassis.producing.relay import Relay
from recado_chassis.running.interpreter import tune
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.toolbox import Toolbox


async def main(settings: Settings) -> None:
    store = PostgresStore(settings.dsn())
    service = build(settings, Toolbox(store, connection=store.connection))
    consumer = Consumer(service, settings.kafka, settings.topic_prefix)
    relay = Relay(service, settings.dsn(), settings.kafka, settings.topic_prefix)
    tune()
    working = asyncio.gather(consumer.run(), relay.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, working.cancel)
    with suppress(asyncio.CancelledError):  # it has left its group then: the next worker need not wait for a timeout
        await working


if __name__ == "__main__":
    logs.configure("bench", "WARNING")
    uvloop.run(main(Settings.from_environment()))
