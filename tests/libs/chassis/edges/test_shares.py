"""Invariant 47: what one organisation asks at once is bounded, waits in its own line, and keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from recado_chassis.caller import Caller
from recado_chassis.http.problems import Problem
from recado_chassis.http.shares import AT_ONCE, WAITING, Shares

from tests.libs.chassis.edges.conftest import Asking, asking
from tests.libs.chassis.edges.identity import ORGANISATION, OTHER_ORGANISATION, bearer, token

FLOOD = AT_ONCE + WAITING


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_whoever_waits_longest_is_next_and_organisations_do_not_wait_for_one_another() -> None:
    shares, one, other, order = Shares(2, 3), uuid4(), uuid4(), list[int]()

    async def asks(number: int) -> Any:
        leave = await shares.enter(one)
        order.append(number)
        return leave

    asked = [asyncio.create_task(asks(number)) for number in range(5)]
    await settled()
    assert order == [0, 1]
    (await shares.enter(other))()
    for place in range(3):
        (await asked[place])()
        await settled()
        assert order == [*range(place + 3)]
    for task in asked[3:]:
        (await task)()
    assert shares._lines == {}, "nothing is remembered of who asks nothing"


async def test_beyond_what_may_wait_it_is_refused_at_once_and_told_to_come_again() -> None:
    shares, one = Shares(1, 1), uuid4()
    leave = await shares.enter(one)
    waiting = asyncio.create_task(shares.enter(one))
    await settled()
    with pytest.raises(Problem) as refused:
        await shares.enter(one)
    assert (refused.value.status, refused.value.rule) == (429, "too_many_requests")
    assert refused.value.headers == {"Retry-After": "1"}
    leave()
    (await waiting)()
    (await shares.enter(one))()


@pytest.mark.parametrize("has_its_turn", [False, True])
async def test_who_gives_up_waiting_takes_no_place_along(has_its_turn: bool) -> None:
    shares, one = Shares(1, 5), uuid4()
    leave = await shares.enter(one)
    gives_up, stays = (asyncio.create_task(shares.enter(one)) for _ in range(2))
    await settled()
    if has_its_turn:
        leave()
    gives_up.cancel()
    await settled()
    if not has_its_turn:
        leave()
    (await asyncio.wait_for(stays, 1))()
    assert shares._lines == {}


class Gate:
    """Who asks of one organisation stands before it until it opens."""

    def __init__(self) -> None:
        self.opened, self.before = threading.Event(), 0

    def __call__(self, found: Caller) -> Caller:
        if str(found.organisation_id) == str(ORGANISATION):
            self.before += 1
            assert self.opened.wait(20)
        return found


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def boxes(gate: Gate) -> AsyncIterator[Asking]:
    made = asking(standing=gate)
    async with made.client:
        yield made
    gate.opened.set()


async def me(boxes: Asking, organisation: Any) -> httpx.Response:
    return await boxes.client.get("/me", headers=bearer(token(organisation_id=str(organisation))))


async def test_invariant_47_a_flood_of_one_organisation_is_bounded_and_another_one_is_answered_meanwhile(
    boxes: Asking, gate: Gate
) -> None:
    flood = [asyncio.create_task(me(boxes, ORGANISATION)) for _ in range(FLOOD + 5)]
    refused, _ = await asyncio.wait(flood, timeout=1)
    assert [task.result().status_code for task in refused] == [429] * 5
    assert all(task.result().headers["retry-after"] == "1" for task in refused)
    assert gate.before == AT_ONCE
    answer = await asyncio.wait_for(me(boxes, OTHER_ORGANISATION), 5)
    assert answer.status_code == 200
    gate.opened.set()
    answers = await asyncio.gather(*(task for task in flood if task not in refused))
    assert [each.status_code for each in answers] == [200] * FLOOD
