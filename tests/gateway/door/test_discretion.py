"""What the door tells operators: numbers of bounded names, and nobody's data."""

from __future__ import annotations

import asyncio
import re
from contextlib import closing

import httpx
from gateway.adapters.door.upkeep import counting
from gateway.adapters.postgres import UpdateArchive
from prometheus_client import REGISTRY
from recado_chassis.storing.postgres import PostgresStore

from tests.gateway.door.doorway import OLD_SECRET, Doorway, until
from tests.gateway.door.test_meaning import text_body
from tests.gateway.meta import APP_SECRET, VERIFY_TOKEN
from tests.simulator.signing import meta_json

CANARY = "canário-4711 529.982.247-25"
PERSONAL = (CANARY, meta_json(CANARY).decode().strip('"'), "5511987650001", "Marina Lopes", "BR.13491208655302741918")


def metrics(door: Doorway) -> str:
    return httpx.get(f"http://127.0.0.1:{door.running.port()}/metrics").text


def count_of(text: str, sample: str) -> float:
    found = re.search(rf"^{re.escape(sample)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_every_answer_and_every_update_is_counted(door: Doorway) -> None:
    line, _ = door.served()
    before = metrics(door)
    assert door.send(text_body(line)).status_code == 200
    assert door.send(text_body(door.line())).status_code == 200
    assert door.post(meta_json(text_body(line)), "a secret of somebody else").status_code == 401
    assert door.post(b"{").status_code == 400
    after = metrics(door)
    for sample, more in {
        'recado_webhook_requests_total{outcome="acknowledged"}': 2,
        'recado_webhook_requests_total{outcome="bad_signature"}': 1,
        'recado_webhook_requests_total{outcome="malformed_webhook"}': 1,
        'recado_webhook_updates_total{kind="inbound.message.v1",way="served"}': 1,
        'recado_webhook_updates_total{kind="inbound.message.v1",way="unknown"}': 1,
        "recado_webhook_seconds_count": 2,
    }.items():
        assert count_of(after, sample) - count_of(before, sample) == more, sample


async def test_what_is_in_quarantine_is_counted(door: Doorway) -> None:
    stray = door.line()
    assert door.send(text_body(stray)).status_code == 200
    until(lambda: door.standings(stray) == ["held"])
    with closing(PostgresStore(door.dsn)) as store:
        counted = asyncio.create_task(counting(UpdateArchive(store.connection)).run())
        async with asyncio.timeout(10):
            while not quarantined("held"):
                await asyncio.sleep(0.02)
        counted.cancel()
        expected = UpdateArchive(store.connection).count()
    assert (quarantined("held"), quarantined("forged")) == (expected["held"], expected["forged"])


def quarantined(standing: str) -> float | None:
    return REGISTRY.get_sample_value("recado_quarantine_updates", {"standing": standing})


async def test_102_what_people_write_is_in_no_log_no_metric_and_no_answer(door: Doorway) -> None:
    line, _ = door.served()
    stray = door.line()
    bodies = [meta_json(text_body(line, CANARY)), meta_json(text_body(stray, CANARY))]
    answers = [door.post(body) for body in bodies]
    answers += [door.post(bodies[0] + end) for end in (b"}", b"\xff", b" ")]
    answers += [door.post(bodies[0], "a secret of somebody else"), door.get(mode="subscribe", verify_token=CANARY)]
    until(lambda: door.standings(stray) == ["held"])
    said = "\n".join([*door.running.lines, metrics(door), *(answer.text for answer in answers)])
    assert "request" in said
    for canary in (*PERSONAL, APP_SECRET, OLD_SECRET, VERIFY_TOKEN):
        assert canary not in said
