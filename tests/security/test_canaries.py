"""Bad input 102: people and secrets put in everywhere from outside are found nowhere but where they belong."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict

import httpx
import psycopg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.journeys.world import SERVICES, World
from tests.security.canaries import Canaries, be_refused, talk_and_note, write_webhooks
from tests.security.places import log_lines, records, rows
from tests.security.scanner import Finding, Scanner, Seen
from tests.security.street import Street
from tests.security.tenants import Tenant

pytestmark = pytest.mark.timeout(300)
SECRETS = ("app_secret", "verify_token", "alias_key", "token_key", "tag_key", "postgres_password")


async def metrics(world: World) -> list[Finding]:
    async with httpx.AsyncClient(timeout=30) as http:
        texts = {name: (await http.get(f"{world.endpoints[name]}/metrics")).text for name in SERVICES}
    return [Finding(name, line.encode()) for name, text in texts.items() for line in text.splitlines()]


async def look_everywhere(world: World, scanner: Scanner) -> list[Seen]:
    seen = scanner.scan("logs", log_lines(world.launcher._state.logs))
    seen += scanner.scan("topics", await records(world.endpoints["kafka"]))
    seen += scanner.scan("metrics", await metrics(world))
    for service, dsn in world.endpoints["databases"].items():
        seen += scanner.scan("tables", rows(service, dsn))
    return seen


async def test_102_people_and_secrets_are_found_nowhere_but_where_they_belong(street: Street, tenant: Tenant) -> None:
    world, birds = street.world, Canaries()
    await tenant.connect()
    await talk_and_note(street, birds)
    await write_webhooks(street, birds)
    await be_refused(street, tenant, birds)
    await world.settled()
    kept = asdict(world.launcher.secrets)
    scanner = Scanner({**birds.words(), **{name: kept[name] for name in SECRETS}})
    found = await look_everywhere(world, scanner)
    assert sorted({f"{what} in {where}" for what, where in found})[:30] == []
    assert scanner.looked_at.keys() == {"logs", "topics", "metrics", "tables"}
    assert all(count > 100 for count in scanner.looked_at.values()), scanner.looked_at


TOPIC = "recado.planted.v1"


@pytest.fixture
async def planted(world: World) -> AsyncIterator[Canaries]:
    """Words in a log, in key, header and value of a topic, and in a table, none of which the scanner was told of."""
    birds = Canaries()
    log = world.launcher._state.logs / "planted.log"
    log.write_text(f'{{"event":"oops","who":"+55{birds.number}"}}\n')
    admin = AIOKafkaAdminClient(bootstrap_servers=world.endpoints["kafka"])
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
    await publish(world.endpoints["kafka"], birds)
    with psycopg.connect(world.endpoints["databases"]["crm"], autocommit=True) as connection:
        connection.execute("CREATE TABLE planted (note text)")
        connection.execute("INSERT INTO planted VALUES (%s)", [birds.said["text"]])
        yield birds
        connection.execute("DROP TABLE planted")
    await admin.delete_topics([TOPIC])
    await admin.close()
    log.unlink()


async def publish(bootstrap: str, birds: Canaries) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        value = json.dumps({"kind": birds.said["note"], "personal": {"name": birds.said["card"]}}).encode()
        headers = [("note", birds.username.encode())]
        await producer.send_and_wait(TOPIC, value, birds.name.encode(), headers=headers)
    finally:
        await producer.stop()


async def test_102_what_is_planted_in_the_running_system_is_found(world: World, planted: Canaries) -> None:
    seen = await look_everywhere(world, Scanner(planted.words()))
    assert {(each.what, each.where.partition(":")[0]) for each in seen if each.what in planted.words()} == {
        ("number", "logs"),
        ("name", "topics"),
        ("username", "topics"),
        ("note", "topics"),
        ("text", "tables"),
    }
