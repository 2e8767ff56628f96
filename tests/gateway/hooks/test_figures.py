"""What `recado verify` says of outgoing webhooks differs where a promise is broken, and only there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from gateway.adapters.postgres.verifying import subscriptions

from tests.gateway.hooks.receiver import Receiver
from tests.gateway.hooks.switchboard import Switchboard

BROKEN = {
    "subscriptions told of more than there is": "UPDATE subscription_cursors SET position = position + 99",
    "events passed over that a receiver did not take": "DELETE FROM subscription_deliveries WHERE delivery_id = 1",
    "deliveries of another organisation's events": "UPDATE subscription_cursors SET organisation_id = subscription_id",
    "subscriptions whose cursors are not what their stream says": "UPDATE subscription_cursors SET is_active = false",
}


def differing(board: Switchboard) -> set[str]:
    with board.on_database.store.connection() as connection:
        return {each.name for each in subscriptions.figures("gateway", connection) if each.differs}


@pytest_asyncio.fixture
async def told(board: Switchboard, receiver: Receiver) -> AsyncIterator[Switchboard]:
    """Two events were taken."""
    await board.subscribes(receiver.url)
    async with board.notifying():
        board.happens("Ana", "Bia")
        await board.until(lambda: len(receiver.requests) == 2)
        await board.until(lambda: is_at_rest(board))
    yield board


def is_at_rest(board: Switchboard) -> bool:
    with board.on_database.store.connection() as connection:
        row = connection.execute("SELECT bool_and(due_at IS NULL) FROM subscription_cursors").fetchone()
    return bool(row and row[0])


async def test_nothing_differs_where_all_was_told(told: Switchboard) -> None:
    assert differing(told) == set()


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_promise_is_found(told: Switchboard, name: str) -> None:
    with told.on_database.store.connection() as connection:
        connection.execute(BROKEN[name].encode())
    assert name in differing(told)
