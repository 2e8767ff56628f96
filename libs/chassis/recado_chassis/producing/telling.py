"""What of a log is told to others, and under which key: stored rows in, records out, bytes unchanged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from string import Formatter
from typing import Any, NamedTuple

import orjson
from recado_events.event import Event

from recado_chassis.mapper import Mapper
from recado_chassis.producing.headers import stored_headers
from recado_chassis.producing.records import Record

OF_THE_CHASSIS = "chassis."
"""Types that the chassis itself records in any service's log. They are nobody else's business."""

Key = Callable[[Mapping[str, Any], bytes], bytes]
"""The Kafka key of an event, from its stored metadata and data."""


class UnknownType(Exception):
    """The log holds a type this program does not know. It may have to be published, so it is not passed over."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the log holds {name}, which this release does not know: let a newer release relay it")


class Row(NamedTuple):
    """An event of the log, as far as publishing needs it."""

    position: int
    type: str
    state: bytes


class Telling:
    """Private types never leave: only those of `tells` do, and older versions that become one of them."""

    def __init__(self, topic: str, mapper: Mapper, tells: Sequence[type[Event]]) -> None:
        self._topic = topic
        self._mapper = mapper
        self._tells = frozenset(tells)
        self._keys: dict[str, Key | None] = {event.TYPE: key_of(event) for event in tells}

    def records(self, rows: Iterable[Row], source: str) -> list[Record]:
        """The published ones among the rows, in order. Raises UnknownType."""
        records: list[Record] = []
        for position, name, state in rows:
            key = self._keys[name] if name in self._keys else self._learn(name, state)
            if key is None:
                continue
            head, data = self._mapper.split(state)
            records.append(Record(self._topic, key(head, data), data, stored_headers(head, position, source)))
        return records

    def _learn(self, name: str, state: bytes) -> Key | None:
        if name.startswith(OF_THE_CHASSIS):
            self._keys[name] = None
            return None
        if not self._mapper.knows(name):
            raise UnknownType(name)
        published = type(self._mapper.decode(state).event) in self._tells
        self._keys[name] = self._key_of_older if published else None
        return self._keys[name]

    def _key_of_older(self, head: Mapping[str, Any], data: bytes) -> bytes:
        """Its fields may have had other names: it is brought to the present version first."""
        state = b'%s,"data":%s}' % (orjson.dumps(head)[:-1], data)
        return self._mapper.decode(state).event.key.encode()


def key_of(event: type[Event]) -> Key:
    """Without making the event: publishing it would cost three times as much."""
    template = event.KEY
    if [name for _, name, _, _ in Formatter().parse(template) if name] == ["organisation_id"]:
        return lambda head, _: template.format(organisation_id=head["tenantid"]).encode()

    def key(_: Mapping[str, Any], data: bytes) -> bytes:
        return template.format_map(orjson.loads(data)).encode()

    return key
