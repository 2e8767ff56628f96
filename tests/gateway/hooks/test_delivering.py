"""Receivers are told in order, at least once, of what is theirs and of nothing else."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from uuid import uuid4

from gateway.adapters.hooks.serving import LEASE
from gateway.adapters.postgres.subscription_cursors import AT_ONCE, SubscriptionCursors
from recado_events.subscriptions import SubscriptionPaused

from tests.gateway.hooks.receiver import Receiver, Request
from tests.gateway.hooks.switchboard import RENAMED, Switchboard
from tests.harness.on_database import token


async def told(receiver: Receiver, count: int, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while len(receiver.requests) < count:
            await asyncio.sleep(0.02)


async def test_an_event_is_delivered_signed_as_get_events_has_it(board: Switchboard, receiver: Receiver) -> None:
    subscription = await board.subscribes(receiver.url)
    async with board.notifying():
        board.happens("Ana", "Bia")
        await told(receiver, 2)

    async with board.on_database.http(token("service", None)) as client:
        log = (await client.get("/events")).json()["events"]
    assert [request.event for request in receiver.requests] == [each for each in log if each["type"] == RENAMED]
    for request in receiver.requests:
        assert request.is_signed_with(subscription["secret"])
        assert request.headers["webhook-id"] == request.event["id"]
        assert abs(int(request.headers["webhook-timestamp"]) - board.clock.now().timestamp()) < 10
        assert request.headers["content-type"] == "application/cloudevents+json"


async def test_events_from_before_the_subscription_are_not_delivered(board: Switchboard, receiver: Receiver) -> None:
    board.happens("before")
    await board.subscribes(receiver.url)
    board.happens("after")
    async with board.notifying():
        await told(receiver, 1)

    assert receiver.names == ["after"]


async def test_no_organisation_is_told_of_anothers_events(board: Switchboard) -> None:
    ours, theirs = board.organisation, uuid4()
    chance = random.Random(7)
    names = [(chance.choice((ours, theirs)), f"{number}") for number in range(60)]
    async with Receiver() as mine, Receiver() as others, board.notifying():
        await board.subscribes(mine.url)
        await board.subscribes(others.url, organisation=theirs)
        for organisation, name in names:
            board.happens(name, organisation=organisation)
        expected = {each: [name for whose, name in names if whose == each] for each in (ours, theirs)}
        await asyncio.gather(told(mine, len(expected[ours])), told(others, len(expected[theirs])))
        await asyncio.sleep(1.2)

    assert (mine.names, others.names) == (expected[ours], expected[theirs])
    for receiver, organisation in ((mine, ours), (others, theirs)):
        assert {request.event["tenantid"] for request in receiver.requests} == {str(organisation)}


async def test_only_chosen_types_are_delivered_and_a_new_choice_holds_from_then_on(
    board: Switchboard, receiver: Receiver
) -> None:
    subscription = await board.subscribes(receiver.url, ["gateway.channel-connected.v1"])
    path = f"/{subscription['subscription_id']}"
    async with board.notifying():
        board.happens("not chosen")
        await asyncio.sleep(1.2)
        await board.asks("PATCH", path, {"event_types": [RENAMED, "gateway.channel-connected.v1"]})
        board.happens("chosen")
        await told(receiver, 1)
        await board.asks("PATCH", path, {"event_types": ["gateway.channel-connected.v1"]})
        board.happens("not any more")
        await asyncio.sleep(1.2)

    assert receiver.names == ["chosen"]


async def test_a_failed_delivery_is_tried_again_and_what_comes_after_it_waits(board: Switchboard) -> None:
    failures: Iterator[int | str] = iter(
        [500, "close", "HTTP/1.1 503 No\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n"]
    )
    async with Receiver(lambda _: next(failures, 200)) as receiver:
        subscription = await board.subscribes(receiver.url)
        board.happens("Ana", "Bia")
        async with board.notifying():
            for count in (1, 2, 3):
                await told(receiver, count)
                await board.until(lambda count=count: attempts(board) == count)  # type: ignore[misc]
                board.time_passes()
            await told(receiver, 5)
            await board.until(lambda: attempts(board) == 0)

    assert receiver.names == ["Ana"] * 4 + ["Bia"]
    assert len({request.id for request in receiver.requests}) == 2
    log = await board.attempts(subscription)
    assert [(each["outcome"], each["status"], each["attempt"]) for each in log] == [
        ("refused", 500, 1),
        ("unreachable", None, 2),
        ("refused", 503, 3),
        ("delivered", 200, 4),
        ("delivered", 200, 1),
    ]
    assert await board.standing(subscription) == ("active", None)


def attempts(board: Switchboard) -> int:
    with board.on_database.store.connection() as connection:
        row = connection.execute("SELECT max(attempts) FROM subscription_cursors WHERE holder IS NULL").fetchone()
    return -1 if row is None or row[0] is None else int(row[0])


async def test_after_the_last_attempt_it_is_paused_with_an_event_and_goes_on_where_it_stopped(dsn: str) -> None:
    async with Switchboard(dsn, subscription_attempts=2) as board, Receiver(lambda _: 500) as receiver:
        subscription = await board.subscribes(receiver.url)
        board.happens("Ana", "Bia")
        async with board.notifying():
            await board.until(lambda: attempts(board) == 1)
            board.time_passes()
            await board.until(lambda: board.facts(SubscriptionPaused) != [])
            board.happens("Caio")
            board.time_passes()
            await asyncio.sleep(1.2)
            assert (len(receiver.requests), await board.standing(subscription)) == (2, ("paused", "failing"))
            receiver.answer = lambda _: 200
            await board.asks("POST", f"/{subscription['subscription_id']}/resume")
            await told(receiver, 5)
        (paused,) = board.facts(SubscriptionPaused)

    assert receiver.names == ["Ana", "Ana", "Ana", "Bia", "Caio"]
    assert (paused.reason, paused.paused_by) == ("failing", None)


async def test_a_receiver_that_is_gone_is_asked_once(board: Switchboard) -> None:
    async with Receiver(lambda _: 410) as receiver, board.notifying():
        subscription = await board.subscribes(receiver.url)
        board.happens("Ana")
        await board.until(lambda: board.facts(SubscriptionPaused) != [])
        board.time_passes()
        await asyncio.sleep(1.2)
        assert (len(receiver.requests), await board.standing(subscription)) == (1, ("paused", "gone"))


async def test_61_a_redirect_is_not_followed(board: Switchboard, receiver: Receiver) -> None:
    def elsewhere(_: Request) -> str:
        return f"HTTP/1.1 307 There\r\nlocation: {receiver.url}\r\ncontent-length: 0\r\n\r\n"

    async with Receiver(elsewhere) as first, board.notifying():
        subscription = await board.subscribes(first.url)
        board.happens("Ana")
        await board.until(lambda: attempts(board) == 1)

    assert receiver.requests == []
    assert [(each["outcome"], each["status"]) for each in await board.attempts(subscription)] == [("redirected", 307)]


async def test_one_slow_receiver_never_delays_another(dsn: str, receiver: Receiver) -> None:
    async with Switchboard(dsn, subscription_seconds=15.0) as board, Receiver(lambda _: "hang") as slow:
        await board.subscribes(slow.url)
        await board.subscribes(receiver.url)
        notifying = asyncio.create_task(board.notifier.run())
        for number in range(20):
            board.happens(f"{number}")
        await told(slow, 1)
        await told(receiver, 20, seconds=12)
        assert len(slow.requests) == 1
        await slow.__aexit__()
        notifying.cancel()
        await asyncio.gather(notifying, return_exceptions=True)


async def test_an_answer_that_never_comes_is_a_failure(board: Switchboard) -> None:
    async with Receiver(lambda _: "hang") as receiver, board.notifying():
        subscription = await board.subscribes(receiver.url)
        board.happens("Ana")
        await board.until(lambda: attempts(board) == 1)
        assert [each["outcome"] for each in await board.attempts(subscription)] == ["timeout"]


async def test_several_workers_deliver_each_event_once_and_in_order(board: Switchboard, receiver: Receiver) -> None:
    async with Switchboard(board.dsn, organisation=board.organisation) as other:
        await board.subscribes(receiver.url)
        async with board.notifying(), other.notifying():
            for number in range(40):
                board.happens(f"{number}")
            await told(receiver, 40)
            await asyncio.sleep(1.2)

    assert receiver.names == [f"{number}" for number in range(40)]


async def test_a_replay_delivers_again_from_any_position(board: Switchboard, receiver: Receiver) -> None:
    board.happens("long before")
    subscription = await board.subscribes(receiver.url)
    async with board.notifying():
        board.happens("Ana", "Bia")
        await told(receiver, 2)
        second = receiver.requests[1].event["position"]
        replay = {"source": "gateway", "after": second - 1}
        await board.asks("POST", f"/{subscription['subscription_id']}/replay", replay)
        await told(receiver, 3)
        await board.asks("POST", f"/{subscription['subscription_id']}/replay", {**replay, "after": 0})
        await told(receiver, 6)

    assert receiver.names == ["Ana", "Bia", "Bia", "long before", "Ana", "Bia"]
    assert len({request.id for request in receiver.requests}) == 3


async def test_receivers_that_fail_have_their_share_and_no_more(board: Switchboard, receiver: Receiver) -> None:
    for _ in range(5):
        await board.subscribes(receiver.url)
    with board.on_database.store.connection() as connection:
        some = "SELECT subscription_id FROM subscription_cursors LIMIT 3"
        connection.execute(f"UPDATE subscription_cursors SET attempts = 1 WHERE subscription_id IN ({some})".encode())
    cursors = SubscriptionCursors(board.on_database.store.connection, uuid4)

    assert cursors.take(0, 2, LEASE) == []
    assert sorted(cursor.attempts for cursor in cursors.take(2, 1, LEASE)) == [0, 1]
    assert sorted(cursor.attempts for cursor in cursors.take(9, 1, LEASE)) == [0, 1]
    assert [cursor.attempts for cursor in cursors.take(9, 9, LEASE)] == [1]


async def test_slow_receivers_of_one_organisation_keep_no_others_waiting(dsn: str, receiver: Receiver) -> None:
    async with (
        Switchboard(dsn, subscription_seconds=15.0, subscription_limit=60) as board,
        Receiver(seconds=5.0) as slow,
    ):
        theirs = uuid4()
        for _ in range(60):
            await board.subscribes(slow.url, organisation=theirs)
        await board.subscribes(receiver.url)
        board.happens(*(f"{number}" for number in range(3)), organisation=theirs)
        notifying = asyncio.create_task(board.notifier.run())
        await told(slow, AT_ONCE)
        board.happens("Ana")
        await told(receiver, 1, seconds=2)
        assert len(slow.requests) == AT_ONCE
        await slow.__aexit__()
        notifying.cancel()
        await asyncio.gather(notifying, return_exceptions=True)


async def test_a_look_gives_everybody_a_share_before_anybody_a_second(board: Switchboard, receiver: Receiver) -> None:
    theirs = uuid4()
    for _ in range(5):
        await board.subscribes(receiver.url, organisation=theirs)
    await board.subscribes(receiver.url)
    cursors = SubscriptionCursors(board.on_database.store.connection, uuid4)

    whose = [cursor.organisation_id for cursor in cursors.take(2, 0, LEASE)]
    assert sorted(whose) == sorted([theirs, board.organisation])
