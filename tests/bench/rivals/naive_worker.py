"""The obvious composition as a process: a FastStream subscriber a record, `save` a message, a `subscribe()` relay.

`python -m tests.bench.rivals.naive_worker`, told by NAIVE_* and the library's own variables.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Mapping
from typing import Any

from eventsourcing.persistence import Notification
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker
from psycopg.conninfo import conninfo_to_dict
from recado_events.inbound import InboundUpdate

from tests.bench.rivals.naive import Inbox


def postgres_environment(dsn: str) -> dict[str, str]:
    """What the library wants to know of a database."""
    told = conninfo_to_dict(dsn)
    names = {"dbname": "DBNAME", "host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        **{f"POSTGRES_{name}": str(told[member]) for member, name in names.items()},
    }


class Relay(threading.Thread):
    """Publishes each event that is recorded from now on, one after the other."""

    def __init__(self, inbox: Inbox, broker: KafkaBroker, topic: str, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(daemon=True)
        self._broker = broker
        self._topic = topic
        self._loop = loop
        self._subscription = inbox.recorder.subscribe(gt=inbox.recorder.max_notification_id())

    def run(self) -> None:
        with self._subscription as notifications:
            for notification in notifications:
                asyncio.run_coroutine_threadsafe(self._publish(notification), self._loop).result()

    async def _publish(self, told: Notification) -> None:
        headers = {"type": told.topic, "position": str(told.id)}
        await self._broker.publish(told.state, self._topic, key=str(told.originator_id).encode(), headers=headers)


async def main(environment: Mapping[str, str]) -> None:
    inbox = Inbox(env=dict(environment))
    broker = KafkaBroker(environment["NAIVE_KAFKA"], acks="all", logger=None)
    broker.config.logger.log_level = logging.WARNING

    @broker.subscriber(
        environment["NAIVE_TOPIC"], group_id="naive", auto_offset_reset="earliest", ack_policy=AckPolicy.ACK
    )
    async def receive(update: InboundUpdate) -> None:
        await asyncio.to_thread(inbox.receive, as_mapping(update))

    app = FastStream(broker)

    @app.after_startup
    async def relay() -> None:
        Relay(inbox, broker, environment["NAIVE_OUT"], asyncio.get_running_loop()).start()

    await app.run()


def as_mapping(update: InboundUpdate) -> dict[str, Any]:
    return {
        "organisation_id": str(update.organisation_id),
        "phone_number_id": update.phone_number_id,
        "contacts": update.contacts,
        "update": update.update,
    }


if __name__ == "__main__":
    asyncio.run(main(os.environ))
