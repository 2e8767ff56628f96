"""One attempt at one transaction: reads before the decision, then checks and writes in four short round trips."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import Connection

from recado_chassis.crash import crash
from recado_chassis.store import Changes, CommandKey, CommandRow, EventRow, SnapshotRow, UniqueKey
from recado_chassis.storing import (
    postgres_commands,
    postgres_inbox,
    postgres_parked,
    postgres_snapshots,
    postgres_unique,
)
from recado_chassis.storing.postgres_connections import translated
from recado_chassis.storing.postgres_locks import WRITERS, take_for_transaction
from recado_chassis.storing.postgres_pipeline import pipeline
from recado_chassis.storing.postgres_recorder import LastPosition, Recorder, Versions, tails
from recado_chassis.storing.versions import expected_versions


class PostgresSession:
    """Works on a connection in autocommit mode, lent for as long as the session lasts. READ COMMITTED throughout:
    what a decision was made on is checked again under the lock, not frozen in a snapshot."""

    def __init__(self, connection: Connection[Any], recorder: Recorder, *, locked: bool) -> None:
        self._connection = connection
        self._recorder = recorder
        self._locked = locked
        if locked:
            with pipeline(connection):
                self._begin()

    @translated()
    def find(self, keys: Iterable[UniqueKey]) -> dict[UniqueKey, str]:
        return postgres_unique.find(self._connection, keys)

    @translated()
    def load(self, after: Mapping[str, int]) -> dict[str, list[EventRow]]:
        return tails(self._connection, after)

    @translated()
    def snapshots(self, codes: Mapping[str, str]) -> list[SnapshotRow]:
        return postgres_snapshots.find(self._connection, codes)

    @translated()
    def command(self, key: CommandKey) -> CommandRow | None:
        return postgres_commands.find(self._connection, key)

    @translated()
    def parked_subjects(self, subjects: Iterable[str]) -> set[str]:
        return postgres_parked.subjects(self._connection, subjects)

    @translated()
    def commit(self, changes: Changes) -> int:
        expected = expected_versions(changes)
        if changes.is_empty():
            return LastPosition(self._connection).value()
        try:
            self._check(changes, expected)
            self._write_rows(changes)
            for effect in changes.effects:
                effect(self._connection)
            return self._append(changes)
        except BaseException:
            self._give_up()
            raise

    def _give_up(self) -> None:
        """Lets the lock go at once. A connection that cannot is closed by the pool, which does the same."""
        with suppress(psycopg.Error):
            self._connection.rollback()

    def _begin(self) -> None:
        self._connection.execute("BEGIN")
        take_for_transaction(self._connection, WRITERS)

    def _check(self, changes: Changes, expected: Mapping[str, int]) -> None:
        """The fence comes first: a revoked worker is told so, whatever else has moved meanwhile."""
        with pipeline(self._connection):
            if not self._locked:
                self._begin()
            moves = postgres_inbox.Moves(self._connection, changes.moves)
            versions = Versions(self._connection, expected)
            subjects = postgres_parked.Subjects(self._connection, changes.subjects)
        # Read after the pipeline, whose end tells the server that we are idle: only from then on does it send a process
        # away that was frozen while it queued for the lock.
        moves.check()
        versions.check()
        subjects.check()

    def _write_rows(self, changes: Changes) -> None:
        if not (changes.releases or changes.claims or changes.park or changes.unpark):
            return
        with pipeline(self._connection):
            releases = postgres_unique.Releases(self._connection, changes.releases)
            postgres_unique.claim(self._connection, changes.claims)
            unparking = postgres_parked.Unparking(self._connection, changes.unpark)
            postgres_parked.park(self._connection, changes.park)
        releases.check()
        unparking.check()

    def _append(self, changes: Changes) -> int:
        with pipeline(self._connection):
            if changes.events:
                self._recorder.append(self._connection, changes.events)
            if changes.snapshots:
                postgres_snapshots.keep(self._connection, changes.snapshots)
            if changes.command:
                postgres_commands.keep(self._connection, changes.command)
            last = LastPosition(self._connection)
            crash("store.before_commit")
            # A statement that failed makes the server skip what follows it in the pipeline, this too.
            self._connection.execute("COMMIT")
        crash("store.after_commit")
        return last.value()
