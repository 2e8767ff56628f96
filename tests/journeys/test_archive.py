"""The gateway's archive, over the whole system: what was lost comes back, and what is known doubles nothing."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from recado_events import catalogue

from tests.harness.nursery import run
from tests.journeys.test_pains import talk_with
from tests.journeys.world import World, until
from tests.security.street import INBOUND, Street, somebody

pytestmark = pytest.mark.timeout(180)
RECADO = Path(sys.executable).with_name("recado")


def recado(world: World, service: str, *arguments: str) -> Any:
    told = {"RECADO_DATABASE": world.endpoints["databases"][service], "RECADO_KAFKA": world.endpoints["kafka"]}
    done = run([str(RECADO), *arguments, "--json"], {**os.environ, **told})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


async def test_pain_18_what_a_consumer_lost_is_read_again_from_the_archive_and_nothing_doubles(world: World) -> None:
    street, began = Street(world), datetime.now(UTC) - timedelta(seconds=1)
    (_, _, talk), lost = await talk_with(world), somebody()
    await world.message_shown(talk, await world.replies(talk, "Bom dia!"), "read")
    await world.settled()
    recado(world, "conversations", "inbox", "pause", "conversations", INBOUND, "--because", "a test")
    await until(partial(_holds, world), "conversations holds its inbox")
    await street.takes(street.text(lost, "Alguém?"))
    await _archived(world, lost.wa_id or "")
    recado(world, "conversations", "inbox", "resume", "conversations", INBOUND, "--at", "end")
    await world.settled()
    facts = _facts(world)

    span = [f"--since={began:%Y-%m-%dT%H:%M:%S}", f"--before={datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"]
    assert recado(world, "gateway", "gateway", "archive", "publish", *span)["count"] >= 5
    assert await street.said_by(lost) == ["Alguém?"]
    await world.settled()
    once = _facts(world)
    assert once["conversations"] > facts["conversations"]
    recado(world, "gateway", "gateway", "archive", "publish", *span)
    await world.settled()
    assert _facts(world) == once
    assert sorted(line["content"]["body"] for line in await world.timeline(talk)) == ["Bom dia!", "Oi"]


async def _holds(world: World) -> bool:
    async with httpx.AsyncClient(trust_env=False) as http:
        told = (await http.get(f"{world.endpoints['conversations']}/metrics")).text.splitlines()
    (waiting,) = [line.split()[1] for line in told if line.startswith("recado_waiting_partitions ")]
    return float(waiting) >= catalogue.INBOUND.partitions


async def _archived(world: World, wa_id: str) -> None:
    query = f"SELECT count(*) AS count FROM inbound_archive WHERE position('{wa_id}'::bytea IN value) > 0"

    async def there() -> bool:
        return bool(world.rows("gateway", query)[0]["count"])

    await until(there, "it is in the archive")


def _facts(world: World) -> dict[str, int]:
    """How many each service has recorded."""
    counted = "SELECT count(*) AS count FROM stored_events"
    services = ("gateway", "conversations", "crm", "billing", "templates")
    return {service: world.rows(service, counted)[0]["count"] for service in services}
