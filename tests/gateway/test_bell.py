"""Being woken and being told to stop at the same moment: stopping wins."""

from __future__ import annotations

import asyncio

import pytest
from gateway.adapters.dispatcher import Bell


@pytest.mark.parametrize("steps", range(8))
async def test_a_ring_never_swallows_a_cancellation(steps: int) -> None:
    bell = Bell()
    bell.listen()
    waiting = asyncio.create_task(bell.wait())
    await asyncio.sleep(0)
    bell.ring()
    for _ in range(steps):
        await asyncio.sleep(0)

    if waiting.cancel():
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert waiting.done()


async def test_a_ring_from_another_thread_wakes_at_once_and_silence_wakes_in_the_end() -> None:
    bell = Bell()
    bell.listen()
    loop = asyncio.get_running_loop()
    waiting = asyncio.create_task(bell.wait())
    began = loop.time()
    await asyncio.to_thread(bell.ring)
    await waiting
    assert loop.time() - began < 0.15
    for _ in range(3):
        await asyncio.wait_for(bell.wait(), 1)


def test_a_bell_nobody_listens_to_may_be_rung() -> None:
    Bell().ring()
