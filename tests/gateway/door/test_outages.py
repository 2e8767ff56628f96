"""While Kafka is away Meta is told to come again, at once or within 5 s; while the database is away, nobody notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import httpx
import pytest
from gateway import main

from deploy.local.provider import Kafka, Postgres
from tests.gateway.door.doorway import Doorway, until
from tests.gateway.door.test_meaning import text_body
from tests.gateway.meta import APP_SECRET
from tests.harness.on_database import prepare
from tests.libs.chassis.producing.freezing import frozen
from tests.simulator.bodies import Line
from tests.simulator.signing import meta_json, signed_headers


@pytest.fixture(scope="module")
def own_door(own_kafka: Kafka, own_postgres: Postgres) -> Iterator[Doorway]:
    dsn = own_postgres.create_database("door")
    prepare(main, dsn)
    with closing(Doorway(own_kafka, dsn, "")) as door:
        door.running.wait_ready()
        yield door


def seconds_of(door: Doorway, line: Line) -> tuple[int, float]:
    begun = time.monotonic()
    answer = door.send(text_body(line))
    if answer.status_code == 503:
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["rule"] in {"not_acknowledged", "registry_unavailable"}
    return answer.status_code, time.monotonic() - begun


async def test_pain_05_a_stopped_broker_means_503_within_5_s_and_then_200_again(
    own_door: Doorway, own_kafka: Kafka
) -> None:
    line, _ = own_door.served()
    assert own_door.send(text_body(line, "antes")).status_code == 200
    own_kafka.stop()
    for _ in range(2):
        code, seconds = seconds_of(own_door, line)
        assert code == 503
        assert seconds < 5.0
    own_kafka.start()
    until(lambda: own_door.send(text_body(line, "depois")).status_code == 200)
    texts = [each.body["update"]["text"]["body"] for each in await own_door.inbound(line)]
    assert texts[0] == "antes"
    assert texts[-1] == "depois"
    own_door.running.wait_ready()


@pytest.mark.long
async def test_a_killed_broker_loses_nothing_that_was_acknowledged(own_door: Doorway, own_kafka: Kafka) -> None:
    line, _ = own_door.served()
    answers: dict[str, int] = {}
    async with httpx.AsyncClient(timeout=10) as client:
        begun = time.monotonic()
        posting = [
            asyncio.create_task(_post(client, own_door, line, f"n{at}", at * 0.02, answers)) for at in range(150)
        ]
        await asyncio.sleep(1.0)
        await asyncio.to_thread(own_kafka.kill)
        await asyncio.gather(*posting)
        assert time.monotonic() - begun < 12
    assert set(answers.values()) == {200, 503}
    await asyncio.to_thread(own_kafka.start)
    until(lambda: own_door.send(text_body(line, "depois")).status_code == 200)
    stored = {each.body["update"]["text"]["body"] for each in await own_door.inbound(line)}
    assert {text for text, code in answers.items() if code == 200} <= stored


async def _post(
    client: httpx.AsyncClient, door: Doorway, line: Line, text: str, after: float, answers: dict[str, int]
) -> None:
    await asyncio.sleep(after)
    body = meta_json(text_body(line, text))
    answer = await client.post(door.url, content=body, headers=signed_headers(APP_SECRET, body))
    answers[text] = answer.status_code


def test_a_silent_broker_means_503_within_5_s(own_door: Doorway, own_kafka: Kafka) -> None:
    line, _ = own_door.served()
    assert own_door.send(text_body(line)).status_code == 200
    with frozen(own_kafka):
        code, seconds = seconds_of(own_door, line)
    assert code == 503
    assert seconds < 5.0
    until(lambda: own_door.send(text_body(line)).status_code == 200)


async def test_without_a_database_known_numbers_are_served_and_others_told_to_come_again(
    own_door: Doorway, own_postgres: Postgres
) -> None:
    line, _ = own_door.served()
    until(lambda: own_door.send(text_body(line)).status_code == 200)
    own_postgres.stop(immediate=True)
    code, seconds = seconds_of(own_door, line)
    assert (code, seconds < 1.0) == (200, True)
    code, seconds = seconds_of(own_door, own_door.line())
    assert code == 503
    assert seconds < 5.0
    own_postgres.start()
    late = own_door.line()
    until(lambda: own_door.send(text_body(late)).status_code == 200)
    own_door.begin(late, uuid4())
    until(lambda: own_door.standings(late) == ["released"])
    own_door.running.wait_ready()
