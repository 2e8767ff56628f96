"""Fault 12: a worker that is frozen beyond its session and wakes up changes nothing; its successor's work stands."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from tests.journeys.test_survival import check_one_effect_each, write_steadily
from tests.journeys.world import World, new_customer

pytestmark = pytest.mark.timeout(300)


async def test_a_frozen_worker_that_wakes_up_changes_nothing(world: World) -> None:
    """The second worker of conversations takes over what the frozen one held, and keeps it."""
    from deploy.local.components import ProgramComponent
    from deploy.local.ports import free_port
    from deploy.local.programs import Program

    first = world.component("conversations")
    program: Program = first._program  # type: ignore[attr-defined]
    port = free_port()
    environment = {**program.environment, "RECADO_HTTP_PORT": str(port)}
    ready = f"http://127.0.0.1:{port}/health/live"
    second = ProgramComponent(
        Program("conversations-2", program.command, environment, ready), world.launcher._state.logs / "second.log"
    )
    await asyncio.to_thread(second.start)
    try:
        wa_id, name = new_customer()
        await world.meta.create_customer(wa_id=wa_id, name=name)
        writing = asyncio.create_task(write_steadily(world, wa_id))
        await asyncio.sleep(1.0)
        os.kill(_pid(second.pid), signal.SIGSTOP)
        await asyncio.sleep(8)
        os.kill(_pid(second.pid), signal.SIGCONT)
        await writing
        await check_one_effect_each(world, name)
    finally:
        await asyncio.to_thread(second.stop)


def _pid(pid: int | None) -> int:
    assert pid is not None, "the second worker runs"
    return pid
