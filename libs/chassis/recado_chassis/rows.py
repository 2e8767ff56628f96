"""The rows of a service's database, as the port of `store` hands them over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class UniqueKey(NamedTuple):
    """Something that belongs to one owner at a time. `value` holds no personal data: aliases are HMACs."""

    kind: str
    scope: str
    """Organisation id, or empty where it is unique across all organisations."""
    value: str


class EventRow(NamedTuple):
    """An event as a row. `position` is the log's, given by the store; None before."""

    stream: str
    version: int
    type: str
    state: bytes
    event_id: UUID
    organisation_id: UUID
    recorded_at: datetime
    position: int | None = None


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A stream's state at a version, as the code of that fingerprint folded it. A cache."""

    stream: str
    version: int
    code: str
    state: bytes


@dataclass(frozen=True, slots=True)
class CommandKey:
    """A client's own name for a command: repeated, it has one effect and one answer."""

    organisation_id: str
    """Empty for operators, who belong to none."""
    user_id: str
    key: str


@dataclass(frozen=True, slots=True)
class CommandRow:
    """`body` is the HMAC of the request; `answer` is JSON of ids only. Refusals are not stored. Kept 30 days."""

    key: CommandKey
    body: bytes
    status: int
    answer: bytes
    position: int
    done_at: datetime


@dataclass(frozen=True, slots=True)
class InboxRow:
    """How far a partition is consumed. `log` and `position` are its owner's log's; both None on inbound."""

    topic: str
    partition: int
    topic_id: str
    next_offset: int
    log: str | None = None
    position: int | None = None
    accepted: int = 0
    refused: int = 0
    duplicate: int = 0
    parked: int = 0
    paused: str | None = None
    """Why an operator has to say where to go on; None while it flows."""
    moved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InboxMove:
    """From the row as the batch saw it to the row after the batch. Counts in `after` are totals."""

    before: InboxRow
    after: InboxRow


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """A record that could not be handled, its bytes unchanged, waiting for a person."""

    topic: str
    partition: int
    offset: int
    subject: str
    """Later records of this subject are parked behind it. Empty: it stands alone."""
    reason: str
    """undecodable, invalid, failed or behind (an earlier record of the subject is parked)."""
    error: str
    """Class of the exception and where it was raised; no values."""
    attempts: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    parked_at: datetime
