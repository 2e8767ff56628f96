"""The one place where events become bytes and bytes become events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from recado_events.envelope import DATA_SCHEMA, Cause, Envelope
from recado_events.event import Event, Unknown
from recado_events.ids import OrganisationId

Upcast = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]
"""One step: the data of an old type in, the next type's name and data out. Pure and total."""

_DATA = b',"data":'


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it stands in a log, with its envelope."""

    event: Event
    envelope: Envelope


class Placed(NamedTuple):
    """An event and where it stands in the log: what read models are folded from."""

    event: Event
    position: int
    recorded_at: datetime


class Mapper:
    """Knows the types of one program. Types it does not know become `Unknown`, never an error."""

    def __init__(self, events: Iterable[type[Event]], upcasts: Mapping[str, Upcast] | None = None) -> None:
        self._types = {event.TYPE: event for event in events}
        self._upcasts = dict(upcasts or {})

    def knows(self, name: str) -> bool:
        return name in self._types or name in self._upcasts

    def encode(self, event: Event, envelope: Envelope) -> bytes:
        """The CloudEvent in JSON without position and log; `data` stands last, so that its bytes can be cut out."""
        head = head_of(envelope)
        return b"%s%s%s}" % (orjson.dumps(head, option=orjson.OPT_UTC_Z)[:-1], _DATA, event.model_dump_json().encode())

    def split(self, state: bytes) -> tuple[dict[str, Any], bytes]:
        """A stored state as (metadata, data bytes exactly as stored): what the relay publishes."""
        at = state.index(_DATA)
        head: dict[str, Any] = orjson.loads(state[:at] + b"}")
        return head, state[at + len(_DATA) : -1]

    def decode(self, state: bytes, position: int | None = None, source: str | None = None) -> Recorded:
        head, data = self.split(state)
        envelope = envelope_of(head)
        return Recorded(
            self.event(envelope, data),
            envelope if position is None else replace(envelope, position=position, source=source),
        )

    def fact(self, name: str, state: bytes) -> Event:
        """The event alone, of a stored state whose type is `name`: what folding needs, at a third of the cost."""
        known = self._types.get(name)
        if known is None:
            return self.decode(state).event
        return known.model_validate_json(state[state.index(_DATA) + len(_DATA) : -1])

    def event(self, envelope: Envelope, data: bytes) -> Event:
        """Raises pydantic's ValidationError where the data does not fit a known type."""
        known = self._types.get(envelope.type)
        if known is not None:
            return known.model_validate_json(data)
        name, values = envelope.type, None
        while name in self._upcasts:
            name, values = self._upcasts[name](orjson.loads(data) if values is None else values)
        if values is not None and name in self._types:
            return self._types[name].model_validate_json(orjson.dumps(values))
        return Unknown(organisation_id=envelope.organisation_id, known_as=envelope.type, told_at=envelope.time)


def head_of(envelope: Envelope) -> dict[str, Any]:
    """The members of a stored event beside its data; ids and times still as they are."""
    cause = envelope.cause
    head: dict[str, Any] = {
        "specversion": "1.0",
        "id": envelope.id,
        "type": envelope.type,
        "subject": envelope.subject,
        "time": envelope.time,
        "dataschema": _schema_of(envelope.type),
        "datacontenttype": "application/json",
        "tenantid": envelope.organisation_id,
        "stream": envelope.stream,
        "sequence": envelope.sequence,
        "recordedtime": envelope.recorded_at,
        "correlationid": cause.correlation_id,
    }
    if cause.causation_id is not None:
        head["causationid"] = cause.causation_id
    if cause.traceparent is not None:
        head["traceparent"] = cause.traceparent
    if cause.actor is not None:
        head["actor"] = cause.actor
    return head


@cache
def _schema_of(name: str) -> str:
    return DATA_SCHEMA.format(type=name)


def envelope_of(head: Mapping[str, Any]) -> Envelope:
    """Reads the members `encode` writes, also as strings (Kafka headers are text). Raises KeyError or ValueError."""
    position = head.get("position")
    return Envelope(
        id=UUID(head["id"]),
        type=head["type"],
        subject=head["subject"],
        time=datetime.fromisoformat(head["time"]),
        organisation_id=OrganisationId(UUID(head["tenantid"])),
        stream=head["stream"],
        sequence=int(head["sequence"]),
        recorded_at=datetime.fromisoformat(head["recordedtime"]),
        cause=Cause(
            correlation_id=head["correlationid"],
            causation_id=head.get("causationid"),
            traceparent=head.get("traceparent"),
            actor=head.get("actor"),
        ),
        position=None if position is None else int(position),
        source=head.get("source"),
    )
