"""A service's log against its own rules, and ways to read it for whoever checks more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, LiteralString, NamedTuple, cast

import orjson
import psycopg
from psycopg import Connection, errors

from recado_chassis.mapper import Mapper, Recorded
from recado_chassis.verifying.figures import Figure, none_of, told

PAGE = 2_000
_GAPS = """
SELECT originator_id FROM stored_events GROUP BY originator_id
HAVING min(originator_version) <> 1 OR max(originator_version) <> count(*)
"""
_FALLING = """
SELECT originator_id, originator_version FROM (
    SELECT *, lag(notification_id) OVER (PARTITION BY originator_id ORDER BY originator_version) AS before
    FROM stored_events
) AS e WHERE notification_id <= before
"""
_COUNT = "SELECT count(*) FROM stored_events"
_CHANGES: tuple[LiteralString, ...] = (
    "UPDATE stored_events SET topic = topic WHERE false",
    "DELETE FROM stored_events WHERE false",
)
_PAGE = """
SELECT notification_id, originator_id, topic, state, xmin::text AS transaction FROM stored_events
WHERE notification_id > %s ORDER BY notification_id LIMIT %s
"""
_DATA = b',"data":'


class Logged(NamedTuple):
    """An event as it is stored. `transaction` is the one that wrote it; `causation` the record it is an effect of."""

    position: int
    stream: str
    type: str
    state: bytes
    transaction: str

    @property
    def causation(self) -> str | None:
        head: dict[str, Any] = orjson.loads(self.state[: self.state.index(_DATA)] + b"}")
        return head.get("causationid")


def figures(of: str, connection: Connection[Any]) -> list[Figure]:
    (count,) = connection.execute(_COUNT).fetchone() or (0,)
    return [
        told(of, "events", count),
        none_of(of, "streams whose versions are not 1 to n", _rows(connection, _GAPS)),
        none_of(of, "events that stand before earlier ones of their stream", _rows(connection, _FALLING)),
        none_of(of, "statements that could change history", _open_ways(connection)),
    ]


def logged(connection: Connection[Any], after: int = 0) -> Iterator[Logged]:
    """The log in order."""
    while True:
        page = connection.execute(_PAGE, [after, PAGE]).fetchall()
        yield from (Logged(position, stream, kind, bytes(state), by) for position, stream, kind, state, by in page)
        if len(page) < PAGE:
            return
        after = page[-1][0]


def recorded(connection: Connection[Any], mapper: Mapper, after: int = 0) -> Iterator[Recorded]:
    """The log in order, as its events."""
    return (mapper.decode(each.state, each.position) for each in logged(connection, after))


def time_of(connection: Connection[Any]) -> datetime:
    """By the database's clock."""
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    return cast(datetime, row and row[0])


def repeated_effects(connection: Connection[Any], *, but: str | tuple[str, ...] = " ") -> list[str]:
    """Records that had effects in more than one transaction. Streams whose names begin with `but`, or with one of it,
    are left out: theirs go on for the same cause."""
    transactions: defaultdict[str, set[str]] = defaultdict(set)
    for each in logged(connection):
        cause = None if each.stream.startswith(but) else each.causation
        if cause is not None:
            transactions[cause].add(each.transaction)
    return [cause for cause, written in transactions.items() if len(written) > 1]


def _rows(connection: Connection[Any], query: LiteralString) -> Sequence[str]:
    return [" ".join(map(str, row)) for row in connection.execute(query)]


def _open_ways(connection: Connection[Any]) -> list[str]:
    """The trigger refuses statements, also those that would find no row."""
    found = []
    for statement in _CHANGES:
        try:
            with connection.transaction(force_rollback=True):
                connection.execute(statement)
            found.append(statement.split(" ", 1)[0])
        except (errors.RaiseException, errors.InsufficientPrivilege):
            continue
        except psycopg.Error as error:
            found.append(f"{statement.split(' ', 1)[0]} {type(error).__name__}")
    return found
