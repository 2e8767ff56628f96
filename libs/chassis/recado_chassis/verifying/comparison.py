"""All figures of an installation, taken while nothing moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from psycopg import Connection
from recado_events.catalogue import topic_of

from recado_chassis.consuming.decoding import Place
from recado_chassis.mapper import Recorded
from recado_chassis.storing.postgres_connections import SET_UP, connect, translated
from recado_chassis.verifying import consumed, logs, published, views
from recado_chassis.verifying.evidence import Evidence, ToldLog
from recado_chassis.verifying.figures import Figure
from recado_chassis.verifying.sites import Site, site, told_by
from recado_chassis.verifying.topics import Contents, read

_PARKED = "SELECT topic, partition, count(*) FROM parked GROUP BY topic, partition"
_RELAYED = "SELECT position FROM relay"
_SHOWN = "SELECT position FROM projections WHERE name = %s"


def compare(endpoints: Mapping[str, Any], folder: Path, evidence: Evidence, *, parked: int = 0) -> list[Figure]:
    """`folder` is where the endpoints were written; so many records are known to be `parked`. Raises what the stores,
    Kafka and the services' settings raise."""
    with ExitStack() as stack:
        sites = [stack.enter_context(site(name, told_by(folder, name, endpoints))) for name in endpoints["databases"]]
        evidence = replace(
            evidence, logs={each.name: ToldLog(each.store.end(), partial(_told, each)) for each in sites}
        )
        names = {each.prefix + topic for each in sites for topic in _topics_of(each)}
        contents = read(endpoints["kafka"], sorted(names))
        figures = [figure for each in sites for figure in _of(each, contents, evidence)]
        waiting = sum(each.store.parked_count() for each in sites)
        return [*figures, Figure("all", "records parked", waiting, parked)]


def _topics_of(each: Site) -> set[str]:
    return {hears.topic.name for hears in each.service.hears} | {topic_of(each.name).name}


def _told(each: Site, after: int) -> Iterator[Recorded]:
    tells = frozenset(each.service.tells)
    with translated(), closing(connect(each.dsn, "verify", SET_UP)) as connection:
        for one in logs.recorded(connection, each.service.streams.mapper, after):
            if type(one.event) in tells:
                yield one


def _of(each: Site, contents: Mapping[str, Contents], evidence: Evidence) -> Iterator[Figure]:
    own, heard = topic_of(each.name).name, {each.prefix + hears.topic.name for hears in each.service.hears}
    topics = {name: contents[name] for name in heard if name in contents}
    with translated(), closing(connect(each.dsn, "verify", SET_UP)) as connection:
        yield from logs.figures(each.name, connection)
        yield from at_rest(each, connection)
        rows, parked = each.store.inbox(), _parked(connection)
        yield from consumed.figures(each.name, rows, parked, topics)
        yield consumed.order(each.name, rows, logs.logged(connection), topics)
        told, log = contents.get(each.prefix + own, Contents()), each.store.log_id()
        yield from published.figures(each.service, own, log, logs.logged(connection), told)
        for projection in each.service.shows:
            yield views.figure(each.name, each.dsn, projection, each.service.streams.mapper)
        yield from each.checked(connection, evidence)


def at_rest(each: Site, connection: Connection[Any]) -> Iterator[Figure]:
    end = each.store.end()
    yield Figure(each.name, "events not published yet", end - _position(connection, _RELAYED))
    for projection in each.service.shows:
        shown = _position(connection, _SHOWN, projection.name)
        yield Figure(each.name, f"events that view {projection.name} does not show yet", end - shown)


def _position(connection: Connection[Any], query: str, *values: str) -> int:
    row = connection.execute(query.encode(), values).fetchone()
    return int(row[0]) if row else 0


def _parked(connection: Connection[Any]) -> Mapping[Place, int]:
    return Counter({(topic, partition): count for topic, partition, count in connection.execute(_PARKED)})
