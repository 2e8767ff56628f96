"""One attempt at one transaction on the store in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from recado_chassis.store import Changes, CommandKey, CommandRow, EventRow, SnapshotRow, UniqueKey
from recado_chassis.storing.memory_tables import Tables


class MemorySession:
    """A locked one is made by whoever holds the tables' lock for as long as the session lasts."""

    def __init__(self, tables: Tables, changed: threading.Condition) -> None:
        self._tables = tables
        self._changed = changed

    def find(self, keys: Iterable[UniqueKey]) -> dict[UniqueKey, str]:
        with self._tables.lock:
            return {key: self._tables.unique[key] for key in keys if key in self._tables.unique}

    def load(self, after: Mapping[str, int]) -> dict[str, list[EventRow]]:
        with self._tables.lock:
            tails = {stream: self._tables.tail(stream, version) for stream, version in after.items()}
        return {stream: rows for stream, rows in tails.items() if rows}

    def snapshots(self, codes: Mapping[str, str]) -> list[SnapshotRow]:
        with self._tables.lock:
            kept = self._tables.snapshots
            return [kept[stream] for stream, code in codes.items() if stream in kept and kept[stream].code == code]

    def command(self, key: CommandKey) -> CommandRow | None:
        with self._tables.lock:
            return self._tables.commands.get(key)

    def parked_subjects(self, subjects: Iterable[str]) -> set[str]:
        with self._tables.lock:
            return self._tables.parked_subjects().intersection(subjects)

    def commit(self, changes: Changes) -> int:
        if changes.effects:
            raise TypeError("effects write rows of PostgreSQL: give this service a PostgresStore to try them")
        with self._changed:
            if changes.is_empty():
                return len(self._tables.rows)
            self._tables.check(changes)
            self._tables.write(changes)
            self._changed.notify_all()
            return len(self._tables.rows)
