"""Outgoing webhooks: receivers that are told, refuse now and then, and know what they have to be told."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import psycopg
from recado_chassis.verifying.figures import Figure, none_of

from tests.crash import customers
from tests.crash.traffic import Traffic
from tests.gateway.hooks.receiver import Receiver, Request

CHOSEN = (
    ("conversations.conversation-opened.v1", "crm.contact-created.v1"),
    (
        "gateway.message-accepted.v1",
        "conversations.conversation-closed.v1",
        "crm.contact-owner-changed.v1",
        "templates.template-submitted.v1",
        "billing.credits-purchased.v1",
    ),
)
"""By the first and by the second receiver. The quick form has the first alone: each log that is heard is asked for."""
REFUSES_EVERY = 8.0
"""Seconds, at most: what it refuses comes again after five, and what stands behind it waits so long."""
_CURSORS = """
SELECT source, organisation_id, event_types, position FROM subscription_cursors WHERE subscription_id = %s
"""
AGAIN = 30
"""So many of the last deliveries, at most, are asked for again: who is told again waits for what is new meanwhile."""
_TOLD = """
SELECT notification_id, event_id FROM stored_events
WHERE notification_id > %s AND organisation_id = %s AND topic = ANY (%s) ORDER BY notification_id
"""


class Moody:
    """Refuses what it has not seen before, though not often: after two failures the next attempt is minutes away."""

    def __init__(self) -> None:
        self.took: list[Request] = []
        self._seen: set[UUID] = set()
        self._refused_at = 0.0

    def __call__(self, request: Request) -> int:
        is_new, now = request.id not in self._seen, time.monotonic()
        self._seen.add(request.id)
        if is_new and now - self._refused_at > REFUSES_EVERY:
            self._refused_at = now
            return 503
        self.took.append(request)
        return 204


@dataclass(frozen=True)
class Told:
    """One of them, and what it subscribed as."""

    subscription_id: str
    secret: str
    receiver: Receiver
    moody: Moody
    begun: Mapping[str, int]
    """Where it began in each log: whatever is delivered again, all above that must have come."""


class Receivers:
    """`async with`; they listen where the local gateway may send to."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def subscribe(self, traffic: Traffic, chosen: Sequence[Sequence[str]]) -> None:
        for types in chosen:
            moody = Moody()
            receiver = await self._stack.enter_async_context(Receiver(moody))
            made = await _asks(traffic, "", {"url": receiver.url, "event_types": types})
            if "secret" not in made:  # it was shown by an answer that got lost
                made = await _asks(traffic, f"/{made['subscription_id']}/rotate", {"overlap_seconds": 0})
            begun = {cursor["source"]: cursor["position"] for cursor in made["cursors"]}
            self.told.append(Told(made["subscription_id"], made["secret"], receiver, moody, begun))
            traffic.subscriptions.append(made["subscription_id"])
            traffic.took[made["subscription_id"]] = moody.took

    def figures(self, databases: Mapping[str, str]) -> list[Figure]:
        """What came, beside the logs, up to where the gateway says that it told them."""
        untold, late, unsigned = list[str](), list[str](), list[str]()
        for one in self.told:
            wanted = list(_wanted(one, databases))  # what comes meanwhile is then among what came
            came = one.receiver.requests[:]
            ids = {request.id for request in came}
            untold += [f"{source} {position}" for source, position, event in wanted if event not in ids]
            unsigned += [str(request.id) for request in came if not request.is_signed_with(one.secret)]
            late += _late(came)
        return [
            none_of("receivers", "events that a receiver was not told of", untold),
            none_of("receivers", "events that a receiver was told of after later ones", late),
            none_of("receivers", "deliveries that their secret does not verify", unsigned),
        ]


async def a_webhook_is_paused_for_a_moment(traffic: Traffic) -> None:
    await _is_tried_now(traffic, traffic.random.choice(traffic.subscriptions))


async def somebody_wants_to_be_told_again(traffic: Traffic) -> None:
    """From an event on that came lately."""
    subscription = traffic.random.choice(traffic.subscriptions)
    lately = traffic.took[subscription][-AGAIN:]
    if lately:
        event = traffic.random.choice(lately).event
        body = {"source": event["type"].partition(".")[0], "after": event["position"]}
        await _asks(traffic, f"/{subscription}/replay", body)


async def there_is_something_to_tell(traffic: Traffic) -> None:
    """Also by whom a worker that died has left behind."""
    await all_are_tried_now(traffic)
    await customers.somebody_new_writes_a_burst(traffic)


async def all_are_tried_now(traffic: Traffic) -> None:
    """Whatever they wait for: a pause after a failure, or the end of a dead worker's lease."""
    for subscription in traffic.subscriptions:
        await _is_tried_now(traffic, subscription)


async def _is_tried_now(traffic: Traffic, subscription: str) -> None:
    await _asks(traffic, f"/{subscription}/pause")
    await _asks(traffic, f"/{subscription}/resume")


async def _asks(traffic: Traffic, path: str, body: Any = None) -> Any:
    return await traffic.insist(
        "POST", "gateway", f"/subscriptions{path}", body, who="administrator", key=traffic.key()
    )


def _wanted(one: Told, databases: Mapping[str, str]) -> Iterator[tuple[str, int, UUID]]:
    with psycopg.connect(databases["gateway"], autocommit=True) as connection:
        cursors = connection.execute(_CURSORS, [one.subscription_id]).fetchall()
    for source, organisation, types, reached in cursors:
        with psycopg.connect(databases[source], autocommit=True) as connection:
            for position, event in connection.execute(_TOLD, [one.begun[source], organisation, types]):
                if position <= reached:
                    yield source, position, event


def _late(came: list[Request]) -> Iterator[str]:
    """By when each event came first: what came again says nothing."""
    highest = defaultdict[str, int](int)
    seen = set[UUID]()
    for request in came:
        source, position = request.event["type"].partition(".")[0], request.event["position"]
        if request.id not in seen and position < highest[source]:
            yield f"{source} {position}"
        seen.add(request.id)
        highest[source] = max(highest[source], position)
