"""Parked records wait for a person, who has them tried again, in order, or decides that they will never be handled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import structlog
from pydantic import AwareDatetime
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import OrganisationId

from recado_chassis.consuming.decoding import Decoder, Read
from recado_chassis.consuming.handling import NEVER_POISON, fetch_ahead, react
from recado_chassis.following.untiring import where
from recado_chassis.producing.headers import header_text
from recado_chassis.service import Service
from recado_chassis.store import Contradiction, ParkedRow, Store
from recado_chassis.work import Fold, Work

RecordId = tuple[str, int, int]
"""Topic, partition, offset."""

_COUNT: Fold[int] = Fold(0, lambda count, _: count + 1)

_log = structlog.get_logger()


class NotParked(Exception):
    """No such record is parked (any more)."""


class NotFirst(Exception):
    """An earlier record of the same subject is parked: retry the subject."""


@dataclass(frozen=True, slots=True)
class Retried:
    """How many records were handled, and which one failed again; those behind it stay parked."""

    done: int
    failed: ParkedRow | None = None
    error: str = ""


class RecordDiscarded(Event):
    """A person decided that a parked record will never be handled. Private: no service tells it."""

    TYPE: ClassVar[str] = "chassis.record-discarded.v1"
    STREAM: ClassVar[str] = "discarded-{topic}-{partition}"
    SUBJECT: ClassVar[str] = "{of}"
    KEY: ClassVar[str] = "{organisation_id}"

    topic: str
    partition: int
    offset: int
    of: str
    """The record's subject; empty where it could not be read."""
    reason: str
    """Why it had been parked."""
    discarded_by: str
    because: str
    """Without personal data."""
    discarded_at: AwareDatetime


def retry(service: Service, subject: str, prefix: str = "") -> Retried:
    """Handles the parked records of a subject, oldest first, each in one transaction with its release.

    Stops at the first that fails again. Those that are parked behind meanwhile are handled too, then the subject
    flows. Raises Unavailable.
    """
    decoder, done = Decoder(service.hears, prefix), 0
    while rows := service.streams.store.parked(subject, limit=1):
        outcome = _attempt(service, decoder, rows[0])
        if outcome is not None:
            return Retried(done, rows[0], outcome)
        done += 1
    return Retried(done)


def retry_record(service: Service, record: RecordId, prefix: str = "") -> Retried:
    """Handles one parked record: one that stands alone, or the first of its subject.

    Raises NotParked, NotFirst and Unavailable.
    """
    row = _find(service.streams.store, record)
    if row.subject and service.streams.store.parked(row.subject, limit=1) != [row]:
        raise NotFirst(f"records of {row.subject} before this one are parked: retry the subject")
    outcome = _attempt(service, Decoder(service.hears, prefix), row)
    return Retried(1) if outcome is None else Retried(0, row, outcome)


def discard(service: Service, record: RecordId, *, by: str, because: str) -> None:
    """Deletes a parked record and stores who decided that and why. Raises NotParked and Unavailable.

    Once a subject's last one is gone, the subject flows.
    """
    row = _find(service.streams.store, record)
    decided = RecordDiscarded(
        organisation_id=_organisation(row),
        topic=row.topic,
        partition=row.partition,
        offset=row.offset,
        of=row.subject,
        reason=row.reason,
        discarded_by=by,
        because=because,
        discarded_at=service.streams.clock.now(),
    )

    def decide(work: Work) -> None:
        work.load({decided.stream: _COUNT})
        work.record([decided], Cause(correlation_id=str(service.streams.ids.new()), actor=by))
        work.changes.unpark.append(row)

    try:
        service.streams.transact(decide)
    except Contradiction:
        raise NotParked(f"{record} was retried or discarded by somebody else meanwhile") from None
    _log.info("parked record discarded", topic=row.topic, partition=row.partition, offset=row.offset, by=by)


def _attempt(service: Service, decoder: Decoder, row: ParkedRow) -> str | None:
    """None where it was handled, or is not parked any more; else what went wrong."""
    read = decoder.read(row)
    if read.spoiled is not None:
        return f"{read.spoiled.reason}: {read.spoiled.error}"
    try:
        service.streams.transact(lambda work: _release(work, row, read))
    except Contradiction as error:
        # Somebody else was faster: what is still parked is read again.
        return None if service.streams.store.parked_at(row.topic, row.partition, row.offset) is None else str(error)
    except NEVER_POISON:
        raise
    except Exception as error:  # noqa: BLE001 - it stays parked, and the person is told
        return where(error)
    _log.info("parked record handled", topic=row.topic, partition=row.partition, offset=row.offset)
    return None


def _release(work: Work, row: ParkedRow, read: Read) -> None:
    fetch_ahead(work, [read])
    react(work, read)
    work.changes.unpark.append(row)


def _find(store: Store, record: RecordId) -> ParkedRow:
    row = store.parked_at(*record)
    if row is None:
        raise NotParked(f"{record} is not parked")
    return row


def _organisation(row: ParkedRow) -> OrganisationId:
    try:
        return OrganisationId(UUID(header_text(row.headers, "ce_tenantid") or ""))
    except ValueError:
        return OrganisationId(UUID(int=0))
