"""A small read model: how many books stand on each shelf, and which came last."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, LiteralString

from psycopg import Connection
from recado_chassis.mapper import Mapper, Placed
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.store import Store
from recado_chassis.streams import Streams
from recado_chassis.work import Fold, Work
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import OrganisationId

from tests.libs.chassis.store.rows import NOON, ORGANISATION


class BookShelved(Event):
    TYPE: ClassVar[str] = "tests.book-shelved.v1"
    STREAM: ClassVar[str] = "shelf-{shelf}"
    SUBJECT: ClassVar[str] = "{shelf}"
    KEY: ClassVar[str] = "{shelf}"

    shelf: str
    number: int
    shelved_at: datetime


MAPPER = Mapper([BookShelved])
COUNTING: Fold[int] = Fold(0, lambda count, _: count + 1)


COUNT = """
INSERT INTO counts AS c SELECT * FROM unnest(%b::text[], %b::integer[])
ON CONFLICT (shelf) DO UPDATE SET books = c.books + excluded.books
"""
PUT = """
INSERT INTO latest SELECT * FROM unnest(%b::text[], %b::integer[], %b::timestamptz[])
ON CONFLICT (shelf) DO UPDATE SET number = excluded.number, recorded_at = excluded.recorded_at
"""


class Shelves:
    name = "shelves"
    ddl: LiteralString = """
    CREATE TABLE counts (shelf text PRIMARY KEY, books integer NOT NULL);
    CREATE TABLE latest (shelf text PRIMARY KEY, number integer NOT NULL, recorded_at timestamptz NOT NULL);
    """

    def write(self, connection: Connection[Any], page: Sequence[Placed]) -> None:
        """One statement a table, however many events."""
        counts: Counter[str] = Counter()
        latest: dict[str, tuple[int, datetime]] = {}
        for event, _, recorded_at in page:
            if isinstance(event, BookShelved):
                counts[event.shelf] += 1
                latest[event.shelf] = (event.number, recorded_at)
        connection.execute(COUNT, [list(counts), list(counts.values())])
        numbers, times = ([values[place] for values in latest.values()] for place in (0, 1))
        connection.execute(PUT, [list(latest), numbers, times])


class Shelving:
    """Puts books on shelves, through the seam that services use."""

    def __init__(self, store: Store) -> None:
        clock = SystemClock()
        self._streams = Streams(store, MAPPER, clock, Uuid7(clock))

    def shelve(self, shelves: Iterable[str]) -> int:
        """One transaction; answers its position."""

        def decide(work: Work) -> None:
            for shelf in shelves:
                number = work.state(f"shelf-{shelf}", COUNTING) + 1
                book = BookShelved(
                    organisation_id=OrganisationId(ORGANISATION), shelf=shelf, number=number, shelved_at=NOON
                )
                work.record([book], Cause("tests"))

        return self._streams.transact(decide).position
