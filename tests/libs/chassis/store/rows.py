"""Rows as a decision leaves them, with everything a test does not care about filled in."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from recado_chassis.store import (
    Changes,
    CommandKey,
    CommandRow,
    EventRow,
    InboxMove,
    InboxRow,
    ParkedRow,
    Store,
    UniqueKey,
)

NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, UTC)
ORGANISATION = UUID("0195f1a0-0000-7000-8000-000000000001")


def event(
    stream: str,
    version: int = 1,
    state: bytes = b"{}",
    event_id: UUID | None = None,
    type: str = "tests.happened.v1",
) -> EventRow:
    return EventRow(stream, version, type, state, event_id or uuid4(), ORGANISATION, NOON)


def events(stream: str, versions: Iterable[int]) -> list[EventRow]:
    return [event(stream, version) for version in versions]


def alias(value: str, kind: str = "alias") -> UniqueKey:
    return UniqueKey(kind, str(ORGANISATION), value)


def partition(number: int = 0, next_offset: int = 0, **more: Any) -> InboxRow:
    return InboxRow("recado.tests.v1", number, "topic-id", next_offset, **more)


def move(before: InboxRow, next_offset: int, **more: Any) -> InboxMove:
    values = {name: getattr(before, name) for name in before.__slots__}
    return InboxMove(before, InboxRow(**{**values, "next_offset": next_offset, **more}))


def command(key: str, answer: bytes = b"{}") -> CommandRow:
    return CommandRow(command_key(key), b"hmac", 202, answer, 0, NOON)


def command_key(key: str) -> CommandKey:
    return CommandKey(str(ORGANISATION), "user", key)


def parked(offset: int, subject: str = "customer", **more: Any) -> ParkedRow:
    headers = (("ce_type", b"tests.happened.v1"), ("empty", None), ("bytes", b"\x00\xff"))
    values = {"reason": "failed", "error": "ValueError", "attempts": 3, "key": b"\x00key", "value": b"\x00\xff", **more}
    return ParkedRow("recado.tests.v1", 0, offset, subject, headers=headers, parked_at=NOON, **values)


def commit(store: Store, changes: Changes, *, locked: bool = False) -> int:
    with store.session(locked=locked) as session:
        return session.commit(changes)


def append(store: Store, rows: Sequence[EventRow]) -> int:
    return commit(store, Changes(events=list(rows)))


def log_of(store: Store) -> list[tuple[str, int]]:
    """All of it, as (stream, version)."""
    return [(row.stream, row.version) for row in store.read(0, 100_000)]
