"""A working day at the desk: lists, filters, search, saved views and counters, each for who may see what."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import httpx
import pytest

from tests.journeys.world import Json, World, until
from tests.security.tenants import claims, signed

pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True)
class Colleague:
    """Somebody of the seeded organisation, with a profile of their own."""

    world: World
    user: UUID
    profile: UUID

    @classmethod
    async def new(cls, world: World, level: str, scope: str) -> Colleague:
        found = cls(world, uuid4(), uuid4())
        await found.granted(level, scope)
        body = {"name": "Rita", "role": "member", "profile_id": str(found.profile)}
        await world.does("PUT", "conversations", f"/users/{found.user}", body)
        return found

    async def granted(self, level: str, scope: str) -> None:
        body = {"level": level, "scope": scope}
        await self.world.does("PUT", "conversations", f"/profiles/{self.profile}/grant", body)

    async def asks(self, method: str, path: str, body: Any = None) -> httpx.Response:
        organisation = UUID(self.world.endpoints["organisation"])
        told = claims("member", organisation, self.user, profile_id=str(self.profile))
        headers = {"Authorization": f"Bearer {signed(self.world, told)}", "Idempotency-Key": secrets.token_hex(8)}
        async with httpx.AsyncClient(timeout=30) as http:
            return await http.request(
                method, f"{self.world.endpoints['conversations']}{path}", json=body, headers=headers
            )

    async def sees(self, path: str) -> Any:
        answer = await self.asks("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def finds(self, **query: Any) -> list[str]:
        return ids(await self.sees(f"/conversations?{urlencode(query, doseq=True)}"))


def ids(page: Json) -> list[str]:
    return [item["conversation_id"] for item in page["items"]]


async def finds(world: World, **query: Any) -> list[str]:
    return ids(await world.does("GET", "conversations", f"/conversations?{urlencode(query, doseq=True)}"))


async def joao_writes(world: World, *texts: str) -> tuple[Json, str]:
    """The conversation, and a word that only this João has."""
    wa_id, mark = f"551198765{secrets.randbelow(10**4):04d}", f"souza{secrets.token_hex(4)}"
    await world.meta.create_customer(wa_id=wa_id, name=f"João {mark}")
    for text in texts:
        await world.meta.customer_writes(wa_id, world.number, text)
    talk = await world.conversation_of(f"João {mark}", lambda item: item["unread"] == len(texts))
    return talk, mark


async def test_s22_joao_finds_joao_and_digits_find_his_number_whatever_filters_are_combined(world: World) -> None:
    talk, mark = await joao_writes(world, "Há outra cor? É para sábado.")
    one, wa_id = [talk["conversation_id"]], talk["customer"]["wa_id"]
    for text in (f"joao {mark}", f"JOÃO {mark[:9]}", wa_id, f"+55 11 {wa_id[4:9]}-{wa_id[9:]}"):
        assert await finds(world, text=text) == one, text
    assert one[0] in await finds(world, text="98765", limit=100)
    assert one[0] in await finds(world, text="sabado", limit=100)
    fitting = {"state": "open", "window": ["open", "closing"], "unread": True, "channel": world.number, "failed": False}
    assert await finds(world, text=f"joao {mark}", owner=talk["assignee"], **fitting) == one
    for other in ({"state": "closed"}, {"window": "closed"}, {"unread": False}, {"failed": True}, {"unassigned": True}):
        assert await finds(world, text=f"joao {mark}", **{**fitting, **other}) == [], other
    await world.does("POST", "conversations", f"/conversations/{one[0]}/close")
    await world.conversation_of(f"João {mark}", lambda item: item["state"] == "closed")
    assert await finds(world, text=mark, view="closed") == one


async def test_s18_a_saved_view_shows_what_its_filters_find_and_only_to_whom_it_is_for(world: World) -> None:
    talk, mark = await joao_writes(world, "Oi")
    body = {"name": "Do João", "filters": {"text": mark, "unread": True}}
    view = (await world.does("POST", "conversations", "/views", body, who="0", key=mark))["view_id"]

    async def shown() -> bool:
        answer = await world.asks("GET", "conversations", f"/views/{view}/conversations", who="0")
        return answer.status_code == 200 and ids(answer.json()) == [talk["conversation_id"]]

    await until(shown, "the view is shown with its conversation")
    assert (await world.asks("GET", "conversations", f"/views/{view}/conversations", who="1")).status_code == 404
    await world.does("POST", "conversations", f"/conversations/{talk['conversation_id']}/read", {}, who="0")

    async def empty() -> bool:
        page = await world.does("GET", "conversations", f"/views/{view}/conversations", who="0")
        return bool(page["items"] == [])

    await until(empty, "what was read is not in a view of unread ones")


async def test_s24_counters_are_exact_for_every_user_while_others_read(world: World) -> None:
    before = {who: await counters(world, who) for who in ("0", "1", "administrator")}
    talk, _ = await joao_writes(world, "Um", "Dois", "Três")
    one = talk["conversation_id"]
    lines = await world.timeline(one)
    await world.does("POST", "conversations", f"/conversations/{one}/read", {}, who="0")
    up_to = {"up_to_id": lines[1]["message_id"]}
    await world.does("POST", "conversations", f"/conversations/{one}/read", up_to, who="1")
    await world.settled()
    for who, left in (("0", 0), ("1", 1), ("administrator", 3)):
        now = await counters(world, who)
        assert now["conversations"].get(one, 0) == left, who
        assert now["unread"] - before[who]["unread"] == left, who


async def counters(world: World, who: str) -> Json:
    found: Json = await world.does("GET", "conversations", "/counters", who=who)
    return found


async def test_s6_rule_15_scope_own_and_view_only_hold_in_lists_search_counters_and_commands(world: World) -> None:
    (theirs, mark), (others, another) = await joao_writes(world, "Meu"), await joao_writes(world, "Teu")
    rita = await Colleague.new(world, "view_reply", "own")
    one, two = theirs["conversation_id"], others["conversation_id"]
    await world.does("POST", "conversations", f"/conversations/{one}/assign", {"user_id": str(rita.user)})
    await world.settled()
    for query in ({}, {"view": "mine"}, {"unread": True}, {"text": "joao"}, {"text": "98765"}, {"state": "open"}):
        assert await rita.finds(**query) == [one], query
    assert await rita.finds(text=another) == await rita.finds(view="unassigned") == []
    assert await rita.sees("/counters") == {"unread": 1, "conversations": {one: 1}}
    for path in (f"/conversations/{two}", f"/conversations/{two}/messages"):
        assert (await rita.asks("GET", path)).status_code == 404
    text = {"type": "text", "text": "x"}
    assert (await rita.asks("POST", f"/conversations/{two}/messages", text)).status_code == 404

    await rita.granted("view_only", "own")
    assert await rita.finds(text=mark) == [one]
    for action, body in (("messages", text), ("close", None), ("assign", {"user_id": str(rita.user)})):
        refused = await rita.asks("POST", f"/conversations/{one}/{action}", body)
        assert (refused.status_code, refused.json()["rule"]) == (403, "view_only")

    await rita.granted("view_only", "all")
    assert two in await rita.finds(text="joao", limit=100)
    await world.does("PUT", "conversations", f"/users/{rita.user}", {"name": "Rita", "role": "member"})
    for path in ("/conversations", f"/conversations/{one}", "/counters", "/views", "/users"):
        refused = await rita.asks("GET", path)
        assert (refused.status_code, refused.json()["rule"]) == (403, "no_permission"), path
