"""Updates of numbers nobody serves wait in quarantine; a disconnected channel is read-only and comes back."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.journeys.world import World, counted, new_customer, until

pytestmark = pytest.mark.timeout(240)


async def connect(world: World, waba_id: str, number: str) -> None:
    code = await world.meta.mint_code(waba_id, number)
    body = {"waba_id": waba_id, "phone_number_id": number, "code": code, "pin": "123456"}
    await world.does("POST", "gateway", "/channels", body)
    await world.does("PUT", "gateway", f"/channels/{number}/details", {"name": "Second desk"})


async def test_what_came_before_connecting_waits_in_quarantine_and_is_released_once(world: World) -> None:
    waba = await world.meta.create_waba()
    number = await world.meta.create_phone_number(waba.id, f"+1 555-{secrets.randbelow(900) + 100}-0199")
    wa_id, name = new_customer()
    wamid = f"wamid.{secrets.token_hex(12)}"
    rows = await world.meta.deliver(_text(waba.id, number.id, wa_id, name, wamid))
    assert [row["status"] for row in rows] == [200]

    async def quarantined() -> bool:
        told = await world.told("recado.quarantine.v1")
        return any(wamid in str(each.data) for each in told)

    await until(quarantined, "the update stands in quarantine")
    await connect(world, waba.id, number.id)
    talk = await world.conversation_of(name)
    assert talk["phone_number_id"] == number.id
    await world.settled()
    told = await world.told("recado.conversations.v1")
    received = counted(told, "conversations.message-received.v1", "conversation_id")
    assert received[talk["conversation_id"]] == 1


async def test_rule_36_disconnect_stops_sending_keeps_history_and_reconnecting_continues(world: World) -> None:
    waba = await world.meta.create_waba()
    number = await world.meta.create_phone_number(waba.id, f"+1 555-{secrets.randbelow(900) + 100}-0177")
    await connect(world, waba.id, number.id)
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    await world.meta.customer_writes(wa_id, number.id, "Oi")
    talk = (await world.conversation_of(name))["conversation_id"]
    await world.does("POST", "gateway", f"/channels/{number.id}/disconnect")
    body = {"type": "text", "text": "x"}

    async def read_only() -> bool:
        answer = await world.asks(
            "POST", "conversations", f"/conversations/{talk}/messages", body, key=secrets.token_hex(6)
        )
        return bool(answer.status_code == 409 and answer.json()["rule"] == "channel_disconnected")

    await until(read_only, "replies are refused")
    assert len(await world.timeline(talk)) >= 1, "history remains"
    late = await world.meta.deliver(_text(waba.id, number.id, wa_id, name, f"wamid.{secrets.token_hex(12)}"))
    assert [row["status"] for row in late] == [200]

    code = await world.meta.mint_code(waba.id, number.id)
    await world.does("POST", "gateway", f"/channels/{number.id}/reconnect", {"code": code, "pin": "123456"})

    async def late_one_arrived() -> bool:
        return bool(sum(line["direction"] == "in" for line in await world.timeline(talk)) == 2)

    await until(late_one_arrived, "the late webhook came out of quarantine into the same conversation")
    message_id = await world.replies(talk)
    await world.message_shown(talk, message_id, "read")


async def test_s3_a_step_that_fails_is_named_and_goes_on_from_there(world: World) -> None:
    waba = await world.meta.create_waba()
    number = await world.meta.create_phone_number(waba.id, f"+1 555-{secrets.randbelow(900) + 100}-0155")
    body = {"waba_id": waba.id, "phone_number_id": number.id, "code": "not-a-code", "pin": "123456"}
    refused = await world.asks("POST", "gateway", "/channels", body)
    assert refused.is_error
    assert refused.json()["step"] == "code_exchange"
    code = await world.meta.mint_code(waba.id, number.id)
    await world.does("POST", "gateway", f"/channels/{number.id}/resume", {"code": code, "pin": "123456"})
    await world.does("PUT", "gateway", f"/channels/{number.id}/details", {"name": "Third desk"})

    async def connected() -> dict[str, Any] | None:
        channel: dict[str, Any] = await world.does("GET", "gateway", f"/channels/{number.id}")
        return channel if channel["status"] == "connected" else None

    channel = await until(connected, "the channel is connected")
    assert (channel["name"], {step["state"] for step in channel["steps"]}) == ("Third desk", {"done"})


def _text(waba_id: str, number: str, wa_id: str, name: str, wamid: str) -> dict[str, Any]:
    message = {"from": wa_id, "id": wamid, "timestamp": "1795452000", "type": "text", "text": {"body": "Olá"}}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550000199", "phone_number_id": number},
        "contacts": [{"profile": {"name": name}, "wa_id": wa_id}],
        "messages": [message],
    }
    change = {"field": "messages", "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": waba_id, "changes": [change]}]}
