"""The drill of docs/operations.md: a gateway restored from a backup sends nothing again that Meta has taken."""

from __future__ import annotations

import asyncio

import pytest
from recado_events.gateway import MessageAccepted, MessageNotSent

from deploy.local.provider import Postgres
from tests.gateway.stage import NUMBER, Stage
from tests.simulator.client import Simulator

NOWHERE = "http://127.0.0.1:9"


def restored(stage: Stage, dsn: str, graph_url: str) -> Stage:
    again = Stage(dsn, stage.meta, stage.organisation)
    again.graph_url = graph_url
    return again


@pytest.fixture
async def backup(dsn: str, meta: Simulator, postgres: Postgres) -> tuple[Stage, str]:
    """A connected gateway, and a copy of its database from before it sent anything."""
    stage = Stage(dsn, meta)
    async with stage:
        await stage.connect()
    name = dsn.rpartition("/")[2]
    return stage, postgres.create_database(f"{name}_restored", template=name)


async def test_what_meta_told_is_heard_before_anything_leaves_again(
    backup: tuple[Stage, str], meta: Simulator, postgres: Postgres
) -> None:
    stage, copy = backup
    to = await stage.person()
    released = [stage.text(to) for _ in range(3)]
    async with stage, stage.dispatching():
        for message in stage.releases(*released):
            await stage.until_told(message, MessageAccepted)
    sends = await meta.sends(NUMBER)
    assert len(sends) == 3

    async with restored(stage, copy, NOWHERE) as again:
        async with again.dispatching():
            messages = again.releases(*released)
            await again.until(lambda: bool(again.facts(MessageNotSent)))
            for send in sends:
                again.status(send.id, send.biz_opaque_callback_data)
            for message in messages:
                await again.until_told(message, MessageAccepted)
        heard = again.on_database._offsets
    async with restored(stage, copy, meta.base_url) as again, again.dispatching():
        again.on_database._offsets = heard
        (later,) = again.releases(again.text(to))
        await again.until_told(later, MessageAccepted)
        await asyncio.sleep(0.5)
    assert len(await meta.sends(NUMBER)) == 4
    postgres.drop_database(copy.rpartition("/")[2])


async def test_without_the_drill_it_would_send_them_again(
    backup: tuple[Stage, str], meta: Simulator, postgres: Postgres
) -> None:
    """Why there is one."""
    stage, copy = backup
    to = await stage.person()
    released = stage.text(to)
    async with stage, stage.dispatching():
        (message,) = stage.releases(released)
        await stage.until_told(message, MessageAccepted)
    async with restored(stage, copy, meta.base_url) as again, again.dispatching():
        again.releases(released)
        await again.until_told(message, MessageAccepted)
    assert len(await meta.sends(NUMBER)) == 2
    postgres.drop_database(copy.rpartition("/")[2])
