"""The dispatcher on a real database: every outcome recorded, none sent twice, rates kept, channels obeyed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from gateway.domain.tags import Tags
from recado_events.gateway import (
    ChannelAuthorisationLost,
    MessageAccepted,
    MessageDispatchStarted,
    MessageNotSent,
    MessageOutcomeUnknown,
    MessageRejected,
)
from recado_events.ids import MessageId

from tests.gateway.claims import MESSAGES
from tests.gateway.stage import KEYS, NUMBER, WABA, Stage
from tests.simulator.entities import Send

STARTED = ["MessageQueued", "MessageDispatchStarted"]


def message_of(stage: Stage, send: Send) -> MessageId:
    tag = Tags(bytes.fromhex(KEYS["tag_key"])).verify(stage.organisation, NUMBER, send.biz_opaque_callback_data or "")
    assert tag is not None, "Meta accepted something without our tag"
    return tag.message_id


@pytest.mark.parametrize(
    ("fault", "told", "accepted"),
    [
        ({"kind": "drop", "when": "before"}, ["MessageOutcomeUnknown"], 0),
        ({"kind": "drop", "when": "after"}, ["MessageOutcomeUnknown"], 1),
        ({"kind": "reset", "when": "after"}, ["MessageOutcomeUnknown"], 1),
        ({"kind": "error", "code": 131016, "when": "after"}, ["MessageOutcomeUnknown"], 1),
        ({"kind": "not_json", "status": 200, "when": "after"}, ["MessageOutcomeUnknown"], 1),
        ({"kind": "error", "code": 131047}, ["MessageRejected"], 0),
        ({"kind": "error", "code": 131056}, ["MessageNotSent", "MessageDispatchStarted", "MessageAccepted"], 1),
    ],
    ids=str,
)
async def test_each_outcome_is_recorded_and_nothing_ambiguous_is_sent_again(
    stage: Stage, fault: dict[str, Any], told: list[str], accepted: int
) -> None:
    await stage.connect()
    to = await stage.person()
    await stage.meta.fault(**fault, scope=MESSAGES)
    async with stage.dispatching():
        (message,) = stage.releases(stage.text(to))
        await stage.until_told(message, MessageAccepted, MessageRejected, MessageOutcomeUnknown)
        await asyncio.sleep(0.3)

    assert stage.told(message) == STARTED + told
    assert len(await stage.meta.sends(NUMBER)) == accepted


async def test_a_status_with_our_tag_resolves_an_unknown_outcome(stage: Stage) -> None:
    await stage.connect()
    to = await stage.person()
    await stage.meta.fault("drop", when="after", scope=MESSAGES)
    async with stage.dispatching():
        (message,) = stage.releases(stage.text(to))
        await stage.until_told(message, MessageOutcomeUnknown)
    (send,) = await stage.meta.sends(NUMBER)

    stage.status(send.id, send.biz_opaque_callback_data)
    stage.status(send.id, send.biz_opaque_callback_data, "delivered")

    accepted = stage.story(message)[-1]
    assert isinstance(accepted, MessageAccepted)
    assert (accepted.evidence, accepted.attempt) == ("status", 1)
    assert accepted.personal is not None
    assert accepted.personal.wamid == send.id


async def test_a_second_wamid_under_one_tag_is_a_duplicate_and_foreign_tags_say_nothing(stage: Stage) -> None:
    await stage.connect()
    to = await stage.person()
    async with stage.dispatching():
        (message,) = stage.releases(stage.text(to))
        await stage.until_told(message, MessageAccepted)
    (send,) = await stage.meta.sends(NUMBER)
    tag = send.biz_opaque_callback_data or ""

    for said in (None, "order-4711", tag[:-1] + ("0" if tag[-1] != "0" else "1")):
        stage.status("wamid.FOREIGN", said)
    assert stage.told(message)[-1] == "MessageAccepted"
    stage.status("wamid.SECOND", tag)
    stage.status("wamid.SECOND", tag, "read")

    assert stage.told(message)[-2:] == ["MessageAccepted", "DuplicateSendDetected"]


async def test_evidence_that_comes_after_the_key_of_tags_was_changed_still_counts(stage: Stage) -> None:
    await stage.connect()
    to = await stage.person()
    await stage.meta.fault("drop", when="after", scope=MESSAGES)
    async with stage.dispatching():
        (message,) = stage.releases(stage.text(to))
        await stage.until_told(message, MessageOutcomeUnknown)
    (send,) = await stage.meta.sends(NUMBER)

    async with Stage(stage.dsn, stage.meta, stage.organisation, tag_key=["ef" * 32, KEYS["tag_key"]]) as rotated:
        rotated.status(send.id, send.biz_opaque_callback_data)

    assert isinstance(stage.story(message)[-1], MessageAccepted)


async def test_messages_to_one_customer_leave_in_order_and_customers_do_not_wait_for_each_other(stage: Stage) -> None:
    await stage.connect()
    people = [await stage.person(f"55119876500{index:02}") for index in range(4)]
    async with stage.dispatching():
        texts = [stage.text(to, f"{to} {turn}") for turn in range(5) for to in people]
        messages = stage.releases(*texts)
        for message in messages:
            await stage.until_told(message, MessageAccepted)

    sends = await stage.meta.sends(NUMBER)
    for to in people:
        bodies = [send.request["text"]["body"] for send in sends if send.wa_id == to]
        assert bodies == [f"{to} {turn}" for turn in range(5)]


async def test_a_message_that_waits_for_its_retry_holds_back_its_customer_and_nobody_else(stage: Stage) -> None:
    await stage.connect()
    slow, quick = await stage.person("5511987650001"), await stage.person("5511987650002")
    await stage.meta.fault("error", code=131056, scope=MESSAGES.model_copy(update={"to": slow}))
    async with stage.dispatching():
        first, second, other = stage.releases(
            stage.text(slow, "first"), stage.text(slow, "second"), stage.text(quick, "other")
        )
        for message in (first, second, other):
            await stage.until_told(message, MessageAccepted)

    order = [send.request["text"]["body"] for send in await stage.meta.sends(NUMBER)]
    assert order == ["other", "first", "second"]
    assert stage.story(first)[-1].attempt == 2


async def test_a_disconnected_channel_sends_nothing_more(stage: Stage) -> None:
    await stage.connect()
    to = await stage.person()
    async with stage.administrator() as client:
        assert (await client.post(f"/channels/{NUMBER}/disconnect")).status_code == 200
    async with stage.dispatching():
        (message,) = stage.releases(stage.text(to))
        await stage.until_told(message, MessageRejected)

    assert stage.story(message)[-1].reason == "channel_disconnected"
    assert await stage.meta.sends(NUMBER) == []


async def test_a_dead_token_stops_the_number_until_it_is_connected_anew(stage: Stage) -> None:
    await stage.connect()
    people = [await stage.person(f"551198765000{index}") for index in range(3)]
    await stage.meta.expire_tokens(WABA)
    async with stage.dispatching():
        (first,) = stage.releases(stage.text(people[0]))
        await stage.until_told(first, MessageRejected)
        waiting = stage.releases(stage.text(people[1]), stage.text(people[2]))
        await asyncio.sleep(0.5)
        assert [stage.told(message) for message in waiting] == [["MessageQueued"]] * 2
        async with stage.administrator() as client:
            body = {"code": await stage.meta.mint_code(WABA)}
            answer = await client.post(f"/channels/{NUMBER}/reconnect", json=body)
            assert answer.json()["status"] == "connected", answer.text
        for message in waiting:
            await stage.until_told(message, MessageAccepted)

    assert stage.story(first)[-1].meta_code == 190
    assert len(stage.facts(ChannelAuthorisationLost)) == 1
    assert len(await stage.meta.sends(NUMBER)) == 2


async def test_what_is_past_its_time_is_rejected_and_not_sent(stage: Stage) -> None:
    await stage.connect()
    to = await stage.person()
    (message,) = stage.releases(stage.text(to, seconds=30))
    stage.clock.advance(30)
    async with stage.dispatching():
        await stage.until_told(message, MessageRejected)

    assert stage.story(message)[-1].reason == "expired"
    assert await stage.meta.sends(NUMBER) == []


async def test_a_claim_whose_worker_is_gone_becomes_unknown_and_is_not_sent(stage: Stage) -> None:
    await stage.connect()
    to = await stage.person()
    (message,) = stage.releases(stage.text(to))
    claims = stage.claims()
    async with stage.dispatching():
        await asyncio.sleep(1.2)
        assert stage.told(message) == STARTED, "nobody else may make this attempt"
        stage.falls_silent()
        await stage.until_told(message, MessageOutcomeUnknown)
        stage.answers(claims[0], "wamid.LATE")

    assert stage.told(message) == [*STARTED, "MessageOutcomeUnknown", "MessageAccepted"]
    assert await stage.meta.sends(NUMBER) == []


@pytest.mark.parametrize("ahead", [-3600, 3600])
async def test_a_worker_whose_clock_is_wrong_neither_gives_up_early_nor_waits_for_ever(
    stage: Stage, ahead: float
) -> None:
    await stage.connect()
    to = await stage.person()
    (message,) = stage.releases(stage.text(to, seconds=7200))
    stage.claims()
    stage.clock.advance(ahead)
    async with stage.dispatching():
        await asyncio.sleep(1.5)
        assert stage.told(message) == STARTED
        stage.falls_silent()
        await stage.until_told(message, MessageOutcomeUnknown)


async def test_stopping_finishes_the_calls_under_way_and_claims_nothing_more(stage: Stage) -> None:
    await stage.connect()
    people = [await stage.person(f"551198765000{index}") for index in range(2)]
    await stage.meta.fault("stall", when="after", seconds=1, scope=MESSAGES)
    async with stage.dispatching():
        (slow,) = stage.releases(stage.text(people[0]))
        await stage.until(lambda: "MessageDispatchStarted" in stage.told(slow))
        await asyncio.sleep(0.1)
    (late,) = stage.releases(stage.text(people[1]))
    await asyncio.sleep(0.3)

    assert stage.told(slow) == [*STARTED, "MessageAccepted"]
    assert stage.told(late) == ["MessageQueued"]


async def test_an_hour_of_5xx_costs_a_handful_of_messages_and_not_the_queue(stage: Stage) -> None:
    await stage.connect()
    people = [await stage.person(f"55119876500{index:02}") for index in range(40)]
    await stage.meta.fault("error", code=131000, count=None, scope=MESSAGES)
    async with stage.dispatching():
        messages = stage.releases(*(stage.text(to) for to in people))
        await asyncio.sleep(4)
        lost = stage.facts(MessageOutcomeUnknown)
        await stage.meta.clear_faults()
        for message in messages:
            await stage.until_told(message, MessageAccepted, MessageOutcomeUnknown, seconds=40)

    assert len(lost) <= 16 + 3, "as many as were under way when it began, then one a rest"
    assert len(await stage.meta.sends(NUMBER)) == 40 - len(stage.facts(MessageOutcomeUnknown))


async def test_a_number_that_cannot_be_reached_is_tried_less_and_less(stage: Stage) -> None:
    await stage.connect()
    to = await stage.person()
    stage.graph_url = "http://127.0.0.1:9"
    async with Stage.another(stage) as unreachable, unreachable.dispatching():
        (message,) = unreachable.releases(unreachable.text(to))
        await asyncio.sleep(4)

    attempts = [fact for fact in stage.story(message) if isinstance(fact, MessageDispatchStarted)]
    assert 2 <= len(attempts) <= 4
    assert all(fact.reason == "unreachable" for fact in stage.facts(MessageNotSent))


async def test_a_worker_sends_for_the_partitions_it_holds_and_for_all_while_nobody_can_say(stage: Stage) -> None:
    await stage.connect()
    people = [await stage.person(f"551198765000{index}") for index in range(2)]
    stage.held = frozenset({7})
    async with stage.dispatching():
        (message,) = stage.releases(stage.text(people[0]))
        await asyncio.sleep(0.5)
        assert stage.told(message) == ["MessageQueued"], "it was heard on partition 0, which is somebody else's"
        stage.held = None
        await stage.until_told(message, MessageAccepted)
        stage.held = frozenset({0})
        (message,) = stage.releases(stage.text(people[1]))
        await stage.until_told(message, MessageAccepted)
