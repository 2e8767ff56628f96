"""What nobody served is kept, goes in once its number is served, once in effect, and never to the wrong one."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from gateway import main
from gateway.domain.tags import Tags
from recado_chassis.producing.producer import Batcher
from recado_chassis.producing.records import Record
from recado_events.catalogue import QUARANTINE

from deploy.local.provider import Kafka, Postgres
from tests.gateway.door.doorway import Doorway, until
from tests.gateway.door.test_meaning import status_with, tag_of, text_body
from tests.harness.nursery import run
from tests.harness.on_database import prepare
from tests.simulator.bodies import Line, every_kind

RECADO = Path(sys.executable).parent / "recado"


def recado(door: Doorway, *arguments: str) -> tuple[int, Any]:
    """The commands of the gateway: exit code, and what was printed as JSON or on stderr."""
    command = [str(RECADO), "gateway", "quarantine", *arguments, "--json"]
    done = run(command, {**os.environ, "RECADO_DATABASE": door.dsn})
    return done.returncode, json.loads(done.stdout) if done.returncode == 0 else done.stderr


def held(door: Doorway, line: Line, count: int = 1) -> None:
    """Waits until so many updates are looked at and held."""
    until(lambda: door.standings(line) == ["held"] * count)


async def test_connecting_a_number_lets_its_own_in_as_they_came(door: Doorway) -> None:
    line, organisation = door.line(), uuid4()
    for text in ("um", "dois", "três"):
        assert door.send(text_body(line, text)).status_code == 200
    held(door, line, 3)
    before = await door.quarantined(line)
    door.begin(line, organisation)
    until(lambda: door.standings(line) == ["released"] * 3)
    released = await door.inbound(line)
    assert [each.text for each in released] == [each.text for each in before]
    assert [each.head.id for each in released] == [each.head.id for each in before]
    assert [each.head.correlation_id for each in released] == [each.head.correlation_id for each in before]
    assert {each.key for each in released} == {f"{organisation}:{line.phone_number_id}"}
    assert {each.head.organisation_id for each in released} == {organisation}
    for old, new in zip(before, released, strict=True):
        assert new.body == {**old.body, "organisation_id": str(organisation)}
    live = text_body(line, "quatro")
    assert door.send(live).status_code == 200
    assert len({each.head.subject for each in await door.inbound(line)}) == 1, "the same person, before and after"


async def test_what_went_in_goes_in_once_however_often_the_number_is_connected(door: Doorway) -> None:
    line, organisation = door.line(), uuid4()
    assert door.send(text_body(line)).status_code == 200
    held(door, line)
    for _ in range(3):
        door.begin(line, organisation)
    until(lambda: door.standings(line) == ["released"])
    door.end(line, organisation)
    door.begin(line, organisation)
    assert recado(door, "release", "--phone-number-id", line.phone_number_id)[0] == 0
    door.running.wait_ready()
    assert len(await door.inbound(line)) == 1


async def test_a_number_under_another_account_stays_outside(door: Doorway) -> None:
    line, other = door.line(), door.line()
    assert door.send(text_body(Line(other.waba_id, line.phone_number_id))).status_code == 200
    assert door.send(text_body(line)).status_code == 200
    held(door, other)
    door.begin(line, uuid4())
    until(lambda: door.standings(line) == ["released"])
    assert door.standings(other) == ["held"]
    assert not await door.inbound(other)


async def test_updates_of_an_account_go_in_with_its_first_number(door: Doorway) -> None:
    line, organisation = door.line(), uuid4()
    assert door.send(every_kind(line)["template-approved"]).status_code == 200
    held(door, line)
    door.begin(line, organisation)
    until(lambda: door.standings(line) == ["released"])
    assert [each.key for each in await door.inbound(line)] == [f"{organisation}:{line.waba_id}"]


async def test_24_a_forged_tag_never_goes_in(door: Doorway) -> None:
    line, organisation = door.served()
    forged = tag_of(Tags(b"another key that is long enough!"), organisation, line.phone_number_id)
    assert door.send(status_with(line, forged)).status_code == 200
    until(lambda: door.standings(line) == ["forged"])
    door.begin(line, organisation)
    code, told = recado(door, "release", "--phone-number-id", line.phone_number_id)
    assert (code, told["count"]) == (0, 0)
    assert not await door.inbound(line)


async def test_24_a_tag_that_came_too_early_is_verified_when_it_goes_in(door: Doorway) -> None:
    line, organisation = door.line(), uuid4()
    ours = tag_of(door.tags, organisation, line.phone_number_id)
    theirs = tag_of(door.tags, uuid4(), line.phone_number_id)
    for tag in (ours, theirs):
        assert door.send(status_with(line, tag)).status_code == 200
    held(door, line, 2)
    door.begin(line, organisation)
    until(lambda: door.standings(line) == ["forged", "released"])
    (told,) = await door.inbound(line)
    assert told.body["update"]["biz_opaque_callback_data"] == ours


async def test_36_late_updates_of_a_disconnected_number_wait_for_the_same_organisation(door: Doorway) -> None:
    line, organisation = door.served()
    assert door.send(text_body(line, "a tempo")).status_code == 200
    door.end(line, organisation)
    door.has_heard()
    assert door.send(text_body(line, "tarde")).status_code == 200
    held(door, line)
    door.begin(line, organisation)
    until(lambda: door.standings(line) == ["released"])
    assert {each.head.organisation_id for each in await door.inbound(line)} == {organisation}


async def test_the_next_organisation_gets_nothing_that_came_before_its_time(door: Doorway) -> None:
    line, first, second = door.line(), uuid4(), uuid4()
    door.begin(line, first)
    door.end(line, first, ago=timedelta(minutes=4))
    door.has_heard()
    assert door.send(text_body(line, "para a primeira?")).status_code == 200
    held(door, line)
    door.begin(line, second)
    door.has_heard()
    assert door.send(text_body(line, "para a segunda")).status_code == 200
    recado(door, "release", "--phone-number-id", line.phone_number_id)
    held(door, line)
    texts = {each.body["update"]["text"]["body"]: each.head.organisation_id for each in await door.inbound(line)}
    assert texts == {"para a segunda": second}


async def test_the_next_organisation_gets_what_came_once_the_number_was_free_for_five_minutes(door: Doorway) -> None:
    line, first, second = door.line(), uuid4(), uuid4()
    door.begin(line, first)
    door.end(line, first, ago=timedelta(minutes=6))
    door.has_heard()
    assert door.send(text_body(line)).status_code == 200
    held(door, line)
    door.begin(line, second)
    until(lambda: door.standings(line) == ["released"])
    assert [each.head.organisation_id for each in await door.inbound(line)] == [second]


async def test_what_is_in_quarantine_although_its_number_is_served_goes_in(door: Doorway) -> None:
    """As when another process did not know the number yet."""
    stray, (line, organisation) = door.line(), door.served()
    assert door.send(text_body(stray)).status_code == 200
    (told,) = await door.quarantined(stray)
    value = told.value.replace(stray.waba_id.encode(), line.waba_id.encode())
    value = value.replace(stray.phone_number_id.encode(), line.phone_number_id.encode())
    async with Batcher(door.kafka.bootstrap, [QUARANTINE], door.prefix) as batcher:
        await batcher.send_all([Record(QUARANTINE.name, b"k", value, told.headers)])
    until(lambda: door.standings(line) == ["released"])
    assert [each.head.organisation_id for each in await door.inbound(line)] == [organisation]


# Commands -------------------------------------------------------------------------------------------


def test_what_is_held_can_be_listed_without_anybodys_data(door: Doorway) -> None:
    line = door.line()
    for text in ("um", "dois"):
        assert door.send(text_body(line, text)).status_code == 200
    held(door, line, 2)
    code, (heap,) = recado(door, "list", "--phone-number-id", line.phone_number_id)
    assert code == 0
    about = {name: heap[name] for name in ("waba_id", "phone_number_id", "type", "standing", "count")}
    assert about == {
        "waba_id": line.waba_id,
        "phone_number_id": line.phone_number_id,
        "type": "inbound.message.v1",
        "standing": "held",
        "count": 2,
    }
    assert "5511987650001" not in json.dumps(heap)
    assert recado(door, "list", "--waba-id", "1") == (0, [])


def test_what_nobody_serves_cannot_be_released(door: Doorway) -> None:
    line = door.line()
    assert door.send(text_body(line)).status_code == 200
    held(door, line)
    code, told = recado(door, "release", "--phone-number-id", line.phone_number_id)
    assert code == 1
    assert f"nobody here serves {line.phone_number_id}" in told
    assert door.standings(line) == ["held"]


async def test_an_operator_can_have_what_is_held_looked_at_again(door: Doorway) -> None:
    line, organisation = door.served()
    stray = door.line()
    assert door.send(text_body(stray)).status_code == 200
    held(door, stray)
    with psycopg.connect(door.dsn) as connection:
        moved = [line.waba_id, line.phone_number_id, stray.waba_id]
        query = b"UPDATE inbound_archive SET waba_id = %s, phone_number_id = %s WHERE waba_id = %s"
        connection.execute(query, moved)
    assert recado(door, "release", "--phone-number-id", line.phone_number_id, "--waba-id", "1")[1]["count"] == 0
    code, told = recado(door, "release", "--phone-number-id", line.phone_number_id)
    assert (code, told["count"]) == (0, 1)
    until(lambda: door.standings(line) == ["released"])
    assert organisation in {each.head.organisation_id for each in await door.inbound(stray)}


# Crashes --------------------------------------------------------------------------------------------


@pytest.fixture
def database_of_its_own(postgres: Postgres) -> Iterator[str]:
    name = f"test_door_{uuid4().hex[:8]}"
    dsn = postgres.create_database(name)
    prepare(main, dsn)
    yield dsn
    postgres.drop_database(name)


@pytest.mark.parametrize(("point", "published"), [("before", 1), ("after", 2)])
async def test_a_crash_between_publishing_and_marking_repeats_the_same_record(
    kafka: Kafka, topic_prefix: str, database_of_its_own: str, point: str, published: int
) -> None:
    crashing = {"RECADO_CRASH_POINT": f"quarantine.{point}_publish"}
    with closing(Doorway(kafka, database_of_its_own, topic_prefix, **crashing)) as door:
        door.running.wait_ready()
        line, organisation = door.line(), uuid4()
        answer = door.send(text_body(line))
        assert answer.status_code == 200
        door.begin(line, organisation)
        assert door.running.wait() == -9
        await expect_after_restart(door, line, organisation, published)


async def expect_after_restart(door: Doorway, line: Line, organisation: UUID, published: int) -> None:
    door.environment.pop("RECADO_CRASH_POINT")
    door.running.close()
    door.running = door.start()
    until(lambda: bool(door.standings(line)))
    with psycopg.connect(door.dsn) as connection:
        connection.execute(b"UPDATE inbound_archive SET lent_until = now() WHERE lent_until > now()")
    until(lambda: door.standings(line) == ["released"])
    told = await door.inbound(line)
    assert len(told) == published
    assert len({(each.head.id, each.key, each.value) for each in told}) == 1
    assert {each.head.organisation_id for each in told} == {organisation}
    assert all(each.head.time < datetime.now(UTC) for each in told)
