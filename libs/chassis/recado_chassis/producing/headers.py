"""Metadata as Kafka headers, CloudEvents 1.0 binary mode: written by relay and gateway, read by consumers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from recado_events.envelope import DATA_SCHEMA, Cause, Envelope
from recado_events.ids import OrganisationId

from recado_chassis.mapper import envelope_of, head_of

Headers = list[tuple[str, bytes]]
Received = Iterable[tuple[str, bytes | None]]

_PLAIN = {"datacontenttype": "content-type", "traceparent": "traceparent"}
_ATTRIBUTES = {header: name for name, header in _PLAIN.items()}
_SHARED = dict.fromkeys(("specversion", "type", "dataschema", "datacontenttype"))
_OWN = ("source", "id", "subject", "time", "tenantid", "stream", "sequence", "recordedtime", "correlationid",
    "causationid", "actor")  # fmt: skip
_NAMES = {name: f"ce_{name}" for name in (*_SHARED, *_OWN)} | _PLAIN
_INBOUND = ("id", "type", "source", "subject", "time")
_EVENT = (*_INBOUND, "tenantid", "stream", "sequence", "position", "recordedtime")
_JSON = "application/json"


class BadHeaders(ValueError):
    """What is wrong with a record's headers, by their names; values are never shown."""


class InboundHead(NamedTuple):
    """Metadata of one raw update. `subject` is the fingerprint (HMAC) of the customer's alias, never the alias."""

    id: UUID
    type: str
    source: str
    subject: str
    time: datetime
    correlation_id: str
    organisation_id: OrganisationId | None = None
    """None in quarantine where nobody here serves the number or account."""
    traceparent: str | None = None


def source_of(service: str, log: str) -> str:
    """`ce_source` of everything one incarnation of a service's log tells."""
    return f"/recado/{service}/{log}"


def log_of(source: str) -> str | None:
    """The log's id in a `ce_source`; None where it names no log (raw updates)."""
    parts = source.split("/")
    return parts[3] if len(parts) == 4 and parts[3] else None


def stored_headers(head: Mapping[str, Any], position: int, source: str) -> Headers:
    """Headers of a stored event: `head` is what `Mapper.split` cut off, position and source are the log's."""
    headers = list(_shared(source, *[head.get(name) for name in _SHARED]))
    for name, value in head.items():
        if name not in _SHARED:
            header = _NAMES.get(name) or f"ce_{name}"
            headers.append((header, value.encode() if isinstance(value, str) else b"%d" % value))
    headers.append(("ce_position", b"%d" % position))
    return headers


@lru_cache(1024)
def _shared(source: str, *values: str | None) -> tuple[tuple[str, bytes], ...]:
    """The headers that all records of one type and source have in common: made once, for millions of them."""
    named = zip(("source", *_SHARED), (source, *values), strict=True)
    return tuple((_NAMES[name], value.encode()) for name, value in named if value is not None)


@lru_cache(10_000)
def _tenant(organisation_id: OrganisationId) -> tuple[str, bytes]:
    return "ce_tenantid", str(organisation_id).encode()


@lru_cache(1024)
def _shared_inbound(source: str, kind: str) -> tuple[tuple[str, bytes], ...]:
    return _shared(source, "1.0", kind, DATA_SCHEMA.format(type=kind), _JSON)


def envelope_headers(envelope: Envelope) -> Headers:
    """Headers of an event that stands in a log. Raises ValueError where position or source are missing."""
    if envelope.position is None or envelope.source is None:
        raise ValueError("an event without position and source is in no log yet; store it before it is published")
    head = orjson.loads(orjson.dumps(head_of(envelope), option=orjson.OPT_UTC_Z))
    return stored_headers(head, envelope.position, envelope.source)


