"""A relay in a process of its own, to be killed and frozen: `python -m … DSN BOOTSTRAP PREFIX [IDLE_SECONDS]`."""

import asyncio
import sys

from recado_chassis.producing import relay_log
from recado_chassis.producing.relay import Relay

from tests.libs.chassis.producing.outbox import outbox


async def main(dsn: str, bootstrap: str, prefix: str, idle_seconds: str = "20") -> None:
    relay_log.IDLE_SECONDS = int(idle_seconds)
    with outbox(dsn) as service:
        relay = Relay(service, dsn, bootstrap, prefix)
        await relay.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
