"""Bad inputs of webhooks on their way through the whole running system, to what people see and subscribers hear."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from tests.journeys.world import until
from tests.security.strange_updates import PARKED, STORED
from tests.security.street import INBOUND, QUARANTINE, Street, somebody, wamid
from tests.security.tenants import Tenant
from tests.simulator import bodies
from tests.simulator.bodies import Line, Person
from tests.simulator.bodies.envelope import messaging_value
from tests.simulator.signing import meta_json

pytestmark = pytest.mark.timeout(240)
DAY = 86_400


async def test_12_what_another_app_signed_is_refused_and_leaves_nothing(street: Street) -> None:
    person, stranger = somebody(), "app-secret-of-another-tenant"
    body = meta_json(street.text(person, wamid=(theirs := wamid())))
    for secret in (stranger, stranger[::-1], street.world.endpoints["app_secret"][:-1], ""):
        assert (await street.posts(body, secret or "x")).status_code == 401
    assert not await street.records_with(INBOUND, theirs)
    assert not await street.records_with(QUARANTINE, theirs)
    await street.takes(street.text(somebody()))


async def test_18_the_same_wamid_with_another_text_is_a_conflict_and_the_first_wins(street: Street) -> None:
    person, same = somebody(), wamid()
    for text in ("primeiro", "primeiro", "segundo", "terceiro"):
        await street.takes(street.text(person, text, wamid=same))
    assert await street.said_by(person) == ["primeiro"]
    await street.world.settled()
    talk = (await street.talk_with(person))["conversation_id"]
    told = await street.world.told("recado.conversations.v1")
    kinds = Counter(each.type for each in told if each.data.get("conversation_id") == talk)
    assert kinds["conversations.message-received.v1"] == 1
    assert kinds["conversations.conflicting-redelivery.v1"] == 1
    assert await street.said_by(person) == ["primeiro"]
    assert "segundo" not in str([each.data for each in told])


async def test_19_20_what_nobody_serves_waits_in_quarantine_and_is_nobodys(street: Street, tenant: Tenant) -> None:
    theirs = await tenant.connect()
    unknown = Line("999000111222333", "999000111222334")
    swapped = (Line(theirs.waba_id, street.line.phone_number_id), Line(street.line.waba_id, theirs.phone_number_id))
    person, places = somebody(), {wamid(): line for line in (unknown, *swapped)}
    for name, line in places.items():
        await street.takes(street.text(person, line=line, wamid=name))
    for name in places:
        (record,) = await street.records_with(QUARANTINE, name)
        assert record.data["organisation_id"] is None
        assert "tenantid" not in str(record.headers)
        assert not await street.records_with(INBOUND, name)
    await street.world.settled()
    assert await tenant.talks() == []
    page = await street.world.does("GET", "conversations", "/conversations?limit=100")
    assert str(person.name) not in str(page)


async def test_21_two_tenants_in_one_batch_get_each_their_own(street: Street, tenant: Tenant) -> None:
    theirs = await tenant.connect()
    people = [somebody("Um"), somebody("Dois"), somebody("Três")]
    lines = [street.line, theirs, street.line]
    made = [
        street.text(person, f"para {place}", line)
        for place, (person, line) in enumerate(zip(people, lines, strict=True))
    ]
    await street.takes(bodies.merged(made))
    assert await street.said_by(people[0]) == ["para 0"]
    assert await street.said_by(people[2]) == ["para 2"]

    async def theirs_shown() -> list[Any] | None:
        return await tenant.talks() or None

    (talk,) = await until(theirs_shown, "the other tenant's conversation")
    assert talk["customer"]["name"] == people[1].name
    ours = await street.world.does("GET", "conversations", "/conversations?limit=100")
    assert str(people[1].name) not in str(ours)
    found = await tenant.does("GET", "crm", "/contacts")
    assert {contact["name"] for contact in found["items"]} <= {people[1].name}


async def test_pain_04_bad_input_22_one_bad_update_among_a_thousand_is_parked_and_999_are_taken(street: Street) -> None:
    person, now = somebody(), int(time.time())
    good = [bodies.message(person, wamid(), now, "text", {"body": f"n{place}"}) for place in range(999)]
    bad = {"id": {"no": "id"}, "timestamp": [], "type": "text"}
    parked = len(street.parked())
    await street.takes(bodies.messages_body(street.line, [*good[:500], bad, *good[500:]], [person]))
    talk = await street.world.conversation_of(person.name or "", lambda item: item["unread"] == 999)
    assert Counter(await street.said_by(person, 999)) == Counter(f"n{place}" for place in range(999))
    await street.world.settled()
    assert len(street.parked()) == parked + 1
    assert talk["state"] == "open"


async def test_23_a_status_of_a_message_never_sent_is_an_orphan_and_changes_nothing(street: Street) -> None:
    person, stray = somebody(), wamid()
    await street.takes(street.text(person))
    talk = await street.talk_with(person)
    sent, parked = len(await street.world.meta.sends()), len(street.parked())
    for word in ("delivered", "read", "failed"):
        await street.takes(bodies.statuses_body(street.line, [bodies.status(person, stray, int(time.time()), word)]))
    await street.world.settled()
    told = await street.world.told("recado.conversations.v1")
    words = {"sent", "delivered", "read", "failed", "status-seen"}
    about = [each for each in told if each.data.get("customer_id") == talk["customer"]["customer_id"]]
    assert not {each.type.removeprefix("conversations.message-").removesuffix(".v1") for each in about} & words
    assert (await street.talk_with(person))["unread"] == talk["unread"] == 1
    assert len(await street.world.meta.sends()) == sent
    assert len(street.parked()) == parked


async def test_24_a_forged_tag_waits_in_quarantine_and_says_nothing_of_the_message(street: Street) -> None:
    person = somebody()
    await street.world.meta.create_customer(wa_id=person.wa_id, name=person.name)
    await street.takes(street.text(person))
    talk = (await street.talk_with(person))["conversation_id"]
    await street.world.meta.set_window(person.wa_id or "", street.line.phone_number_id, seconds_ago=5)
    message = await street.world.replies(talk)
    await street.world.message_shown(talk, message, "read")
    forged = f"v1.{message.replace('-', '')}.1.{'0' * 16}"
    status = {**bodies.status(person, (name := wamid()), int(time.time()), "failed", code=131026, tag=forged)}
    await street.takes(bodies.statuses_body(street.line, [status]))
    (record,) = await street.records_with(QUARANTINE, name)
    assert record.data["organisation_id"] is None
    assert not await street.records_with(INBOUND, name)
    await street.world.settled()
    shown = await street.world.message_shown(talk, message, "read")
    assert (shown["error"], "failed" in shown["statuses"]) == (None, False)


STRANGE_TIMES = ["0", "-1", str(int(time.time()) * 1000), "253402300799", str(int(time.time()) + 10 * DAY), "", "x"]

SHUT = {"open": False, "closes_at": None, "state": "closed", "free_until": None}


@pytest.mark.parametrize("known", [False, True], ids=["somebody_new", "somebody_known"])
async def test_25_a_time_that_cannot_be_is_replaced_and_moves_no_window(street: Street, known: bool) -> None:
    person, now = somebody(), int(time.time())
    if known:
        await street.takes(street.text(person, timestamp=now - 3600))
        await street.talk_with(person)
    before = (await street.talk_with(person))["window"] if known else SHUT
    for told in [*STRANGE_TIMES, str(now + 601)]:
        await street.takes(meta_json(street.text(person, "quando?", timestamp="TIME")).replace(b"TIME", told.encode()))
    await street.said_by(person, len(STRANGE_TIMES) + 1 + known)
    talk = await street.talk_with(person)
    assert talk["window"] == before
    lines = await street.world.timeline(talk["conversation_id"])
    assert all(now - 7200 < moment(line["occurred_at"]) < now + 300 for line in lines)
    path = f"/conversations/{talk['conversation_id']}/messages"
    answer = await street.world.asks("POST", "conversations", path, {"type": "text", "text": "x"}, key=wamid())
    assert (answer.status_code == 202) == known


async def test_26_unknown_fields_kinds_and_words_are_acknowledged_and_kept(street: Street) -> None:
    person, now, names = somebody(), int(time.time()), [wamid() for _ in range(3)]
    told = [
        bodies.envelope(street.line.waba_id, "telepathy", messaging_value(street.line, thoughts=[{"id": names[0]}])),
        bodies.message_body(street.line, person, names[1], now, "hologram", {"depth": 3}),
        bodies.statuses_body(street.line, [bodies.status(person, names[2], now, "teleported")]),
    ]
    for body in told:
        await street.takes(body)
    talk = await street.talk_with(person)
    (line,) = await street.world.timeline(talk["conversation_id"])
    assert (line["kind"], "depth" in line["content"]["raw"]) == ("hologram", True)
    await street.world.settled()
    for name in names:
        assert len(await street.records_with(INBOUND, name)) == 1

        async def archived(name: str = name) -> bool:
            sql = f"SELECT 1 FROM inbound_archive WHERE position('{name}'::bytea in value) > 0"
            return len(street.world.rows("gateway", sql)) == 1

        await until(archived, "the update is in the archive")


async def test_27_three_megabytes_of_a_thousand_updates_are_acknowledged_and_all_taken(street: Street) -> None:
    people, now = [somebody() for _ in range(20)], int(time.time())
    text = "ã" * 420
    items = [bodies.message(people[place % 20], wamid(), now, "text", {"body": text}) for place in range(1000)]
    body = meta_json(bodies.messages_body(street.line, items, people))
    assert 2_500_000 < len(body) < 3_145_728
    begun = time.monotonic()
    await street.takes(body)
    assert time.monotonic() - begun < 5
    await street.world.settled()
    assert await asyncio.gather(*(street.said_by(person, 50) for person in people[:2])) == [[text] * 50] * 2
    counts = [(await street.talk_with(person))["unread"] for person in people]
    assert counts == [50] * 20


async def test_32_half_a_character_is_parked_and_its_partition_moves_on(street: Street) -> None:
    broken, after = somebody(), somebody()
    parked = len(street.parked())
    await street.takes(meta_json(street.text(broken, "HALF")).replace(b"HALF", rb"meio \ud800"))
    await street.takes(street.text(after, "depois"))
    assert await street.said_by(after) == ["depois"]
    await street.world.settled()
    assert street.parked()[parked:] == ["undecodable"]
    await street.world.ready()


async def test_33_37_any_character_of_a_text_or_name_is_shown_as_it_came(street: Street) -> None:
    name = "\u202eRob\u202c \u200b\u200d\ufeff раураl \u0301 🏳️‍🌈"
    person = somebody(name)
    await street.takes(street.text(person, "antes\0depois"))
    assert await street.said_by(person) == ["antes\0depois"]
    assert (await street.talk_with(person))["customer"]["name"] == person.name
    (contact,) = await until(lambda: street.world.contacts_named((person.name or "")[-8:]), "a contact of that name")
    assert contact["name"] == person.name


async def test_33_nul_in_a_name_or_number_stops_nobody(street: Street) -> None:
    people = [Person("5511900PLACE", None, "Fulano"), Person("5511911112222", None, "Nome PLACE")]
    for person in people:
        await street.takes(meta_json(street.text(person)).replace(b"PLACE", rb"\u0000x"))
    after = somebody()
    await street.takes(street.text(after, "depois"))
    assert await street.said_by(after) == ["depois"]
    await street.world.settled()
    await street.world.ready()


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


async def test_strange_updates_all_at_once_stop_nobody(street: Street, tenant: Tenant) -> None:
    """The whole corpus through the door, the archive, and every service."""
    line, now, parked, after = await tenant.connect(), int(time.time()), len(street.parked()), somebody()
    for made in (*STORED.values(), *PARKED.values()):
        await street.takes(made(line, now))
    await street.takes(street.text(after, "depois", line))
    await street.world.settled()
    await street.world.ready()
    assert str(after.name) in str(await tenant.talks())
    assert len(street.parked()) == parked + len(PARKED)
