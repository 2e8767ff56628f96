"""What a service has told beside what its log holds: every published event, in order, unchanged, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from recado_chassis.producing.headers import source_of
from recado_chassis.producing.telling import Row, Telling
from recado_chassis.service import Service
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_chassis.verifying.logs import Logged
from recado_chassis.verifying.topics import Contents, OnTopic, digest_of


def figures(service: Service, topic: str, log: str, events: Iterable[Logged], contents: Contents) -> list[Figure]:
    """`topic` is the catalogue's name of it, `log` the id of the log's present incarnation."""
    expected = _expected(service, topic, log, events)
    ours = [record for record in contents.records if record.log == log]
    seen = {record.position for record in ours}
    oldest = min(seen, default=0) if any(contents.firsts.values()) else 0
    changed = [each for each in ours if expected.get(each.position, each.digest) != each.digest]
    of = service.name
    return [
        told(of, "events published", len(expected)),
        told(of, "records of its topic", len(contents.records)),
        told(of, "records published again", len(ours) - len(seen)),
        told(of, "records of former or other logs", len(contents.records) - len(ours)),
        none_of(of, "published events missing on the topic", (at for at in expected if at not in seen and at > oldest)),
        none_of(
            of, "records that no event stands for", (each.position for each in ours if each.position not in expected)
        ),
        none_of(of, "records that differ from their event", (each.position for each in changed)),
        none_of(of, "records first told after later ones", _late(ours)),
        none_of(of, "keys told in more than one partition", _scattered(ours)),
    ]


def _expected(service: Service, topic: str, log: str, events: Iterable[Logged]) -> Mapping[int, bytes]:
    """By position, what the relay makes of each event."""
    telling, source = Telling(topic, service.streams.mapper, service.tells), source_of(service.name, log)
    return {
        event.position: digest_of(record.key, record.value, record.headers)
        for event in events
        for record in telling.records([Row(event.position, event.type, event.state)], source)
    }


def _late(records: Iterable[OnTopic]) -> list[str]:
    """Consumers drop what is not above the last position of its partition: what comes first after a later one is lost
    to them."""
    seen: defaultdict[int, set[int]] = defaultdict(set)
    highest: defaultdict[int, int] = defaultdict(int)
    late = []
    for each in records:
        if each.position < highest[each.partition] and each.position not in seen[each.partition]:
            late.append(f"{each.partition}/{each.offset}")
        seen[each.partition].add(each.position)
        highest[each.partition] = max(highest[each.partition], each.position)
    return late


def _scattered(records: Iterable[OnTopic]) -> list[str]:
    partitions: defaultdict[bytes, set[int]] = defaultdict(set)
    for each in records:
        partitions[each.key].add(each.partition)
    return [key.decode(errors="replace") for key, found in partitions.items() if len(found) > 1]
