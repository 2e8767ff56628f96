"""The inbox moves in a transaction of its own, before the effects: who dies in between loses them."""

from __future__ import annotations

from dataclasses import replace

from recado_chassis.crash import crash
from recado_chassis.store import Changes
from recado_chassis.storing.postgres_session import PostgresSession

POINT = "planted.offsets_first"


def plant() -> None:
    commit = PostgresSession.commit

    def offsets_first(self: PostgresSession, changes: Changes) -> int:
        if not changes.moves:
            return commit(self, changes)
        commit(self, Changes(moves=changes.moves))
        if changes.events:
            crash(POINT)
        return commit(self, replace(changes, moves=[]))

    PostgresSession.commit = offsets_first  # type: ignore[method-assign]
