"""Outgoing webhooks over the running services: who has no Kafka is told by signed requests, in order."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from deploy.local.credentials import service_token
from tests.gateway.hooks.receiver import Receiver, Request
from tests.journeys.world import Json, World, new_customer, until

RECEIVED = "conversations.message-received.v1"
STORY = (
    "templates.template-drafted.v1",
    "conversations.conversation-opened.v1",
    RECEIVED,
    "crm.contact-created.v1",
    "gateway.message-accepted.v1",
    "billing.free-conversation-counted.v1",
)
ELSEWHERE = ("127.0.0.2", "localhost", "10.0.0.1", "192.168.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]")


@dataclass
class Faltering:
    """Refuses the first delivery, and notes what another receiver has whenever it is asked."""

    other: Receiver
    other_had: list[set[object]] = field(default_factory=list)

    def __call__(self, _: Request) -> int:
        self.other_had.append({request.id for request in self.other.requests})
        return 503 if len(self.other_had) == 1 else 204


@asynccontextmanager
async def subscribed(world: World, receiver: Receiver, types: Sequence[str]) -> AsyncIterator[Json]:
    body = {"url": receiver.url, "event_types": types}
    made: Json = await world.does("POST", "gateway", "/subscriptions", body, key=secrets.token_hex(8))
    yield made
    await world.does("DELETE", "gateway", f"/subscriptions/{made['subscription_id']}", key=secrets.token_hex(8))


async def a_story(world: World) -> None:
    """Something that every service tells of."""
    form = {
        "waba_id": world.endpoints["waba_id"],
        "language": "pt_BR",
        "category": "UTILITY",
        "body": "Olá",
        "draft": True,
    }
    form["name"] = f"draft_{secrets.token_hex(4)}"
    await world.does("POST", "templates", "/templates", form, key=secrets.token_hex(8))
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    for text in ("Oi", "Há alguém?", "Olá?"):
        await world.meta.customer_writes(wa_id, world.number, text)
    talk = await world.conversation_of(name, lambda item: bool(item["assignee"]))
    await world.replies(talk["conversation_id"])


async def logs_above(world: World, subscription: Json) -> dict[str, list[Json]]:
    """What each service has told since it subscribed, of its organisation and types, as `GET /events` has it."""
    token = {"Authorization": f"Bearer {service_token(world.launcher.secrets, 'subscriber')}"}
    found: dict[str, list[Json]] = {}
    async with httpx.AsyncClient(headers=token, timeout=30) as http:
        for cursor in subscription["cursors"]:
            asked = {"after": cursor["position"], "limit": 500}
            page = (await http.get(f"{world.endpoints[cursor['source']]}/events", params=asked)).json()
            assert page["next"] >= page["end"], "the story is told in one page"
            found[cursor["source"]] = [
                event
                for event in page["events"]
                if event["type"] in subscription["event_types"] and event["tenantid"] == world.endpoints["organisation"]
            ]
    return found


def by_source(receiver: Receiver) -> dict[str, list[Json]]:
    found = defaultdict[str, list[Json]](list)
    for request in receiver.requests:
        found[request.event["type"].partition(".")[0]].append(request.event)
    return dict(found)


async def told_all(world: World, receiver: Receiver, subscription: Json) -> dict[str, list[Json]]:
    async def find() -> dict[str, list[Json]] | None:
        logs = await logs_above(world, subscription)
        types = {event["type"] for events in logs.values() for event in events}
        return logs if types == set(subscription["event_types"]) and by_source(receiver) == logs else None

    return await until(find, f"the receiver has {subscription['event_types']} as the logs have them", 30)


@pytest.mark.timeout(120)
async def test_a_receiver_is_told_of_all_services_in_order_while_another_one_fails_and_is_told_later(
    world: World,
) -> None:
    async with (
        Receiver() as good,
        Receiver(faltering := Faltering(good)) as poor,
        subscribed(world, good, STORY) as all_of_it,
        subscribed(world, poor, [RECEIVED]) as messages,
    ):
        await a_story(world)
        logs = await told_all(world, good, all_of_it)
        assert all(request.is_signed_with(all_of_it["secret"]) for request in good.requests)
        assert len(logs["conversations"]) == 4

        await told_all_but_first(world, poor, messages)
        assert poor.requests[0].id in faltering.other_had[1], "the good one had it before it was tried again"
        assert all(request.is_signed_with(messages["secret"]) for request in poor.requests)
        assert not any(request.is_signed_with(all_of_it["secret"]) for request in poor.requests)

        await told_again(world, good, all_of_it, logs["conversations"])


async def told_all_but_first(world: World, poor: Receiver, messages: Json) -> None:
    """What it refused comes once more, and only then what stands behind it."""

    async def find() -> bool:
        (wanted,) = (await logs_above(world, messages)).values()
        return [request.event for request in poor.requests] == [wanted[0], *wanted]

    await until(find, "the one that failed is told of it all, the first one twice", 30)
    path = f"/subscriptions/{messages['subscription_id']}/deliveries"
    log = (await world.does("GET", "gateway", path))["items"]
    assert [(each["outcome"], each["attempt"]) for each in reversed(log)] == [
        ("refused", 1), ("delivered", 2), ("delivered", 1), ("delivered", 1),
    ]  # fmt: skip


async def told_again(world: World, good: Receiver, subscription: Json, events: list[Json]) -> None:
    """From the second event of a log on."""
    before, first = len(good.requests), events[1]
    replay = {"source": "conversations", "after": first["position"] - 1}
    path = f"/subscriptions/{subscription['subscription_id']}/replay"
    await world.does("POST", "gateway", path, replay, key=secrets.token_hex(8))

    async def find() -> bool:
        return [request.event for request in good.requests[before:]] == events[1:]

    await until(find, "it is told again from the second event on", 30)


async def test_61_receivers_at_private_addresses_are_refused_unless_a_setting_allows_their_host(world: World) -> None:
    async with Receiver() as receiver:
        for host in ELSEWHERE:
            body = {"url": f"http://{host}:{receiver.port}/hooks", "event_types": [RECEIVED]}
            answer = await world.asks("POST", "gateway", "/subscriptions", body, key=secrets.token_hex(8))
            assert (answer.status_code, answer.json()["rule"]) == (422, "receiver_forbidden"), host
        async with subscribed(world, receiver, [RECEIVED]) as allowed:
            tested = await world.does("POST", "gateway", f"/subscriptions/{allowed['subscription_id']}/test")
    assert tested["outcome"] == "delivered"
    assert len(receiver.requests) == 1
