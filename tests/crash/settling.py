"""Waiting, with a bound, until nothing waits anywhere: the bound is one of the promises."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import httpx
import psycopg
from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]
from recado_events.catalogue import TOPICS

from tests.crash.installation import Installation
from tests.crash.payer import Payer
from tests.simulator.client import Simulator

BOUND = 90.0
"""Seconds from the last fault to rest."""
_PLACES = [(topic.name, number) for topic in TOPICS for number in range(topic.partitions)]
_INBOX = "SELECT topic, partition, next_offset FROM inbox WHERE partition >= 0"
_LOG = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
_FOLLOWERS = """
SELECT 'relay', position FROM relay UNION ALL SELECT name, position FROM projections WHERE name !~ '_(next|old)$'
"""
_QUARANTINED = "SELECT count(*) FROM inbound_archive WHERE standing = 'waiting'"
_LOOKED_THROUGH = "SELECT source, position FROM subscription_sources"
_LASTING = {
    "gateway": {
        "messages without an outcome": "SELECT count(*) FROM pending_sends",
        "requests about templates without one": "SELECT count(*) FROM pending_template_requests",
        "logs that subscriptions are not told of": (
            "SELECT count(*) FROM subscription_cursors WHERE is_active AND due_at IS NOT NULL"
        ),
        # One that fails again and again is tried once an hour.
        "files on their way": "SELECT count(*) FROM pending_media WHERE due_at < now() + interval '310 seconds'",
    },
    "billing": {
        "recharges under way": "SELECT count(*) FROM view_wallets.purchases WHERE due_at < now() + interval '5 minutes'"
    },
}
"""What may take minutes after a kill, for nobody knows what became of a call: waited for once, at the end."""


class NotSettled(Exception):
    """Says what still waits."""


class Settling:
    def __init__(self, installation: Installation, http: httpx.AsyncClient, meta: Simulator, payer: Payer) -> None:
        self._installation = installation
        self._http = http
        self._meta = meta
        self._payer = payer
        self.longest = 0.0
        self._sends = False
        self._stood: Any = None

    async def settle(self, bound: float = BOUND, *, sends: bool = False) -> float:
        """Seconds it took. Raises NotSettled.

        With `sends`, also every message, file, request about a template, recharge and delivery has its outcome: minutes
        after whoever claimed it has died, and messages behind it to the same customer after that.
        """
        begun = time.monotonic()
        waits, self._sends = "readiness", sends
        try:
            await self._installation.up(self._http, bound)
            while True:
                waits = await self._waits(sends=sends)
                if not waits:
                    took = time.monotonic() - begun
                    self.longest = max(self.longest, took)
                    return took
                if time.monotonic() - begun > bound:
                    raise NotSettled(f"after {bound:.0f} s there still waits: {waits}")
                self._installation.restart_the_dead()
                await asyncio.sleep(0.4)
        except TimeoutError as error:
            raise NotSettled(str(error) or waits) from error

    async def stood_still(self) -> bool:
        """Whether nothing has moved since it came to rest."""
        try:
            return bool(self._stood == await asyncio.to_thread(self._standing, self._sends))
        except (psycopg.Error, OSError, KafkaException):
            return False

    async def _waits(self, *, sends: bool) -> str:
        """What does; empty where nothing did, twice in a row."""
        if (await self._meta._object("GET", "/webhooks/summary"))["pending"]:
            return await self._undelivered()
        if (pending := await self._payer.pending()) > 0:
            return f"{pending} notices of the payment provider"
        try:
            first = await asyncio.to_thread(self._standing, sends)
            await asyncio.sleep(0.3)
            second = await asyncio.to_thread(self._standing, sends)
        except (psycopg.Error, OSError, KafkaException) as error:
            return f"an answer of a server: {error}"
        if isinstance(second, str):
            return second
        self._stood = second
        return "" if first == second else "what still moves"

    async def _undelivered(self) -> str:
        """The webhooks that are not acknowledged, and what they were answered last."""
        told = await self._meta.webhooks(attempts=500)
        pending = [row for row in told["webhooks"] if row["state"] == "pending"]
        last = {one: attempt for attempt in told["attempts"] for one in attempt["deliveries"]}
        answers = {row["id"]: last.get(row["id"], {}) for row in pending}
        named = [f"{row['kind']} {row['id']}: {answers[row['id']]}" for row in pending]
        return f"{len(pending)} webhooks: {', '.join(named[:5])}"

    def _standing(self, sends: bool) -> str | list[Any]:
        """Where everybody stands, or what is behind."""
        ends = ends_of(self._installation.endpoints["kafka"])
        standing: list[Any] = [sorted(ends.items())]
        logs: dict[str, int] = {}
        for service, dsn in self._installation.endpoints["databases"].items():
            with closing(psycopg.connect(dsn, autocommit=True, connect_timeout=5)) as connection:
                late, log = behind(connection, ends)
                late = late or _waiting(connection, service, sends)
            if late:
                return f"{service}: {late}"
            standing.append(log)
            logs[service] = log
        return (self._not_looked_through(logs) if sends else "") or standing

    def _not_looked_through(self, logs: Mapping[str, int]) -> str:
        dsn = self._installation.endpoints["databases"]["gateway"]
        with closing(psycopg.connect(dsn, autocommit=True, connect_timeout=5)) as connection:
            for source, position in connection.execute(_LOOKED_THROUGH):
                if position < logs[source]:
                    return f"the notifier at {position} of {logs[source]} of {source}"
        return ""


def ends_of(bootstrap: str, prefix: str = "") -> dict[tuple[str, int], int]:
    """Of every partition of the catalogue's topics. Raises KafkaException."""
    # A client of its own each time: one that knew the broker before it was killed asks for its former epoch.
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
    asked = {TopicPartition(prefix + name, number): latest for name, number in _PLACES}
    found = admin.list_offsets(asked, request_timeout=10)
    return {(place.topic, place.partition): future.result().offset for place, future in found.items()}


def behind(connection: psycopg.Connection[Any], ends: Mapping[tuple[str, int], int]) -> tuple[str, int]:
    """What of a service is behind, and its log's end."""
    for topic, partition, offset in connection.execute(_INBOX):
        if offset < ends.get((topic, partition), 0):
            return f"{topic}/{partition} at {offset} of {ends[topic, partition]}", 0
    (log,) = connection.execute(_LOG).fetchone() or (0,)
    for follower, position in connection.execute(_FOLLOWERS):
        if position < log:
            return f"{follower} at {position} of {log}", 0
    return "", log


def _waiting(connection: psycopg.Connection[Any], service: str, sends: bool) -> str:
    counted = {"updates in quarantine to look at": _QUARANTINED} if service == "gateway" else {}
    if sends:
        counted |= _LASTING.get(service, {})
    for what, query in counted.items():
        (count,) = connection.execute(query.encode()).fetchone() or (0,)
        if count:
            return f"{count} {what}"
    return ""
