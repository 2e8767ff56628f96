"""Every record of inbound and quarantine goes into the archive as it came, a batch at a time."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from recado_chassis.ports import Clock
from recado_chassis.producing.headers import BadHeaders, InboundHead, header_text, read_inbound
from recado_chassis.service import KafkaRecord
from recado_chassis.work import Work
from recado_events.ids import OrganisationId

from gateway.adapters.door.metrics import ARCHIVED
from gateway.application.archive import Archive, Kept, RecordId, Standing

_PLACE = re.compile(
    rb'\{"organisation_id":(?:null|"[0-9a-f-]{36}"),"waba_id":"([ -!#-\[\]-~]{0,100})",'
    rb'"phone_number_id":(?:null|"([ -!#-\[\]-~]{0,100})"),'
)
AGAIN = "recado-again"
"""The header of what was published from the archive, and is there already."""


class Shelf:
    """Where the records of one topic are put. `standing` is what is first thought of them."""

    def __init__(self, archive: Archive, clock: Clock, topic: str, standing: Standing | None = None) -> None:
        self._archive = archive
        self._clock = clock
        self._standing = standing
        self._archived = ARCHIVED.labels(topic)

    def keep(self, work: Work, record: KafkaRecord) -> None:
        if header_text(record.headers, AGAIN) is not None:
            return
        pages = (effect for effect in reversed(work.changes.effects) if isinstance(effect, _Page))
        page = next(pages, None)
        if page is None:
            page = _Page(self._archive)
            work.also(page)
        page.rows.append(self._kept(record))
        self._archived.inc()

    def _kept(self, record: KafkaRecord) -> Kept:
        head = _head(record)
        waba_id, number = _place(record.value or b"")
        return Kept(
            id=RecordId(record.topic, record.partition, record.offset, str(head.id) if head else ""),
            type=head.type if head else "",
            organisation_id=_organisation(head),
            waba_id=waba_id,
            phone_number_id=number,
            received_at=_moment(head) or self._clock.now(),
            key=record.key,
            value=record.value,
            headers=tuple(record.headers),
            standing=self._standing if head and waba_id else None,
        )


class _Page:
    """The rows of one transaction."""

    def __init__(self, archive: Archive) -> None:
        self.rows: list[Kept] = []
        self._write = archive.page(self.rows)

    def __call__(self, connection: Any) -> None:
        self._write(connection)


def _head(record: KafkaRecord) -> InboundHead | None:
    """None where it cannot be read, or could not be stored as text."""
    try:
        head = read_inbound(record.headers)
    except BadHeaders:
        return None
    return head if head.type.isprintable() else None


def _place(value: bytes) -> tuple[str, str]:
    """Account and number, read from where the gateway writes them; empty where they are not there."""
    found = _PLACE.match(value)
    return (found[1].decode(), (found[2] or b"").decode()) if found else ("", "")


def _organisation(head: InboundHead | None) -> OrganisationId | None:
    return head.organisation_id if head else None


def _moment(head: InboundHead | None) -> datetime | None:
    return head.time if head else None
