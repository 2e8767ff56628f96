"""Workers that are killed or frozen at the worst moments: no message is sent twice, and none is forgotten."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from recado_chassis.crash import SETTING
from recado_events.gateway import MessageAccepted, MessageNotSent, MessageOutcomeUnknown, MessageRejected
from recado_events.ids import MessageId

from deploy.local.process import kill_group
from deploy.local.programs import clean_environment
from tests.gateway.stage import NUMBER, Stage, options
from tests.gateway.test_dispatching import STARTED, message_of
from tests.harness.nursery import Nursling, started
from tests.harness.on_database import SETTINGS

ENDS = (MessageAccepted, MessageRejected, MessageOutcomeUnknown)


@contextmanager
def worker(stage: Stage, output: Path, **environment: str) -> Iterator[Nursling]:
    """A process that dispatches what is due."""
    told = {"database": stage.dsn, **SETTINGS, **options(stage.graph_url)}
    told["app_secrets"] = json.dumps(told["app_secrets"])
    settings = {f"RECADO_{name.upper()}": str(value) for name, value in told.items()}
    with output.open("ab") as log:
        process = started(
            [sys.executable, "-m", "tests.gateway.worker"],
            {**clean_environment(os.environ), **settings, **environment},
            stdout=log.fileno(),
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        kill_group(process)


async def ended(process: Nursling) -> int:
    return await asyncio.to_thread(process.wait, 30)


async def released(stage: Stage, count: int) -> list[MessageId]:
    await stage.connect()
    people = [await stage.person(f"55119876500{index:02}") for index in range(count)]
    return stage.releases(*(stage.text(to) for to in people))


async def agrees(stage: Stage, messages: list[MessageId]) -> None:
    """What the log says in the end is what Meta has, and Meta has nothing twice."""
    sends = await stage.meta.sends(NUMBER)
    sent = [message_of(stage, send) for send in sends]
    assert len(sent) == len(set(sent)), "a message was sent twice"
    for send in sends:
        stage.status(send.id, send.biz_opaque_callback_data)
    ends = stage.last()
    for message in messages:
        assert isinstance(ends[message], MessageAccepted) == (message in sent), stage.told(message)


@pytest.mark.parametrize(
    ("point", "outcome", "accepted"),
    [
        ("dispatcher.after_claim", MessageOutcomeUnknown, False),
        ("dispatcher.after_call", MessageOutcomeUnknown, True),
        ("dispatcher.before_outcome", MessageOutcomeUnknown, True),
        ("dispatcher.after_outcome", MessageAccepted, True),
    ],
)
async def test_a_killed_worker_sends_nothing_twice(
    stage: Stage, tmp_path: Path, point: str, outcome: type, accepted: bool
) -> None:
    (message,) = await released(stage, 1)
    with worker(stage, tmp_path / "log", **{SETTING: point}) as process:
        assert await ended(process) == -signal.SIGKILL
    assert bool(await stage.meta.sends(NUMBER)) == accepted

    stage.falls_silent()
    async with stage.dispatching():
        await stage.until_told(message, *ENDS)

    assert isinstance(stage.story(message)[-1], outcome)
    assert len(await stage.meta.sends(NUMBER)) == accepted
    await agrees(stage, [message])


async def test_workers_killed_again_and_again_lose_and_double_nothing(stage: Stage, tmp_path: Path) -> None:
    messages = await released(stage, 60)
    for enough in (1, 4, 7, 10):
        with worker(stage, tmp_path / "log") as process:
            await stage.until(lambda enough=enough: len(stage.accepted()) >= enough)  # type: ignore[misc]
            process.kill()
            await ended(process)
    stage.falls_silent()
    async with stage.dispatching():
        await stage.until(lambda: all(isinstance(end, ENDS) for end in stage.last().values()))

    assert stage.last().keys() == set(messages)
    await agrees(stage, messages)


async def test_a_worker_frozen_between_claim_and_call_writes_nothing_when_it_wakes(
    stage: Stage, tmp_path: Path
) -> None:
    (message,) = await released(stage, 1)
    with worker(stage, tmp_path / "log", HESITATE="2") as process:
        await stage.until(lambda: stage.told(message) == STARTED)
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(5.5)
        process.send_signal(signal.SIGCONT)
        await stage.until_told(message, MessageNotSent)
        assert stage.story(message)[-1].reason == "claim_expired"
        assert await stage.meta.sends(NUMBER) == []
        await stage.until_told(message, MessageAccepted)

    assert stage.story(message)[-1].attempt == 2
    assert len(await stage.meta.sends(NUMBER)) == 1


async def test_a_worker_told_to_stop_finishes_its_calls_and_leaves(stage: Stage, tmp_path: Path) -> None:
    (message,) = await released(stage, 1)
    with worker(stage, tmp_path / "log", HESITATE="1") as process:
        await stage.until(lambda: stage.told(message) == STARTED)
        process.terminate()
        assert await ended(process) == 0

    assert stage.told(message) == [*STARTED, "MessageAccepted"]
