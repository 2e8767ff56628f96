"""One example of every type, and more where data takes several shapes. Each is written once and then kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from recado_events.catalogue import TOPICS, Topic
from recado_events.contracts import story
from recado_events.contracts.filling import ValueMissing, filled
from recado_events.contracts.raw_updates import QUARANTINED, RAW_UPDATES
from recado_events.contracts.values import BY_EVENT
from recado_events.contracts.variants import VARIANTS
from recado_events.envelope import DATA_SCHEMA
from recado_events.event import Event
from recado_events.inbound import InboundUpdate

Example = dict[str, Any]
Make = Callable[[], Example]

MAIN = "examples/{type}.json"
VARIANT = "examples/{type}/{name}.json"
_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an example stands in the log of its owner."""

    kind: type[Event]
    owner: str
    position: int
    sequence: int

    @property
    def moment(self) -> datetime:
        return story.START + timedelta(minutes=self.position)


def examples() -> dict[str, Make]:
    """Path relative to the folder of the contracts → what makes the whole CloudEvent in the structured form.

    Made only on demand: an example that stands needs no values any more, whatever becomes of the story.
    """
    planned: dict[str, Make] = {}
    for topic in TOPICS:
        for place in _places(topic):
            planned |= _of_event(place)
        for name in topic.raw_types:
            planned |= _of_raw_type(str(name))
    return planned


def _places(topic: Topic) -> Iterable[_Place]:
    streams: list[tuple[Any, ...]] = []
    for position, kind in enumerate(topic.events, start=1):
        own = BY_EVENT.get(kind, {})
        streams.append((kind.STREAM, own.get("message_id"), own.get("customer_id")))
        yield _Place(kind, topic.owner, position, sequence=streams.count(streams[-1]))


def _of_event(place: _Place) -> Iterable[tuple[str, Make]]:
    name = place.kind.TYPE
    yield MAIN.format(type=name), partial(_told, place, {})
    for variant, changes in VARIANTS.get(place.kind, {}).items():
        yield VARIANT.format(type=name, name=variant), partial(_told, place, changes)


def _of_raw_type(name: str) -> Iterable[tuple[str, Make]]:
    yield MAIN.format(type=name), partial(_passed_on, name, RAW_UPDATES.get(name, {}))
    if name in QUARANTINED:
        yield VARIANT.format(type=name, name="quarantined"), partial(_passed_on, name, QUARANTINED[name])


def _told(place: _Place, changes: Mapping[str, Any]) -> Example:
    event = filled(place.kind, place.moment, changes)
    asked_by = next((value for name, value in event if name.endswith("_by") and isinstance(value, UUID)), None)
    return {
        "specversion": "1.0",
        "id": str(story.uuid7(place.moment, event.TYPE)),
        "type": event.TYPE,
        "source": f"/recado/{place.owner}/{story.uuid7(story.START, f'log of {place.owner}')}",
        "subject": event.subject,
        "time": _text(event.happened_at),
        "tenantid": str(event.organisation_id),
        "stream": event.stream,
        "sequence": place.sequence,
        "position": place.position,
        "correlationid": str(story.uuid7(story.START, "the story")),
        "causationid": str(story.uuid7(place.moment, f"why {event.TYPE}")),
        "traceparent": _TRACE,
        **({"actor": str(asked_by)} if asked_by else {}),
        "recordedtime": _text(place.moment + timedelta(seconds=3)),
        **_data(event.TYPE, event),
    }


def _passed_on(name: str, values: Mapping[str, Any]) -> Example:
    if not values:
        raise ValueMissing(f"{name} has no example: add one to RAW_UPDATES in recado_events/contracts/raw_updates.py")
    received = story.START + timedelta(seconds=2)
    update = InboundUpdate(received_at=int(received.timestamp() * 1_000_000), **values)
    return {
        "specversion": "1.0",
        "id": str(story.uuid7(received, name)),
        "type": name,
        "source": "/recado/gateway",
        "subject": sha256(f"alias of {name}".encode()).hexdigest(),
        "time": _text(received),
        **({"tenantid": str(update.organisation_id)} if update.organisation_id else {}),
        "correlationid": str(story.uuid7(story.START, "the story")),
        "traceparent": _TRACE,
        **_data(name, update),
    }


def _data(name: str, model: BaseModel) -> dict[str, Any]:
    schema = DATA_SCHEMA.format(type=name)
    return {"dataschema": schema, "datacontenttype": "application/json", "data": model.model_dump(mode="json")}


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
