"""What the people of the business do over HTTP, and how stubbornly their clients try again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from tests.crash.traffic import Traffic

MINUTE = timedelta(minutes=1)
SILENCE = 5 * MINUTE
"""The shortest after which conversations may close."""
LOOKED_AT_EVERY = 17.0


async def an_agent_replies(traffic: Traffic) -> None:
    talk = await some_conversation(traffic, "open")
    if talk is not None:
        await sends(traffic, talk["conversation_id"], {"type": "text", "text": "Bom dia, já respondo."})


async def an_agent_reads_and_lets_it_be_known(traffic: Traffic) -> None:
    talk = await some_conversation(traffic, "open")
    if talk is not None:
        body = {"notify_customer": traffic.random.random() < 0.5}
        path = f"/conversations/{talk['conversation_id']}/read"
        await traffic.insist("POST", "conversations", path, body, who="administrator", key=traffic.key())


async def a_conversation_is_closed_or_opened_again(traffic: Traffic) -> None:
    wanted, verb = traffic.random.choice([("open", "close"), ("closed", "reopen")])
    talk = await some_conversation(traffic, wanted)
    if talk is not None:
        path = f"/conversations/{talk['conversation_id']}/{verb}"
        await traffic.insist("POST", "conversations", path, who="administrator", key=traffic.key())


async def a_conversation_is_given_to_somebody(traffic: Traffic) -> None:
    talk = await some_conversation(traffic, "open")
    users = [user for user in await _users(traffic) if user["role"] == "member"]
    if talk is not None and users:
        body = {"user_id": traffic.random.choice(users)["user_id"]}
        path = f"/conversations/{talk['conversation_id']}/assign"
        await traffic.insist("POST", "conversations", path, body, who="administrator", key=traffic.key())


async def somebody_leaves_or_returns(traffic: Traffic) -> None:
    """The rota skips who is away; when nobody is left conversations wait, and are handed out oldest first."""
    users = [user for user in await _users(traffic) if user["role"] == "member"]
    if users:
        user = traffic.random.choice(users)
        body = {name: user[name] for name in ("name", "role", "profile_id")}
        body["active"] = not user["active"] or traffic.random.random() < 0.4
        path = f"/users/{user['user_id']}"
        await traffic.insist("PUT", "conversations", path, body, who="administrator", key=traffic.key())


async def a_customer_is_blocked_for_a_while(traffic: Traffic) -> None:
    """And somebody tries to write to them all the same."""
    talk = await some_conversation(traffic, "open")
    if talk is None:
        return
    path = f"/conversations/{talk['conversation_id']}"
    await traffic.insist("POST", "conversations", f"{path}/block", who="administrator", key=traffic.key())
    await sends(traffic, talk["conversation_id"], {"type": "text", "text": "Olá?"})
    if traffic.random.random() < 0.8:
        await asyncio.sleep(traffic.random.uniform(0.0, 3.0))
        await traffic.insist("POST", "conversations", f"{path}/unblock", who="administrator", key=traffic.key())


async def silence_ends_conversations_for_a_moment(traffic: Traffic) -> None:
    """At one number, for as long as workers take to look at it once: else something would move all the time."""
    if traffic.lasts() < SILENCE.total_seconds():
        return
    path = f"/channels/{traffic.random.choice(traffic.numbers)}/conversation-rules"
    rules = {"close_after": f"PT{SILENCE // MINUTE}M", "reopen_within": "PT1M"}
    for body in (rules, {}):
        await traffic.insist("PUT", "conversations", path, body, who="administrator", key=traffic.key())
        await asyncio.sleep(LOOKED_AT_EVERY if body else 0)


async def sends(traffic: Traffic, talk: str, body: dict[str, Any]) -> None:
    key, path = traffic.key(), f"/conversations/{talk}/messages"
    for _ in range(traffic.random.choice([1, 1, 1, 2, 3])):
        answer = await traffic.insist("POST", "conversations", path, body, who="administrator", key=key)
        if answer is None:
            return
        traffic.ledger.answer(key, answer["message_id"])


async def some_conversation(traffic: Traffic, state: str) -> dict[str, Any] | None:
    view = "?view=closed&limit=50" if state == "closed" else "?limit=50"
    answer = await traffic.world.asks("GET", "conversations", f"/conversations{view}")
    if not answer.is_success:
        return None
    found = [item for item in answer.json()["items"] if item["state"] == state]
    return traffic.random.choice(found) if found else None


async def _users(traffic: Traffic) -> list[dict[str, Any]]:
    answer = await traffic.world.asks("GET", "conversations", "/users")
    users: list[dict[str, Any]] = answer.json()["items"] if answer.is_success else []
    return users
