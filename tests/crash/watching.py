"""Readers that follow every log through all that happens: each event seen once, in order, none appearing below."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from uuid import UUID

import psycopg
from recado_chassis.verifying.figures import Figure, none_of

_ABOVE = """
SELECT notification_id, event_id FROM stored_events WHERE notification_id > %s ORDER BY notification_id LIMIT 2000
"""
_PAUSE = 0.05


class Watcher:
    """One log. Reads as a subscriber does, and is sent away and comes back as one."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._seen: list[tuple[int, UUID]] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(10)

    def count(self) -> int:
        return len(self._seen)

    def passed_over(self) -> list[str]:
        """Events of the log that it did not see, or saw otherwise than they stand there now."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            query = "SELECT notification_id, event_id FROM stored_events ORDER BY notification_id"
            there = connection.execute(query).fetchall()
        seen = self._seen[:]
        last = seen[-1][0] if seen else 0
        expected = [row for row in there if row[0] <= last]
        return [str(position) for position, _ in set(expected) ^ set(seen)] or (
            [] if seen == sorted(seen) else ["out of order"]
        )

    def _watch(self) -> None:
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._dsn, autocommit=True, connect_timeout=5) as connection:
                    while not self._stopping.wait(_PAUSE):
                        self._seen += connection.execute(_ABOVE, [self._seen[-1][0] if self._seen else 0]).fetchall()
            except psycopg.Error:
                self._stopping.wait(0.2)


class Watchers:
    """One of each service's log."""

    def __init__(self, databases: Mapping[str, str]) -> None:
        self._watchers = {service: Watcher(dsn) for service, dsn in databases.items()}

    def seen(self, service: str) -> int:
        """How many events of its log."""
        return self._watchers[service].count()

    def figure(self) -> Figure:
        over = (f"{service} {at}" for service, watcher in self._watchers.items() for at in watcher.passed_over())
        return none_of("all", "events that a reader of the log passed over", over)

    def stop(self) -> None:
        for watcher in self._watchers.values():
            watcher.stop()
