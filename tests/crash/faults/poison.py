"""Records that nobody can handle, straight into Kafka: each is parked alone, at once, and everything else flows."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import psycopg
from confluent_kafka import Producer
from recado_chassis.producing.headers import InboundHead, inbound_headers
from recado_events.catalogue import INBOUND
from recado_events.ids import OrganisationId
from recado_events.inbound import InboundType

from tests.crash.scene import Fault, Scene

PARTITION = 11
"""Any will do; one that no number of the campaign has, so that everybody else's order can still be judged."""
_PARKED = "SELECT count(*) FROM parked"
_SECONDS = 20.0

Header = tuple[str, str | bytes | None]
Poison = tuple[bytes, list[Header], int]
"""Value, headers, and how many services park it."""


def poison(times: int = 1) -> Fault:
    """So often a handful of everything that cannot be handled."""

    async def fault(scene: Scene) -> None:
        told = scene.installation.endpoints
        about = OrganisationId(uuid.UUID(told["organisation"])), told["waba_id"], scene.traffic.numbers[0]
        made = [each for _ in range(times) for each in poisons(*about)]
        wanted = scene.parked + sum(parked for _, _, parked in made)
        begun = time.monotonic()
        await asyncio.to_thread(_produce, told["kafka"], made)

        def all_parked() -> bool:
            return sum(_count(dsn) for dsn in told["databases"].values()) >= wanted

        # That all of them are parked, and nothing else, is judged at rest: meanwhile whoever should do it is killed.
        if not await scene.until(all_parked, _SECONDS, 0.05):
            scene.say(f"  not all of {wanted} records that nobody can handle are parked after {_SECONDS:.0f} s")
        elif times == 1:
            scene.took("until a handful of poison is parked", time.monotonic() - begun)
        scene.parked = wanted
        scene.did("poison", len(made))

    return fault


def poisons(organisation: OrganisationId, waba_id: str, number: str) -> list[Poison]:
    def value(update: Any) -> bytes:
        body = {
            "organisation_id": str(organisation),
            "waba_id": waba_id,
            "phone_number_id": number,
            "field": "messages",
            "received_at": int(time.time() * 1_000_000),
            "update": update,
        }
        return json.dumps(body).encode()

    def headers(kind: str) -> list[Header]:
        now = datetime.now(UTC)
        subject = f"poison-{uuid.uuid4()}"
        head = InboundHead(uuid.uuid4(), kind, "/recado/gateway", subject, now, "poison", organisation)
        return [*inbound_headers(head)]

    broken: list[Header] = [("ce_id", b"\xff"), *(each for each in headers(InboundType.MESSAGE) if each[0] != "ce_id")]
    nul = {"from": "5511", "id": "wamid.\0", "type": "text", "text": {"body": "\0"}, "timestamp": "1790000000"}
    return [
        (value({}), broken, 3),
        (b"{no JSON", headers(InboundType.MESSAGE), 1),
        (b'{"update": NaN}', headers(InboundType.STATUS), 2),
        (value({"type": "text"}), headers(InboundType.MESSAGE), 1),
        (value(nul), headers("inbound.message.v9"), 1),
        (value("\ud800"), headers(InboundType.STATUS), 2),
    ]


def _produce(bootstrap: str, made: list[Poison]) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "log_level": 0})
    for value, headers, _ in made:
        producer.produce(INBOUND.name, value, b"poison", PARTITION, headers=headers)
    if producer.flush(10):
        raise TimeoutError("the broker does not take the poison")


def _count(dsn: str) -> int:
    try:
        with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
            row = connection.execute(_PARKED).fetchone()
    except psycopg.Error:
        return 0
    return row[0] if row else 0