def inbound_headers(head: InboundHead) -> Headers:
    """Headers of a record of `recado.inbound.v1` or `recado.quarantine.v1`."""
    headers = [
        *_shared_inbound(head.source, head.type),
        ("ce_id", str(head.id).encode()),
        ("ce_subject", head.subject.encode()),
        ("ce_time", _text_of(head.time).encode()),
        ("ce_correlationid", head.correlation_id.encode()),
    ]
    if head.organisation_id is not None:
        headers.append(_tenant(head.organisation_id))
    if head.traceparent is not None:
        headers.append(("traceparent", head.traceparent.encode()))
    return headers


def read_envelope(headers: Received) -> Envelope:
    """The envelope of a published event. Headers it does not know are passed over. Raises BadHeaders."""
    head = _read(headers, _EVENT)
    head.setdefault("correlationid", head["id"])
    try:
        envelope = envelope_of(head)
    except ValueError as error:
        raise BadHeaders(
            "one of ce_id, ce_tenantid, ce_time, ce_recordedtime, ce_sequence, ce_position is malformed"
        ) from error
    _require_aware(ce_time=envelope.time, ce_recordedtime=envelope.recorded_at)
    if envelope.sequence < 1 or envelope.position is None or envelope.position < 1:
        raise BadHeaders("ce_sequence and ce_position count from 1")
    return envelope


def read_inbound(headers: Received) -> InboundHead:
    """The metadata of a raw update. Headers it does not know are passed over. Raises BadHeaders."""
    head = _read(headers, _INBOUND)
    tenant = head.get("tenantid")
    try:
        read = InboundHead(
            id=UUID(head["id"]),
            type=head["type"],
            source=head["source"],
            subject=head["subject"],
            time=datetime.fromisoformat(head["time"]),
            correlation_id=head.get("correlationid", head["id"]),
            organisation_id=None if tenant is None else OrganisationId(UUID(tenant)),
            traceparent=head.get("traceparent"),
        )
    except ValueError as error:
        raise BadHeaders("one of ce_id, ce_time, ce_tenantid is malformed") from error
    _require_aware(ce_time=read.time)
    return read


def caused_by(read: Envelope | InboundHead) -> Cause:
    """What to pass on with a decision made because of this record: the same story, this record as its cause."""
    if isinstance(read, Envelope):
        return Cause(read.cause.correlation_id, str(read.id), read.cause.traceparent)
    return Cause(read.correlation_id, str(read.id), read.traceparent)


def header_text(headers: Received, name: str) -> str | None:
    """One header as text; None where it is absent or no text. For records whose other headers may be broken."""
    for found, value in headers:
        if found == name and value is not None:
            try:
                return value.decode()
            except UnicodeDecodeError:
                return None
    return None


def _read(headers: Received, required: tuple[str, ...]) -> dict[str, str]:
    """The attributes by their CloudEvents names. The first of several headers of one name counts."""
    head: dict[str, str] = {}
    for header, value in headers:
        name = header[3:] if header.startswith("ce_") else _ATTRIBUTES.get(header)
        if name is None or name in head or value is None:
            continue
        try:
            head[name] = value.decode()
        except UnicodeDecodeError as error:
            raise BadHeaders(f"header {header} is not UTF-8") from error
    missing = [f"ce_{name}" for name in ("specversion", *required) if not head.get(name)]
    if missing:
        raise BadHeaders(f"headers missing or empty: {', '.join(missing)}")
    if head["specversion"].partition(".")[0] != "1":
        raise BadHeaders("ce_specversion is not 1.x: this record was made by other rules")
    if head.get("datacontenttype", _JSON).partition(";")[0].strip().lower() != _JSON:
        raise BadHeaders(f"content-type is not {_JSON}")
    return head


def _require_aware(**times: datetime) -> None:
    naive = [name for name, moment in times.items() if moment.tzinfo is None]
    if naive:
        raise BadHeaders(f"{', '.join(naive)} has no offset from UTC")


def _text_of(moment: datetime) -> str:
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat()[: -len("+00:00")] + "Z"
