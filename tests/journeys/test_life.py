"""How conversations live and end, over all services: silence, blocks, typing, quick replies, past, health."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.journeys.world import World, counted, new_customer, until
from tests.samples import PDF
from tests.simulator.bodies import coexistence
from tests.simulator.bodies.envelope import Line, Person
from tests.simulator.bodies.messages import message_body

pytestmark = pytest.mark.timeout(240)


async def talk_with(world: World, **message: Any) -> tuple[str, str, str]:
    """The customer's number and name, and the conversation."""
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    await world.meta.customer_writes(wa_id, world.number, "Oi", **message)
    return wa_id, name, (await world.conversation_of(name))["conversation_id"]


async def test_s27_a_quick_reply_is_found_by_its_shortcut_and_reaches_the_customer_as_it_reads(world: World) -> None:
    wa_id, name, talk = await talk_with(world)
    shortcut = f"h{secrets.token_hex(6)}"
    body = {"shortcut": shortcut, "title": "Horário", "text": "Oi #{contact.first_name}, abrimos às 9h."}
    await world.does("POST", "conversations", "/quick-replies", body, who="0", key=shortcut)
    path = f"/conversations/{talk}/quick-replies?shortcut={shortcut[:9]}"
    (reply,) = (await world.does("GET", "conversations", path, who="0"))["items"]
    assert reply["rendered"] == f"Oi {name.split()[0]}, abrimos às 9h."
    message = await world.replies(talk, reply["rendered"])
    await world.message_shown(talk, message, "read")
    (sent,) = [send for send in await world.meta.sends(world.number) if send.wa_id == wa_id]
    assert sent.request["text"]["body"] == reply["rendered"]

    put = await world.puts_aside("/quick-replies/attachments", PDF, "Preços.pdf", "application/pdf")
    with_file = {**body, "shortcut": f"p{shortcut}", "attachment_id": put.json()["attachment_id"]}
    made = await world.does("POST", "conversations", "/quick-replies", with_file, who="0", key=f"p{shortcut}")
    told = {"type": "quick_reply", "quick_reply_id": made["quick_reply_id"]}
    sent_at = f"/conversations/{talk}/messages"
    answer = await world.does("POST", "conversations", sent_at, told, who="0", key=f"s{shortcut}")
    await world.message_shown(talk, answer["message_id"], "read")
    file = [send for send in await world.meta.sends(world.number) if send.wa_id == wa_id][-1].request["document"]
    assert (file["filename"], file["caption"]) == ("Preços.pdf", reply["rendered"])


async def test_who_is_blocked_is_blocked_at_meta_and_written_to_again_once_unblocked(world: World) -> None:
    wa_id, _, talk = await talk_with(world)
    at = f"/conversations/{talk}"

    async def meta_blocks(wanted: bool) -> bool:
        (found,) = [one for one in await world.meta.customers() if one.wa_id == wa_id]
        return (world.number in found.blocked_by) == wanted

    await world.does("POST", "conversations", f"{at}/block", who="0")
    await until(lambda: meta_blocks(True), "Meta blocks them")
    refused = await world.asks(
        "POST", "conversations", f"{at}/messages", {"type": "text", "text": "x"}, key=secrets.token_hex(6)
    )
    assert (refused.status_code, refused.json()["rule"]) == (409, "customer_blocked")
    await world.does("POST", "conversations", f"{at}/unblock", who="0")
    await until(lambda: meta_blocks(False), "Meta lets them write again")
    message = await world.replies(talk)
    await world.message_shown(talk, message, "read")


async def test_the_customer_sees_once_that_somebody_is_typing(world: World) -> None:
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    wamid = await world.meta.customer_writes(wa_id, world.number, "Oi")
    talk = (await world.conversation_of(name))["conversation_id"]
    for who in ("0", "1", "0"):
        await world.does("POST", "conversations", f"/conversations/{talk}/typing", who=who)

    async def seen() -> bool:
        return any(read.id == wamid and read.typing_shown for read in await world.meta.reads())

    await until(seen, "the customer sees it")
    await world.settled()
    told = await world.told("recado.conversations.v1")
    released = counted(told, "conversations.read-receipt-released.v1", "conversation_id")
    assert released[talk] == 1


