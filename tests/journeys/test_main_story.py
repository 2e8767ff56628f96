"""A customer writes, somebody owns it, the answer reaches the customer."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.journeys.world import Json, World, counted, new_customer, until

pytestmark = pytest.mark.timeout(180)


async def test_s5_s7_a_customers_message_becomes_an_owned_conversation_and_the_answer_reaches_the_customer(
    world: World,
) -> None:
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    sent_before = len(await world.meta.sends())
    await world.meta.customer_writes(wa_id, world.number, "Há outra cor?")
    talk = await world.conversation_of(name, lambda item: item["assignee"] is not None)
    assert (talk["state"], talk["unread"], talk["window"]["open"]) == ("open", 1, True)

    message_id = await world.replies(talk["conversation_id"], "Há, sim: azul.")
    shown = await world.message_shown(talk["conversation_id"], message_id, "read")
    assert {"accepted", "sent", "delivered", "read"} <= set(shown["statuses"])
    sends = (await world.meta.sends())[sent_before:]
    assert len([send for send in sends if send.wa_id == wa_id]) == 1
    assert (await world.conversation_of(name))["answered"]

    async def contact() -> list[Json] | None:
        found = await world.contacts_named(name)
        return found if found and found[0]["owner_id"] == talk["assignee"] else None

    (found,) = await until(contact, "a contact with the same owner")
    assert {"kind": "wa_id", "value": wa_id} in found["aliases"]
    history = await world.does("GET", "crm", f"/contacts/{found['contact_id']}/conversations")
    assert [item["conversation_id"] for item in history["items"]] == [talk["conversation_id"]]


async def test_pain_02_rule_5_thirty_images_at_once_from_an_unknown_sender_make_one_contact_one_conversation_one_owner(
    world: World,
) -> None:
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    wamids = await asyncio.gather(*(world.meta.customer_writes(wa_id, world.number, type="image") for _ in range(30)))
    talk = await world.conversation_of(name, lambda item: item["unread"] == 30)
    await world.settled()
    assert len(set(wamids)) == 30
    assert len(await world.contacts_named(name)) == 1
    told = await world.told("recado.conversations.v1")
    customer = talk["customer"]["customer_id"]
    mine = [each for each in told if each.data.get("customer_id") == customer]
    assert counted(mine, "conversations.conversation-opened.v1", "conversation_id") == {talk["conversation_id"]: 1}
    assert counted(mine, "conversations.conversation-assigned.v1", "user_id") == {talk["assignee"]: 1}
    assert len(counted(mine, "conversations.message-received.v1", "message_id")) == 30


async def test_s23_reading_reacting_assigning_closing_and_reopening(world: World) -> None:
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    wamid = await world.meta.customer_writes(wa_id, world.number, "Oi")
    talk = (await world.conversation_of(name))["conversation_id"]
    (line,) = await world.timeline(talk)
    await world.does("POST", "conversations", f"/conversations/{talk}/read", {"notify_customer": True})

    async def read_at_meta() -> bool:
        return any(message.id == wamid for message in await world.meta.reads())

    await until(read_at_meta, "Meta was told that the message was read")
    reaction = {"type": "reaction", "message_id": line["message_id"], "emoji": "🎉"}
    await world.does("POST", "conversations", f"/conversations/{talk}/messages", reaction, key="reaction-1")

    async def reacted() -> bool:
        (shown,) = await world.timeline(talk)
        return bool(shown["reactions"] == {"business": "🎉"})

    await until(reacted, "the reaction is shown")
    members = (await world.does("GET", "conversations", f"/channels/{world.number}/rota"))["members"]
    owner = (await world.conversation_of(name))["assignee"]
    other = next(member for member in members if member != owner)
    await world.does("POST", "conversations", f"/conversations/{talk}/assign", {"user_id": other})
    await world.conversation_of(name, lambda item: item["assignee"] == other)
    await world.does("POST", "conversations", f"/conversations/{talk}/close")
    await world.conversation_of(name, lambda item: item["state"] == "closed")
    await world.does("POST", "conversations", f"/conversations/{talk}/reopen")
    await world.conversation_of(name, lambda item: item["state"] == "open")


async def test_pain_15_rule_1_after_24_hours_a_reply_is_refused_with_its_rule_and_nothing_is_sent(world: World) -> None:
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    sent_before = len(await world.meta.sends())
    await world.meta.customer_writes(wa_id, world.number, "Oi", timestamp=int(time.time()) - 90_000)
    talk = (await world.conversation_of(name))["conversation_id"]
    (line,) = await world.timeline(talk)
    reaction = {"type": "reaction", "message_id": line["message_id"], "emoji": "🎉"}
    for free in ({"type": "text", "text": "x"}, reaction):
        path = f"/conversations/{talk}/messages"
        refused = (await world.asks("POST", "conversations", path, free, key=f"late-{free['type']}")).json()
        assert (refused["status"], refused["rule"]) == (409, "window_closed")
    assert await world.timeline(talk) == [line], "nothing looks sent"
    assert len(await world.meta.sends()) == sent_before
