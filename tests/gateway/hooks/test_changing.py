"""What people change of a subscription holds at once, whatever is under way."""

from __future__ import annotations

import asyncio

import pytest
from recado_events.subscriptions import SubscriptionPaused

from tests.gateway.hooks.receiver import Receiver
from tests.gateway.hooks.switchboard import RENAMED, Switchboard
from tests.gateway.hooks.test_delivering import attempts, told
from tests.gateway.hooks.test_figures import differing
from tests.gateway.hooks.test_other_services import CREATED, Contacts, contacts

__all__ = ["contacts"]
SOON = 3.0


async def test_a_service_that_is_added_to_a_paused_subscription_tells_nothing_until_it_is_resumed(
    dsn: str, contacts: Contacts, receiver: Receiver
) -> None:
    async with Switchboard(dsn, **contacts.told) as board:
        path = f"/{(await board.subscribes(receiver.url))['subscription_id']}"
        await board.asks("POST", f"{path}/pause")
        await board.asks("PATCH", path, {"event_types": [RENAMED, CREATED]})
        async with board.notifying():
            contacts.create(board.organisation, "Ana")
            await asyncio.sleep(1.5)
            assert receiver.requests == []
            assert "subscriptions whose cursors are not what their stream says" not in differing(board)
            await board.asks("POST", f"{path}/resume")
            await told(receiver, 1)


@pytest.mark.parametrize("status", [500, 410])
@pytest.mark.parametrize("change", ["resume", "url"])
async def test_an_answer_to_what_was_asked_before_a_change_pauses_nothing(dsn: str, status: int, change: str) -> None:
    async with (
        Switchboard(dsn, subscription_attempts=1, subscription_seconds=10.0) as board,
        Receiver(lambda _: status, seconds=1.0) as slow,
        Receiver() as good,
    ):
        subscription = await board.subscribes(slow.url)
        path = f"/{subscription['subscription_id']}"
        board.happens("Ana")
        async with board.notifying():
            await told(slow, 1)
            if change == "url":
                await board.asks("PATCH", path, {"url": good.url})
            else:
                await board.asks("POST", f"{path}/pause")
                slow.answer = lambda request: status if request is slow.requests[0] else 204
                await board.asks("POST", f"{path}/resume")
            await told(slow if change == "resume" else good, 2 if change == "resume" else 1)
            await asyncio.sleep(1.5)
        assert await board.standing(subscription) == ("active", None)
        assert [fact.reason for fact in board.facts(SubscriptionPaused)] == ["person"] * (change == "resume")


@pytest.mark.parametrize("change", ["resume", "url"])
async def test_a_mended_receiver_waits_for_no_pause_and_begins_with_no_failures(
    board: Switchboard, change: str, receiver: Receiver
) -> None:
    async with Receiver(lambda _: 500) as failing:
        subscription = await board.subscribes(failing.url)
        path = f"/{subscription['subscription_id']}"
        board.happens("Ana")
        async with board.notifying():
            await board.until(lambda: attempts(board) == 1)
            board.time_passes()
            await board.until(lambda: attempts(board) == 2)
            failing.answer = lambda _: 200
            answer = await board.asks(
                *(("PATCH", path, {"url": receiver.url}) if change == "url" else ("POST", f"{path}/resume"))
            )
            assert [each["failed_attempts"] for each in answer["cursors"]] == [0]
            await told(*((receiver, 1, SOON) if change == "url" else (failing, 3, SOON)))
            await board.until(lambda: attempts(board) == 0)

    log = await board.attempts(subscription)
    assert [each["attempt"] for each in log] == [1, 2, 1]