async def test_rule_3_silence_closes_a_conversation_and_who_writes_soon_after_goes_on_with_it(world: World) -> None:
    waba = await world.meta.create_waba()
    number = await world.meta.create_phone_number(waba.id, f"+1 555-{secrets.randbelow(900) + 100}-0155")
    code = {"waba_id": waba.id, "phone_number_id": number.id, "pin": "123456"}
    code["code"] = await world.meta.mint_code(waba.id, number.id)
    await world.does("POST", "gateway", "/channels", code)
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    await world.meta.customer_writes(wa_id, number.id, "Oi", timestamp=int(time.time()) - 600)
    talk = await world.conversation_of(name)
    rules = {"close_after": "PT5M", "reopen_within": "PT1H"}
    await world.does("PUT", "conversations", f"/channels/{number.id}/conversation-rules", rules)
    await world.conversation_of(name, lambda shown: bool(shown["state"] == "closed"))
    await world.meta.customer_writes(wa_id, number.id, "Ainda estou aqui")
    again = await world.conversation_of(name, lambda shown: bool(shown["state"] == "open"))
    assert again["conversation_id"] == talk["conversation_id"]
    assert again["unread"] == 2


async def test_number_health_comes_from_meta_to_the_channels_page_in_any_order(world: World) -> None:
    waba, now = world.endpoints["waba_id"], int(time.time())
    display = (await world.does("GET", "gateway", f"/channels/{world.number}"))["display_phone_number"]
    about = {"display_phone_number": display}
    for event, limit, at in (("UNFLAGGED", "TIER_10K", now - 5), ("FLAGGED", "TIER_2K", now - 9)):
        value = {**about, "event": event, "current_limit": limit}
        for _ in range(2):
            await world.meta.update(waba, "phone_number_quality_update", value, time=at)

    async def shown() -> Any:
        health = (await world.does("GET", "gateway", f"/channels/{world.number}", who="0"))["health"]
        return health if health["quality"] and health["quality"]["event"] == "UNFLAGGED" else None

    health = await until(shown, "the newest notice is shown")
    await world.settled()
    assert health["messaging_limit"] == "TIER_10K"
    assert (await shown()) == health
    told = await world.told("recado.gateway.v1")
    ours = [each for each in told if each.data.get("display_phone_number") == display]
    assert len([each for each in ours if each.type == "gateway.number-quality-reported.v1"]) == 2


async def test_history_of_the_phone_app_is_shown_beside_a_conversation_and_makes_none(world: World) -> None:
    wa_id, name = new_customer()
    line = Line(world.endpoints["waba_id"], world.number, "551130001000")
    person = Person(wa_id=wa_id, user_id=None, name=name, username=None, country_code=None)
    old = [
        coexistence.history_message(sender, f"wamid.{secrets.token_hex(9)}", 1_790_000_000 + at, text={"body": text})
        for at, (sender, text) in enumerate([(wa_id, "Vocês abrem?"), (line.digits, "Sim!")])
    ]
    await world.meta.deliver(coexistence.history_body(line, person, old))
    await world.settled()
    assert await world.contacts_named(name) == []
    await world.meta.create_customer(wa_id=wa_id, name=name)
    await world.meta.customer_writes(wa_id, world.number, "Oi de novo")
    talk = await world.conversation_of(name)
    assert talk["unread"] == 1
    past = await world.does("GET", "conversations", f"/conversations/{talk['conversation_id']}/past")
    assert [(each["direction"], each["content"]["body"]) for each in past["items"]] == [
        ("app", "Sim!"),
        ("in", "Vocês abrem?"),
    ]


async def test_who_writes_without_a_name_is_called_as_the_phones_address_book_calls_them(world: World) -> None:
    (wa_id, name), line = new_customer(), Line(world.endpoints["waba_id"], world.number, "551130001000")
    person = Person(wa_id=wa_id, user_id=None, name=name, username=None, country_code=None)
    await world.meta.deliver(coexistence.address_book_body(line, person, 1_790_000_000))
    await world.settled()
    assert await world.contacts_named(name) == []
    said = {"body": "Oi"}, f"wamid.{secrets.token_hex(9)}"
    await world.meta.deliver(message_body(line, replace(person, name=None), said[1], int(time.time()), "text", said[0]))
    assert (await world.conversation_of(name))["unread"] == 1
    await until(lambda: world.contacts_named(name), "the contact is called so too")
