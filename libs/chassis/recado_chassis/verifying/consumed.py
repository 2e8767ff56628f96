"""How far a service has read its topics, whether every record is accounted for, and in which order they took effect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from recado_chassis.consuming.decoding import Place
from recado_chassis.consuming.history import HISTORY
from recado_chassis.store import InboxRow
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_chassis.verifying.logs import Logged
from recado_chassis.verifying.topics import Contents

Topics = Mapping[str, Contents]


def figures(of: str, rows: Sequence[InboxRow], parked: Mapping[Place, int], topics: Topics) -> list[Figure]:
    """`parked` counts the records that wait of each partition, `topics` are those the service hears."""
    flowing = {(row.topic, row.partition): row for row in rows if row.partition != HISTORY}
    ends = {(name, number): end for name, each in topics.items() for number, end in each.ends.items()}
    outcomes = {name: sum(getattr(row, name) for row in flowing.values()) for name in _OUTCOMES}
    return [
        *(told(of, f"records {name}", count) for name, count in outcomes.items()),
        none_of(of, "partitions whose counts do not add up", _unbalanced(rows, topics)),
        none_of(of, "partitions not read to their end", _behind(flowing, ends)),
        none_of(of, "partitions read beyond their end", _beyond(flowing, ends)),
        none_of(of, "partitions that wait for an operator", (_shown(at) for at, row in flowing.items() if row.paused)),
        none_of(of, "partitions with more records parked than were counted", _uncounted(flowing, parked)),
    ]


_OUTCOMES = ("accepted", "refused", "duplicate", "parked")


def order(of: str, rows: Sequence[InboxRow], events: Iterable[Logged], topics: Topics) -> Figure:
    """Of each partition, the first effects of its records stand in the log in the records' order. One of which records
    were ever parked is left out: their release comes later."""
    flowing = {(row.topic, row.partition) for row in rows if not row.parked}
    places = _places(topics)
    last: defaultdict[Place, int] = defaultdict(lambda: -1)
    done: set[str] = set()
    turned = []
    for event in events:
        cause = event.causation
        if cause is None or cause in done or cause not in places:
            continue
        done.add(cause)
        place, offset = places[cause]
        if place in flowing and offset < last[place]:
            turned.append(f"{_shown(place)}/{offset}")
        last[place] = max(last[place], offset)
    return none_of(of, "records whose effects stand before those of earlier ones", turned)


def _places(topics: Topics) -> dict[str, tuple[Place, int]]:
    """By id, where a record stands first."""
    found: dict[str, tuple[Place, int]] = {}
    for name, contents in topics.items():
        for record in contents.records:
            found.setdefault(record.event_id, ((name, record.partition), record.offset))
    return found


def _unbalanced(rows: Sequence[InboxRow], topics: Topics) -> list[str]:
    """Where a partition began is known while Kafka still holds its beginning, and its history was not read first."""
    late = {row.topic for row in rows if row.partition == HISTORY}
    return [
        f"{_shown((row.topic, row.partition))}: {_counted(row)} of {row.next_offset}"
        for row in rows
        if row.topic not in late
        and row.topic in topics
        and topics[row.topic].firsts.get(row.partition) == 0
        and _counted(row) != row.next_offset
    ]


def _counted(row: InboxRow) -> int:
    return row.accepted + row.refused + row.duplicate + row.parked


def _behind(flowing: Mapping[Place, InboxRow], ends: Mapping[Place, int]) -> list[str]:
    stand = {place: row.next_offset for place, row in flowing.items()}
    return [
        f"{_shown(place)}: {stand.get(place, 0)} of {end}" for place, end in ends.items() if stand.get(place, 0) < end
    ]


def _beyond(flowing: Mapping[Place, InboxRow], ends: Mapping[Place, int]) -> list[str]:
    return [_shown(place) for place, row in flowing.items() if place in ends and row.next_offset > ends[place]]


def _uncounted(flowing: Mapping[Place, InboxRow], parked: Mapping[Place, int]) -> list[str]:
    return [_shown(place) for place, count in parked.items() if place not in flowing or flowing[place].parked < count]


def _shown(place: Place) -> str:
    return f"{place[0]}/{place[1]}"
