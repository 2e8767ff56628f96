"""What users of such products suffer from elsewhere, and do not here: over the whole system, as people meet it."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.journeys.company import frozen
from tests.journeys.test_channels import connect
from tests.journeys.world import Json, World, counted, new_customer, until
from tests.security.street import INBOUND, QUARANTINE, Street, somebody, wamid
from tests.simulator import bodies
from tests.simulator.bodies import Person
from tests.simulator.bodies.envelope import messaging_value
from tests.simulator.bodies.messages import errors_body
from tests.simulator.entities import Send
from tests.simulator.faults import Scope
from tests.simulator.signing import meta_json

RECADO = str(Path(sys.executable).with_name("recado"))
pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def street(world: World) -> Street:
    return Street(world)


def flies_a_canary(world: World, number: str, within: float) -> subprocess.CompletedProcess[str]:
    told = (world.launcher._state.environments / "gateway").read_text()
    own = dict(each.split("=", 1) for each in shlex.split(told))
    url = f"{world.endpoints['gateway']}/webhooks/whatsapp"
    command = [RECADO, "gateway", "canary", url, "--phone-number-id", number, "--within", str(within), "--json"]
    return subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True, check=False, timeout=60)


async def set_aside(world: World) -> int:
    told = await world.told("recado.conversations.v1")
    return sum(each.type == "conversations.update-set-aside.v1" for each in told)


@asynccontextmanager
async def nothing_told(world: World) -> AsyncIterator[None]:
    """Meta takes messages, and tells nothing of them by itself."""
    await world.meta.change_rules(auto_statuses=[])
    try:
        yield
    finally:
        await world.meta.change_rules(auto_statuses=["sent", "delivered", "read"])


async def talk_with(world: World) -> tuple[str, str, str]:
    """Somebody who has just written: their number, their name and the conversation."""
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    await world.meta.customer_writes(wa_id, world.number, "Oi")
    return wa_id, name, (await world.conversation_of(name))["conversation_id"]


async def sends_to(world: World, person: str) -> list[Send]:
    """What Meta has accepted for a number or user id."""
    return [send for send in await world.meta.sends() if person in (send.wa_id, send.user_id)]


async def lines_of(world: World, talk: str, count: int) -> list[Json]:
    async def find() -> list[Json] | None:
        lines = await world.timeline(talk)
        return lines if len(lines) >= count else None

    lines = await until(find, f"{count} lines")
    assert len(lines) == count
    return lines


async def contact_known_as(world: World, name: str, *aliases: str) -> bool:
    """Once the only contact of that name has them all."""

    async def find() -> bool:
        (contact,) = await world.contacts_named(name)
        return set(aliases) <= {alias["value"] for alias in contact["aliases"]}

    return await until(find, f"{name} is known as {aliases}")


async def test_pain_01_one_webhook_posted_twenty_times_at_once_is_one_message(street: Street) -> None:
    person = somebody()
    one = street.text(person, "Quero dois")
    alone, twice = meta_json(one), meta_json(bodies.merged([one, one]))
    answers = await asyncio.gather(*(street.posts(body) for body in [alone, twice] * 10))
    assert {answer.status_code for answer in answers} == {200}
    assert await street.said_by(person) == ["Quero dois"]
    await street.world.settled()
    assert await street.said_by(person) == ["Quero dois"]
    talk = await street.talk_with(person)
    told = [each for each in await street.world.told("recado.conversations.v1") if each.data.get("organisation_id")]
    received = counted(told, "conversations.message-received.v1", "conversation_id")
    assert (received[talk["conversation_id"]], talk["unread"]) == (1, 1)
    assert len(await street.world.contacts_named(person.name or "")) == 1


async def test_pain_03_of_one_webhook_with_everything_in_it_everything_arrives(street: Street) -> None:
    """Entries, changes, messages, statuses, errors and a field nobody knows: as many go on as came in."""
    world, now = street.world, int(time.time())
    async with nothing_told(world):
        wa_id, _, talk = await talk_with(world)
        message = await world.replies(talk)
        await world.message_shown(talk, message, "accepted")
        (send,) = await sends_to(world, wa_id)
        await world.settled()
        before = await records(world)
        people = [somebody("Um"), somebody("Dois"), somebody("Três")]
        texts = [bodies.message(person, wamid(), now, content={"body": "Oi"}) for person in people[:2]]
        us = Person(wa_id, None, None)
        statuses = [bodies.status(us, wamid(), now, "read"), bodies.status(us, send.id, now, "delivered")]
        made = [
            bodies.messages_body(street.line, texts, people[:2]),
            bodies.statuses_body(street.line, statuses),
            errors_body(street.line),
            bodies.envelope(street.line.waba_id, "telepathy", messaging_value(street.line, thoughts=[{"id": wamid()}])),
            street.text(people[2], "Oi"),
        ]
        entries = [*bodies.merged(made[:2])["entry"], *(entry for body in made[2:] for entry in body["entry"])]
        await street.takes({"object": "whatsapp_business_account", "entry": entries})
        assert await records(world) - before == len(texts) + len(statuses) + 3
        for person in people:
            assert await street.said_by(person) == ["Oi"]
        await world.message_shown(talk, message, "delivered")


async def records(world: World) -> int:
    """How many the door has ever passed on."""
    return sum(end for (topic, _), end in (await world._ends()).items() if topic in (INBOUND, QUARANTINE))


async def test_pain_05_a_canary_comes_out_at_the_other_end_in_time_or_says_how_far_it_came(world: World) -> None:
    """Nobody writes it, nobody sees it, and it costs nothing."""
    before = await set_aside(world)
    flown = flies_a_canary(world, world.number, 20)
    assert (flown.returncode, flown.stderr) == (0, "")
    flight = json.loads(flown.stdout)
    assert 0 < flight["acknowledged"] < flight["told"] < 20
    assert await set_aside(world) == before + 1
    with frozen(world, "conversations"):
        stuck = flies_a_canary(world, world.number, 1)
    assert (stuck.returncode, "acknowledged after" in stuck.stderr, "recado lag" in stuck.stderr) == (1, True, True)
    unknown = flies_a_canary(world, "1" * 15, 1)
    assert (unknown.returncode, "nobody here serves" in unknown.stderr) == (1, True)


async def test_pain_06_customers_are_heard_at_once_while_a_thousand_contacts_are_imported(street: Street) -> None:
    importing = asyncio.create_task(imports(street.world, parts=2))
    waited: list[float] = []
    while not importing.done() or len(waited) < 3:
        person, begun = somebody(), time.monotonic()
        await street.takes(street.text(person))
        await street.talk_with(person)
        waited.append(time.monotonic() - begun)
    assert (await importing)["created"] == 1_000
    assert max(waited) < 10, "seconds from Meta to the screen"


async def imports(world: World, parts: int) -> Json:
    made = await world.does("POST", "crm", "/imports", {"columns": ["name", "phone"]})
    path, start = f"/imports/{made['import_id']}", secrets.randbelow(700) + 200
    for part in range(1, parts + 1):
        rows = "\n".join(f"Importada {start} {row},+1650{start}{part}{row:03d}" for row in range(500))
        await world.does("PUT", "crm", f"{path}/parts/{part}", {"csv": rows})
    report: Json = await world.does("POST", "crm", f"{path}/finish")
    return report


async def test_pain_09_statuses_that_overtake_the_answer_to_their_send_are_shown_on_its_message(world: World) -> None:
    wa_id, _, talk = await talk_with(world)
    await world.meta.fault("stall", when="after", seconds=2, scope=Scope(operation="messages", to=wa_id))
    message = await world.replies(talk)
    await world.message_shown(talk, message, "read")
    await asyncio.sleep(2)
    await world.settled()
    shown = await world.message_shown(talk, message, "read")
    assert {"accepted", "sent", "delivered", "read"} <= set(shown["statuses"])
    assert len(await sends_to(world, wa_id)) == 1
    told = [each for each in await world.told("recado.gateway.v1") if each.data.get("message_id") == message]
    (accepted,) = [each for each in told if each.type == "gateway.message-accepted.v1"]
    assert accepted.data["evidence"] == "status", "they were there before the answer"


async def test_pain_11_who_hides_the_phone_is_answered_and_stays_one_person_when_it_is_shown(world: World) -> None:
    wa_id, name = new_customer()
    user_id = f"BR.{secrets.randbelow(10**20):020d}"
    username = f"@u{secrets.token_hex(4)}"
    await world.meta.create_customer(wa_id=wa_id, name=name, user_id=user_id, username=username)
    await world.meta.customer_writes(wa_id, world.number, "Oi", phone="absent")
    talk = await world.conversation_of(name)
    assert (talk["customer"]["wa_id"], talk["customer"]["user_id"]) == (None, user_id)
    assert talk["customer"]["username"] == username
    first = await world.replies(talk["conversation_id"])
    await world.message_shown(talk["conversation_id"], first, "read")
    (send,) = await sends_to(world, wa_id)
    assert (send.recipient, send.to) == (user_id, None)

    await world.meta.customer_writes(wa_id, world.number, "Este é o meu número", phone="shown")
    shown = await world.conversation_of(name, lambda item: item["customer"]["wa_id"] == wa_id)
    assert shown["conversation_id"] == talk["conversation_id"]
    assert await contact_known_as(world, name, wa_id, user_id)


async def test_pain_12_a_customer_who_changes_number_is_the_same_with_the_same_conversation(world: World) -> None:
    old, name, talk = await talk_with(world)
    new, _ = new_customer()
    await world.meta.customer_changes_number(old, world.number, new)
    await world.meta.settled()
    await world.meta.customer_writes(new, world.number, "Número novo")
    assert [line["kind"] for line in await lines_of(world, talk, 2)] == ["text"] * 2, "the change is no message"
    street, before = Street(world), int(time.time()) - 60
    await street.takes(street.text(Person(old, None, name), "Do antigo, e atrasada", timestamp=before))
    late, *_ = await lines_of(world, talk, 3)
    assert late["content"]["body"] == "Do antigo, e atrasada"
    message = await world.replies(talk)
    await world.message_shown(talk, message, "read")
    assert [send.to for send in await sends_to(world, new)] == [f"+{new}"]
    assert await contact_known_as(world, name, old, new)


async def test_pain_17_what_is_answered_in_the_phone_app_is_an_answer_here_and_is_sent_by_nobody_else(
    world: World,
) -> None:
    wa_id, name, talk = await talk_with(world)
    answer = await world.meta.echo(world.number, wa_id, "Respondi pelo celular")
    await world.conversation_of(name, lambda item: item["answered"])
    _, ours = await lines_of(world, talk, 2)
    assert (ours["direction"], ours["content"]["body"]) == ("app", "Respondi pelo celular")
    await world.meta.customer_writes(wa_id, world.number, "Essa!", reply_to=answer)
    *_, quoting = await lines_of(world, talk, 3)
    assert quoting["reply_to"] == ours["message_id"], "quotes are kept"
    await world.meta.customer_writes(wa_id, world.number, type="unsupported", code=131060)
    *_, placeholder = await lines_of(world, talk, 4)
    assert (placeholder["kind"], placeholder["supported"], placeholder["content"]["code"]) == (
        "unsupported",
        False,
        131060,
    )
    assert (await world.conversation_of(name))["unread"] == 3
    assert await sends_to(world, wa_id) == []


async def test_pain_21_a_click_repeated_and_an_answer_lost_send_one_message(world: World) -> None:
    async with nothing_told(world):
        wa_id, _, talk = await talk_with(world)
        await world.meta.fault("drop", when="after", scope=Scope(operation="messages", to=wa_id))
        path, body = f"/conversations/{talk}/messages", {"type": "text", "text": "Bom dia!"}
        clicks = (world.does("POST", "conversations", path, body, key="click") for _ in range(4))
        (message,) = {answer["message_id"] for answer in await asyncio.gather(*clicks)}
        await world.message_shown(talk, message, "unknown")
        await asyncio.sleep(1)
        (send,) = await sends_to(world, wa_id)
        await world.meta.status(send.id, "delivered")
        await world.message_shown(talk, message, "delivered")
    assert len(await sends_to(world, wa_id)) == 1
    await lines_of(world, talk, 2)


async def test_pain_25_a_token_that_dies_stops_sending_where_people_see_it_and_never_stops_recording(
    world: World,
) -> None:
    waba = await world.meta.create_waba()
    number = await world.meta.create_phone_number(waba.id, f"+1 555-{secrets.randbelow(900) + 100}-0133")
    await connect(world, waba.id, number.id)
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    await world.meta.customer_writes(wa_id, number.id, "Oi")
    talk = (await world.conversation_of(name))["conversation_id"]
    await world.meta.expire_tokens(waba.id)
    refused = await world.message_shown(talk, await world.replies(talk), "rejected")
    assert (refused["failure"]["reason"], refused["failure"]["code"]) == ("authorisation_lost", 190)

    async def authorisation(expected: str) -> bool:
        channel = await world.does("GET", "gateway", f"/channels/{number.id}")
        return bool(channel["authorisation"] == expected)

    await until(lambda: authorisation("lost"), "the channel's page says so")
    waiting = await world.replies(talk, "Ainda estamos aqui")
    await world.meta.customer_writes(wa_id, number.id, "Alguém aí?")
    await world.conversation_of(name, lambda item: item["unread"] == 2)
    await world.message_shown(talk, waiting, "queued")
    code = await world.meta.mint_code(waba.id, number.id)
    await world.does("POST", "gateway", f"/channels/{number.id}/reconnect", {"code": code, "pin": "123456"})
    await until(lambda: authorisation("held"), "it is connected anew")
    await world.message_shown(talk, waiting, "read")
    assert len(await sends_to(world, wa_id)) == 1
