"""An update as a record of Kafka: texts of the webhook put together, never written anew."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from recado_chassis.fingerprints import Fingerprints
from recado_chassis.producing.headers import InboundHead, inbound_headers, read_inbound
from recado_chassis.producing.records import Record
from recado_events.catalogue import INBOUND, QUARANTINE
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId

from gateway.adapters.door.people import alias_in
from gateway.adapters.door.routing import Route
from gateway.adapters.door.splitting import Update
from gateway.application.archive import Kept

SOURCE = "/recado/gateway"
_ID = re.compile(r"[0-9]{1,40}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODYS = b'{"organisation_id":null,'
_VALUE = b'%s,"field":%s,"entry_time":%s,"ordinal":%d,"received_at":%d,"metadata":%s,"contacts":[%s],"update":%s}'
_REMEMBERED = 20_000
"""Numbers in use."""


class Arrival(NamedTuple):
    """What all records of one webhook share."""

    at: datetime
    cause: Cause


class RawRecords:
    """Makes records, all of the same keys and subjects for the same number and person."""

    def __init__(self, fingerprints: Fingerprints) -> None:
        self._fingerprints = fingerprints

    def record(self, record_id: UUID, update: Update, route: Route, arrival: Arrival) -> Record:
        organisation_id, number = route.organisation_id, update.phone_number_id
        place = _known(organisation_id, update.waba_id, number)
        alias = alias_in(update.kind, update.told)
        head = InboundHead(
            record_id,
            update.kind,
            SOURCE,
            self.subject(organisation_id, update.waba_id, number, alias)
            if alias is None
            else self._fingerprints.of(place.organisation, number or "", alias),
            arrival.at,
            arrival.cause.correlation_id,
            organisation_id,
            arrival.cause.traceparent,
        )
        return Record(place.topic, place.key, _value(place, update, arrival.at), inbound_headers(head))

    def released(self, kept: Kept, told: Any, organisation_id: OrganisationId) -> Record:
        """A record of quarantine as one of inbound: the same id and text, now somebody's. Raises ValueError."""
        waba_id, number = kept.waba_id, kept.phone_number_id or None
        value = kept.value or b""
        if not value.startswith(_NOBODYS):
            raise ValueError("it was not written here, or belongs to somebody already")
        subject = self.subject(organisation_id, waba_id, number, alias_in(kept.type, told))
        head = read_inbound(kept.headers)._replace(subject=subject, organisation_id=organisation_id)
        somebodys = b'{"organisation_id":"%s",%s' % (str(organisation_id).encode(), value[len(_NOBODYS) :])
        return Record(INBOUND.name, key_of(organisation_id, waba_id, number), somebodys, inbound_headers(head))

    def subject(
        self, organisation_id: OrganisationId | None, waba_id: str, phone_number_id: str | None, alias: str | None
    ) -> str:
        """What is set aside together when something fails: a person at a number, else the number or the account."""
        if alias is None:
            return _id(phone_number_id) or _id(waba_id) or "unknown"
        return self._fingerprints.of(str(organisation_id or ""), phone_number_id or "", alias)


def key_of(organisation_id: OrganisationId | None, waba_id: str, phone_number_id: str | None) -> bytes:
    """The unit of order: a number of an organisation, or an account; in quarantine a number of an account."""
    if organisation_id is None:
        return f"{_id(waba_id) or 'unknown'}:{_id(phone_number_id) or ''}".encode()
    return f"{organisation_id}:{phone_number_id or waba_id}".encode()


def microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


class _Known(NamedTuple):
    """What all records of one place have in common."""

    topic: str
    key: bytes
    organisation: str
    """Empty where it is nobody's."""
    begins: bytes
    """Each value."""


@lru_cache(_REMEMBERED)
def _known(organisation_id: OrganisationId | None, waba_id: str, phone_number_id: str | None) -> _Known:
    organisation = None if organisation_id is None else str(organisation_id)
    members = {"organisation_id": organisation, "waba_id": waba_id, "phone_number_id": phone_number_id}
    return _Known(
        (QUARANTINE if organisation is None else INBOUND).name,
        key_of(organisation_id, waba_id, phone_number_id),
        organisation or "",
        json.dumps(members, separators=(",", ":")).encode()[:-1],
    )


def _value(place: _Known, update: Update, at: datetime) -> bytes:
    return _VALUE % (
        place.begins,
        _text(update.field),
        b"null" if update.entry_time is None else b"%d" % update.entry_time,
        update.ordinal,
        microseconds(at),
        update.metadata or b"null",
        b",".join(update.contacts),
        update.text,
    )


@lru_cache(100)
def _text(field: str) -> bytes:
    return json.dumps(field).encode()


def _id(text: str | None) -> str | None:
    """Meta's ids are digits; nothing else of a webhook becomes a key."""
    return text if text is not None and _ID.fullmatch(text) else None
