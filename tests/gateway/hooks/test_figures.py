"""What `recado verify` says of outgoing webhooks differs where a promise is broken, and only there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from gateway.adapters.postgres.verifying import subscriptions
from gateway.domain.private import PRIVATE
from psycopg import Connection
from recado_chassis.mapper import Mapper, Recorded
from recado_chassis.verifying.evidence import ToldLog
from recado_chassis.verifying.logs import recorded
from recado_events.gateway import PUBLISHED

from tests.crash.receivers import Moody, Receivers, Told
from tests.gateway.hooks.receiver import Receiver, Request
from tests.gateway.hooks.switchboard import Switchboard

PASSED_OVER = "events passed over that a receiver did not take"
OUT_OF_ORDER = "events that a receiver took after later ones"
BROKEN = {
    "subscriptions told of more than there is": "UPDATE subscription_cursors SET position = position + 99",
    PASSED_OVER: "DELETE FROM subscription_deliveries WHERE delivery_id = 1",
    OUT_OF_ORDER: "UPDATE subscription_deliveries SET position = position + 9 WHERE delivery_id = 1",
    "deliveries of another organisation's events": "UPDATE subscription_cursors SET organisation_id = subscription_id",
    "subscriptions that nobody has served for ten minutes": (
        "UPDATE subscription_cursors SET due_at = now() - interval '11 minutes'"
    ),
    "subscriptions whose cursors are not what their stream says": "UPDATE subscription_cursors SET is_active = false",
}

NOTED_AGAIN = """
INSERT INTO subscription_deliveries (subscription_id, organisation_id, source, position, event_id, event_type, attempt,
    outcome, status, milliseconds, epoch)
SELECT subscription_id, organisation_id, source, position, event_id, event_type, attempt, outcome, status, 9, epoch
FROM subscription_deliveries WHERE delivery_id = 1
"""


def differing(board: Switchboard) -> set[str]:
    with board.on_database.store.connection() as connection:
        logs = {"gateway": ToldLog(board.on_database.store.end(), lambda after: published(connection, after))}
        return {each.name for each in subscriptions.figures("gateway", connection, logs) if each.differs}


def published(connection: Connection[tuple[object, ...]], after: int) -> Iterator[Recorded]:
    log = recorded(connection, Mapper((*PUBLISHED, *PRIVATE)), after)
    return (each for each in log if isinstance(each.event, PUBLISHED))


@asynccontextmanager
async def two_told(board: Switchboard, receiver: Receiver) -> AsyncIterator[Switchboard]:
    await board.subscribes(receiver.url)
    async with board.notifying():
        board.happens("Ana", "Bia")
        await board.until(lambda: len(receiver.requests) == 2)
        await board.until(lambda: is_at_rest(board))
        yield board


@pytest_asyncio.fixture
async def telling(board: Switchboard, receiver: Receiver) -> AsyncIterator[Switchboard]:
    """Two events were taken, and more will be."""
    async with two_told(board, receiver):
        yield board


@pytest_asyncio.fixture
async def told(board: Switchboard, receiver: Receiver) -> Switchboard:
    """Two events were taken; nobody tells more."""
    async with two_told(board, receiver):
        return board


def is_at_rest(board: Switchboard) -> bool:
    with board.on_database.store.connection() as connection:
        row = connection.execute("SELECT bool_and(due_at IS NULL) FROM subscription_cursors").fetchone()
    return bool(row and row[0])


async def test_nothing_differs_where_all_was_told(told: Switchboard) -> None:
    assert differing(told) == set()


async def test_nothing_differs_after_a_replay_and_a_new_choice_of_types(
    telling: Switchboard, receiver: Receiver
) -> None:
    (subscription,) = (await telling.asks("GET"))["items"]
    path = f"/{subscription['subscription_id']}"
    types = [*subscription["event_types"], "gateway.channel-connected.v1"]
    await telling.asks("PATCH", path, {"event_types": types})
    telling.happens("Caio", "Davi")
    await telling.until(lambda: len(receiver.requests) == 4)
    await telling.asks("POST", f"{path}/replay", {"source": "gateway", "after": 0})
    await telling.until(lambda: len(receiver.requests) == 8)
    await telling.until(lambda: is_at_rest(telling))
    assert differing(telling) == set()


async def test_a_replay_that_skips_something_is_found_though_it_was_taken_before(
    telling: Switchboard, receiver: Receiver
) -> None:
    (subscription,) = (await telling.asks("GET"))["items"]
    replay = {"source": "gateway", "after": 0}
    await telling.asks("POST", f"/{subscription['subscription_id']}/replay", replay)
    await telling.until(lambda: len(receiver.requests) == 4)
    await telling.until(lambda: is_at_rest(telling))
    with telling.on_database.store.connection() as connection:
        connection.execute("DELETE FROM subscription_deliveries WHERE delivery_id = 3")
    assert differing(telling) == {PASSED_OVER}


async def test_what_a_frozen_worker_notes_late_is_not_out_of_order(told: Switchboard) -> None:
    with told.on_database.store.connection() as connection:
        connection.execute(NOTED_AGAIN)
    assert differing(told) == set()


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_promise_is_found(told: Switchboard, name: str) -> None:
    with told.on_database.store.connection() as connection:
        connection.execute(BROKEN[name].encode())
    assert name in differing(told)


async def test_a_campaigns_receivers_find_what_did_not_come_what_came_late_and_what_is_not_signed(
    board: Switchboard, receiver: Receiver
) -> None:
    async with two_told(board, receiver):
        (kept,) = (await board.asks("GET"))["items"]
    secret = (await board.asks("POST", f"/{kept['subscription_id']}/rotate", {"overlap_seconds": 60}))["secret"]
    receivers = Receivers()

    def found(requests: list[Request], secret: str) -> dict[str, int]:
        receiver.requests[:] = requests
        receivers.told = [Told(kept["subscription_id"], secret, receiver, Moody(), begun)]
        return {each.name: each.value for each in receivers.figures({"gateway": board.dsn}) if each.differs}

    first, second = receiver.requests
    begun = {"gateway": first.event["position"] - 1}
    unsigned = "deliveries that their secret does not verify"
    assert found([first, second, first, second], secret) == {unsigned: 4}
    assert found([second], secret) == {unsigned: 1, "events that a receiver was not told of": 1}
    assert found([second, first], secret) == {unsigned: 2, "events that a receiver was told of after later ones": 1}
