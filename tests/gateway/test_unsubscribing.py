"""A disconnected number's account is unsubscribed at Meta, however long Meta cannot be asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from recado_chassis.store import Conflict, Unavailable

from tests.gateway.stage import NUMBER, OTHER_NUMBER, WABA, Stage
from tests.simulator.faults import Scope


async def test_meta_being_away_does_not_keep_a_channel_connected_and_is_asked_until_it_is_heard(stage: Stage) -> None:
    await disconnected_in_vain(stage)
    assert (tokens_kept(stage), unsubscriptions(stage)) == (0, 1)
    async with unsubscribing(stage):
        await asyncio.sleep(0.1)
        assert await subscribed(stage)
        await stage.meta.clear_faults()
        time_passes(stage)
        await stage.until(lambda: unsubscriptions(stage) == 0)

    assert not await subscribed(stage)


async def test_a_number_connected_meanwhile_keeps_its_webhooks_whatever_meta_had_heard(stage: Stage) -> None:
    await disconnected_in_vain(stage)
    await stage.meta.clear_faults()
    await stage.connect(OTHER_NUMBER)
    await meta_hears_it_late(stage)
    time_passes(stage)
    async with unsubscribing(stage):
        await stage.until(lambda: unsubscriptions(stage) == 0)

    assert await subscribed(stage)


async def test_an_unsubscription_that_a_dead_token_asks_for_is_given_up(stage: Stage) -> None:
    await disconnected_in_vain(stage)
    await stage.meta.clear_faults()
    await stage.meta.expire_tokens(WABA)
    time_passes(stage)
    async with unsubscribing(stage):
        await stage.until(lambda: unsubscriptions(stage) == 0)

    assert await subscribed(stage)


@pytest.mark.parametrize(("days", "left"), [(6, 1), (8, 0)])
async def test_an_unsubscription_that_meta_refuses_is_given_up_after_a_week(stage: Stage, days: int, left: int) -> None:
    await disconnected_in_vain(stage, "error", code=10)
    time_passes(stage, days)
    await asyncio.to_thread(stage.unsubscriber.act)

    assert unsubscriptions(stage) == left


async def test_unsubscribing_outlives_its_database(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await disconnected_in_vain(stage)
    await stage.meta.clear_faults()
    time_passes(stage)
    take, failures = stage.unsubscriber.act, [Conflict("somebody"), Unavailable("away")]

    def fail_first() -> object:
        if failures:
            raise failures.pop()
        return take()

    monkeypatch.setattr(stage.unsubscriber, "act", fail_first)
    async with unsubscribing(stage):
        await stage.until(lambda: unsubscriptions(stage) == 0)


async def disconnected_in_vain(stage: Stage, kind: Any = "drop", **fault: Any) -> None:
    await stage.connect()
    await stage.meta.fault(kind, **{"count": None, **fault}, scope=Scope(operation="subscribed_apps"))
    async with stage.administrator() as client:
        answer = await client.post(f"/channels/{NUMBER}/disconnect")
    assert (answer.status_code, answer.json()["status"]) == (200, "disconnected")


async def meta_hears_it_late(stage: Stage) -> None:
    """An unsubscription of which nobody knows whether it was heard."""
    headers = {"Authorization": f"Bearer {await stage.meta.mint_token([WABA])}"}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.delete(f"{stage.graph_url}/v25.0/{WABA}/subscribed_apps", headers=headers)
    assert answer.status_code == 200
    assert not await subscribed(stage)


async def subscribed(stage: Stage) -> bool:
    return any(waba["subscribed"] for waba in (await stage.meta.state())["wabas"])


@asynccontextmanager
async def unsubscribing(stage: Stage) -> AsyncIterator[None]:
    """A worker that asks again and again."""
    stage.unsubscriber.pause = 0.02
    running = asyncio.create_task(stage.unsubscriber.run())
    try:
        yield
        assert not running.done()
    finally:
        running.cancel()


def unsubscriptions(stage: Stage) -> int:
    return count_of(stage, "pending_unsubscriptions")


def time_passes(stage: Stage, days: int = 0) -> None:
    """Whatever waits is due, and was asked for so many days ago."""
    with stage.on_database.store.connection() as connection:
        connection.execute(
            "UPDATE pending_unsubscriptions SET due_at = now(), asked_at = now() - make_interval(days => %s)", [days]
        )


def tokens_kept(stage: Stage) -> int:
    return count_of(stage, "channel_tokens")


def count_of(stage: Stage, table: str) -> int:
    with stage.on_database.store.connection() as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    return int(row[0]) if row else -1
