"""Workers that are killed while they deliver: nothing is lost, and what comes twice has the same id."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest
from recado_chassis.crash import SETTING

from tests.gateway.hooks.receiver import Receiver
from tests.gateway.hooks.switchboard import Switchboard
from tests.gateway.hooks.test_delivering import told
from tests.gateway.test_crashes import ended, worker

ALLOWED = {"RECADO_SUBSCRIPTION_ALLOWED_HOSTS": '["127.0.0.1"]'}


@pytest.mark.parametrize(
    ("point", "answer", "names"),
    [
        ("notifier.after_request", 200, ["Ana", "Ana", "Bia"]),
        ("notifier.after_move", 200, ["Ana", "Bia"]),
        ("notifier.after_failure", 500, ["Ana", "Ana", "Bia"]),
    ],
)
async def test_pain_25_a_worker_killed_mid_delivery_loses_nothing(
    board: Switchboard, tmp_path: Path, point: str, answer: int, names: list[str]
) -> None:
    async with Receiver(lambda _: answer) as receiver:
        await board.subscribes(receiver.url)
        board.happens("Ana", "Bia")
        with worker(board, tmp_path / "log", **ALLOWED, **{SETTING: point}) as process:
            assert await ended(process) == -signal.SIGKILL
        receiver.answer = lambda _: 200
        board.time_passes()
        async with board.notifying():
            await told(receiver, len(names))
            await asyncio.sleep(1.2)

    assert receiver.names == names
    assert len({request.id for request in receiver.requests}) == 2


@pytest.mark.long
async def test_workers_killed_again_and_again_lose_nothing_and_keep_the_order(
    board: Switchboard, tmp_path: Path
) -> None:
    names = [f"{number}" for number in range(40)]
    async with Receiver(seconds=0.05) as receiver:
        await board.subscribes(receiver.url)
        board.happens(*names)
        for enough in (3, 11, 22):
            with worker(board, tmp_path / "log", **ALLOWED) as process:
                await told(receiver, enough)
                process.kill()
                await ended(process)
            board.time_passes()
        async with board.notifying():
            async with asyncio.timeout(20):
                while receiver.requests[-1].event["data"]["name"] != names[-1]:
                    await asyncio.sleep(0.05)

    assert list(dict.fromkeys(receiver.names)) == names
    assert len(receiver.names) <= len(names) + 3


async def test_a_worker_told_to_stop_finishes_its_request_and_gives_back_what_it_holds(
    board: Switchboard, tmp_path: Path
) -> None:
    async with Receiver(seconds=0.8) as receiver:
        await board.subscribes(receiver.url)
        board.happens("Ana", "Bia", "Caio")
        with worker(board, tmp_path / "log", **ALLOWED) as process:
            await told(receiver, 1)
            process.terminate()
            assert await ended(process) == 0
        assert receiver.names == ["Ana"]
        receiver.seconds = 0
        async with board.notifying():
            await told(receiver, 3, seconds=20)

    assert receiver.names == ["Ana", "Bia", "Caio"]
