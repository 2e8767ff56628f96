"""An open screen: told of everything as it happens, through the whole system, and again after a crash."""

from __future__ import annotations

import asyncio

import pytest

from tests.conversations.listening import Reader, at
from tests.journeys.world import World, new_customer

pytestmark = pytest.mark.timeout(300)
PATIENCE = 60.0


async def test_s7_s24_an_agents_screen_follows_a_conversation_and_resumes_after_a_crash(world: World) -> None:
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    agent = {"Authorization": f"Bearer {world.endpoints['tokens']['agents'][0]}"}
    async with at(world.endpoints["conversations"]) as address:
        async with address.reader(agent) as screen:
            await world.meta.customer_writes(wa_id, world.number, "Há outra cor?")
            talk = await _talk(screen, "Há outra cor?")
            message = await world.replies(talk, "Há, sim: azul.", who="0")
            await screen.until(lambda told: "message-read" in _statuses(told, message), "it was read", PATIENCE)
            assert {"acceptance-noted", "message-sent", "message-delivered"} <= _statuses(screen, message)
            await screen.until(lambda told: _counter(told, talk) == 1, "a counter", PATIENCE)
            await world.does("POST", "conversations", f"/conversations/{talk}/read", {}, who="0")
            await screen.until(lambda told: _counter(told, talk) == 0, "the counter is cleared", PATIENCE)
            await asyncio.to_thread(world.component("conversations").kill)
            await screen.until(lambda told: told.ended, "the crash")
        await world.meta.customer_writes(wa_id, world.number, "E verde?")
        await asyncio.to_thread(world.component("conversations").start)
        await world.ready(120)
        async with address.reader(agent, screen.last_id) as again:
            assert await _talk(again, "E verde?") == talk
            assert _texts(again, talk) == ["E verde?"]
            assert not {each.id for each in again.heard if each.id} & {
                each.id for each in screen.heard if each.name != "ready"
            }


async def _talk(screen: Reader, text: str) -> str:
    """The conversation in which a screen is told of this message; other journeys may leave theirs."""

    def found(told: Reader) -> str | None:
        named = (each.data for each in told.named("message") if each.data.get("content", {}).get("body") == text)
        return next((str(each["conversation_id"]) for each in named), None)

    return str(await screen.until(found, text, PATIENCE))


def _texts(screen: Reader, talk: str) -> list[str]:
    told = (each.data for each in screen.named("message") if each.data["conversation_id"] == talk)
    return [each["content"]["body"] for each in told]


def _statuses(screen: Reader, message: str) -> set[str]:
    return {each.data["type"] for each in screen.named("status") if each.data["message_id"] == message}


def _counter(screen: Reader, talk: str) -> int | None:
    told = [each.data["conversations"] for each in screen.named("counters")]
    return next((counts[talk] for counts in reversed(told) if talk in counts), None)
