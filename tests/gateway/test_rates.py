"""Meta's rates are never exceeded: to one person, from one number, by several workers, across restarts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from gateway.adapters.postgres import PendingSends
from gateway.adapters.postgres.buckets import spend
from gateway.application.ports import Due
from gateway.domain.pace import Rate, number_rate
from recado_chassis.store import Conflict
from recado_chassis.storing.postgres import PostgresStore
from recado_events.envelope import Cause
from recado_events.gateway import MessageNotSent

from tests.gateway.stage import NUMBER, WABA, Stage, customer_of
from tests.gateway.story import MESSAGE, OURS


async def accepted(stage: Stage) -> int:
    return len(await stage.meta.sends(NUMBER))


async def settled(stage: Stage, quiet: float = 1.0) -> int:
    """How many sends Meta has, once no more have come for a while."""
    before, since = -1, time.monotonic()
    while time.monotonic() - since < quiet:
        now = await accepted(stage)
        before, since = now, since if now == before else time.monotonic()
        await asyncio.sleep(0.05)
    return before


async def test_a_burst_to_one_person_stops_at_the_limit_also_over_a_restart(stage: Stage) -> None:
    """Meta allows 45 at once and one every six seconds after; nothing of ours is ever refused for it."""
    await stage.connect()
    to = await stage.person()
    began = time.monotonic()
    stage.releases(*(stage.text(to, str(turn)) for turn in range(60)))
    async with stage.dispatching():
        await settled(stage)
    async with Stage.another(stage) as restarted, restarted.dispatching():
        sent = await settled(stage)
        elapsed = time.monotonic() - began

    assert 45 <= sent <= 45 + elapsed / 6
    assert stage.facts(MessageNotSent) == [], "Meta was never asked for more than it allows"


async def test_a_number_sends_no_faster_than_its_rate_with_two_workers(stage: Stage) -> None:
    await stage.connect()
    people = [await stage.person(f"5511987650{index:03}") for index in range(40)]
    async with Stage(stage.dsn, stage.meta, stage.organisation, number_rate=10) as one, Stage.another(one) as two:
        one.releases(*(one.text(to) for to in people))
        began = time.monotonic()
        async with one.dispatching(), two.dispatching():
            await one.until(lambda: len(one.accepted()) == 40)
            elapsed = time.monotonic() - began

    sends = sorted(send.accepted_at for send in await stage.meta.sends(NUMBER))
    assert len(sends) == 40
    assert elapsed >= (40 - 10) / 10 * 0.95, "ten at once, then ten a second"
    slack = 2
    assert all(late - early >= 0.8 for early, late in zip(sends, sends[20 + slack :], strict=False))


@pytest.mark.parametrize(("on_phone_app", "at_once"), [(True, 20), (False, 25)])
async def test_a_number_that_lives_in_the_phone_app_too_sends_twenty_a_second(
    stage: Stage, on_phone_app: bool, at_once: int
) -> None:
    await stage.meta.change_phone_number(NUMBER, on_phone_app=on_phone_app)
    await stage.connect()
    stage.releases(*(stage.text(f"5511987650{index:03}") for index in range(25)))

    began = time.monotonic()
    claimed = len(stage.claims())
    assert claimed == at_once
    claimed += len(stage.claims())
    assert claimed <= 20 * (1 + time.monotonic() - began) or not on_phone_app


async def test_a_number_that_left_the_phone_app_has_the_usual_rate_once_it_is_connected_anew(stage: Stage) -> None:
    await stage.meta.change_phone_number(NUMBER, on_phone_app=True)
    await stage.connect()
    await stage.meta.change_phone_number(NUMBER, on_phone_app=False, registered=True)
    async with stage.administrator() as client:
        answer = await client.post(f"/channels/{NUMBER}/reconnect", json={"code": await stage.meta.mint_code(WABA)})
        assert answer.status_code == 200, answer.text
    stage.releases(*(stage.text(f"5511987650{index:03}") for index in range(25)))

    assert len(stage.claims()) == 25


# The buckets themselves ---------------------------------------------------------------------------------


@pytest.fixture
def take(dsn: str) -> Callable[..., None]:
    store = PostgresStore(dsn)

    def take(count: int, pair: str | None, rate: Rate) -> None:
        one = Due(OURS, NUMBER, customer_of("1"), MESSAGE, 0, pair, Cause("test"))
        with store.connection() as connection, connection.transaction():
            spend(connection, [one] * count, rate, rate)

    return take


def test_a_bucket_gives_its_burst_and_then_what_has_flowed_in(take: Callable[..., None]) -> None:
    rate = Rate(burst=5, per_second=2)
    take(5, None, rate)
    with pytest.raises(Conflict):
        take(1, None, rate)

    time.sleep(1.05)

    take(2, None, rate)
    with pytest.raises(Conflict):
        take(1, None, rate)


def test_more_than_a_burst_is_never_given_at_once(take: Callable[..., None]) -> None:
    with pytest.raises(Conflict):
        take(6, None, Rate(burst=5, per_second=20))


def test_what_one_bucket_lacks_takes_nothing_from_the_other(take: Callable[..., None]) -> None:
    with pytest.raises(Conflict):
        take(46, "pair:one", number_rate(80))

    take(45, "pair:one", number_rate(80))
    take(35, "pair:two", number_rate(80))


def test_a_full_bucket_is_forgotten_and_one_in_use_is_not(dsn: str, take: Callable[..., None]) -> None:
    store = PostgresStore(dsn)
    take(3, "pair:one", number_rate(80))
    with store.connection() as connection:
        connection.execute(
            "UPDATE rate_buckets SET refilled_at = now() - interval '1 hour' WHERE bucket LIKE 'number%'"
        )
    PendingSends(store.connection, 80).tidy()

    with store.connection() as connection:
        left = connection.execute("SELECT bucket FROM rate_buckets").fetchall()
    assert left == [("pair:one",)]
