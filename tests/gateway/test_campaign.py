"""Many messages, many faults, two workers: what Meta accepted and what the log says never contradict each other."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random
from typing import Any

from gateway.domain.tags import Tags
from recado_events.gateway import (
    DuplicateSendDetected,
    MessageAccepted,
    MessageDispatchStarted,
    MessageNotSent,
    MessageOutcomeUnknown,
    MessageRejected,
)
from recado_events.ids import MessageId

from tests.gateway.claims import MESSAGES
from tests.gateway.stage import KEYS, NUMBER, Stage

FAULTS: list[dict[str, Any]] = [
    {"kind": "drop", "when": "before"},
    {"kind": "drop", "when": "after"},
    {"kind": "reset", "when": "before"},
    {"kind": "reset", "when": "after"},
    {"kind": "truncate", "when": "after"},
    {"kind": "stall", "when": "after", "seconds": 0.2},
    {"kind": "error", "code": 131000, "when": "before"},
    {"kind": "error", "code": 131016, "when": "after"},
    {"kind": "error", "code": 131056},
    {"kind": "error", "status": 429, "code": 130429},
    {"kind": "error", "code": 131026},
    {"kind": "not_json", "status": 502, "when": "after"},
    {"kind": "not_json", "status": 200, "when": "before"},
]
PEOPLE, TURNS = 20, 5
ENDS = (MessageAccepted, MessageRejected, MessageOutcomeUnknown)


async def test_no_message_is_ever_sent_twice_and_every_ambiguity_is_recorded_and_resolved(stage: Stage) -> None:
    await stage.connect()
    random = Random(20261123)
    people = [await stage.person(f"55119876500{index:02}") for index in range(PEOPLE)]
    trouble = asyncio.create_task(misbehave(stage, random))
    messages = stage.releases(*(stage.text(to, f"{turn}") for turn in range(TURNS) for to in people))
    async with Stage.another(stage) as other, stage.dispatching(), other.dispatching():
        await stage.until(lambda: all(isinstance(stage.last()[message], ENDS) for message in messages), 60)
        trouble.cancel()
    sends = await stage.meta.sends(NUMBER)

    tags = Tags(bytes.fromhex(KEYS["tag_key"]))
    sent: Counter[MessageId] = Counter()
    for send in sends:
        tag = tags.verify(stage.organisation, NUMBER, send.biz_opaque_callback_data or "")
        assert tag is not None
        sent[tag.message_id] += 1
    assert max(sent.values()) == 1, "a message was sent twice"
    ends = stage.last()
    for message in messages:
        check_story(stage.story(message), sent[message])
    unknown = [message for message in messages if isinstance(ends[message], MessageOutcomeUnknown)]
    assert unknown, "the faults were too kind to show anything"

    for send in sends:
        stage.status(send.id, send.biz_opaque_callback_data, "delivered")

    ends = stage.last()
    for message in messages:
        assert isinstance(ends[message], MessageAccepted) == (sent[message] == 1)
    assert stage.facts(DuplicateSendDetected) == []


def check_story(story: list[Any], sent: int) -> None:
    """At most one attempt without a recorded end, and an end that agrees with what Meta has."""
    attempts = [fact.attempt for fact in story if isinstance(fact, MessageDispatchStarted)]
    not_sent = [fact.attempt for fact in story if isinstance(fact, MessageNotSent)]
    assert attempts == list(range(1, len(attempts) + 1))
    assert not_sent == attempts[:-1]
    end = story[-1]
    assert isinstance(end, MessageOutcomeUnknown) or sent == isinstance(end, MessageAccepted)


async def misbehave(stage: Stage, random: Random) -> None:
    while True:
        await stage.meta.fault(**random.choice(FAULTS), scope=MESSAGES)
        await asyncio.sleep(random.uniform(0.0, 0.08))
