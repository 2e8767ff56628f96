"""Between the services and their databases: answers lost, sessions ended, locks held."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import psycopg
from recado_chassis.storing.postgres_locks import WRITERS, key_of

from tests.crash.scene import Fault, Scene
from tests.libs.chassis.store.losing_proxy import LosingProxy

_TERMINATE = """
SELECT pg_terminate_backend(pid) FROM (
    SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'recado%' ORDER BY random() LIMIT 2
) AS chosen
"""
_HOLD_TABLE = (
    "BEGIN",
    "LOCK TABLE stored_events IN ACCESS EXCLUSIVE MODE",
    "SELECT pg_sleep(6)",
    "COMMIT",
)
_HOLD_WRITERS = (f"SELECT pg_advisory_lock({key_of(WRITERS)})", "SELECT pg_sleep(6)")
_LEAVE_A_GAP = ("BEGIN", "SELECT nextval('stored_events_notification_id_seq')", "SELECT pg_sleep(2)", "ROLLBACK")


def commits_lost(service: str, times: int) -> Fault:
    """The answer to a COMMIT is lost, or the COMMIT itself: whoever sent it cannot know which."""

    async def fault(scene: Scene) -> None:
        proxy = LosingProxy(scene.installation.endpoints["databases"][service])
        workers = scene.installation.of(service)
        try:
            for worker in workers:
                worker.settings["RECADO_DATABASE"] = proxy.dsn
                worker.kill()
            await asyncio.sleep(3.0)
            for _ in range(times):
                proxy.loses = scene.random.choice(["answer", "answer", "request"])
                if await scene.until(lambda: proxy.loses == "nothing", 3.0):
                    scene.did("COMMIT or its answer lost")
                await asyncio.sleep(scene.random.uniform(0.1, 0.6))
        finally:
            for worker in workers:
                worker.settings.pop("RECADO_DATABASE")
                worker.kill()
            proxy.close()

    return fault


def sessions_ended(times: int) -> Fault:
    async def fault(scene: Scene) -> None:
        for _ in range(times):
            dsn = scene.random.choice(list(scene.installation.endpoints["databases"].values()))
            await asyncio.to_thread(_run, dsn, (_TERMINATE,))
            scene.did("database sessions ended")
            await asyncio.sleep(scene.random.uniform(0.2, 1.0))

    return fault


def locks_held(service: str) -> Fault:
    """Longer than anybody waits: the table, then the writers' lock, then a position that is never used."""

    async def fault(scene: Scene) -> None:
        dsn = scene.installation.endpoints["databases"][service]
        for statements in (_HOLD_TABLE, _HOLD_WRITERS, _LEAVE_A_GAP):
            await asyncio.to_thread(_run, dsn, statements)
            scene.did("locks held")

    return fault


def _run(dsn: str, statements: Sequence[str]) -> None:
    with suppress(psycopg.Error), psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
        for statement in statements:
            connection.execute(statement.encode())
