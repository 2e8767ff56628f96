"""What an organisation has behind it when a bench asks it questions: its people, its records, and the words of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from typing import Any, ClassVar
from uuid import UUID

from psycopg import Connection

from tests.bench.loading import Row, copied

FIRST = ("João", "Áurea", "Zoë", "Rita", "Luís", "Inês", "Marta", "Davi", "Íris", "Ana")
AT_STAGES = (80, 15, 4, 1)
"""How many of a hundred pipeline records are at each."""
_AT_ONCE = 2_000
Make = Callable[[int, dict[str, list[Row]]], None]


@dataclass
class Past:
    """The same each time, but for when it was."""

    SEED: ClassVar[int]

    count: int
    """Of its contacts."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.random = Random(self.SEED)
        self.organisation = self._id()
        self.users = [self._id() for _ in range(20)]
        self.vocabulary = ["".join(self.random.choices("aeioubcdlmnprst", k=4 + n % 7)) for n in range(20_000)]
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.vocabulary))))
        self.contacts = [self._id() for _ in range(self.count)]
        self.companies = [self._id() for _ in range(self.count // 20 + 2)]
        self.stages = [self._id() for _ in AT_STAGES]

    def load(self, dsn: str) -> None:
        """Into a database that nothing is in."""
        raise NotImplementedError

    def _copy(self, connection: Connection[Any], columns: Mapping[str, str], count: int, make: Make) -> None:
        """`make` puts the rows of a number below `count` under the names of their tables."""
        for start in range(0, count, _AT_ONCE):
            rows: dict[str, list[Row]] = {table: [] for table in columns}
            for number in range(start, min(start + _AT_ONCE, count)):
                make(number, rows)
            for table, named in columns.items():
                copied(connection, table, named, rows[table])

    def _words(self, count: int) -> str:
        """A few of them are frequent, most are rare."""
        return " ".join(self.random.choices(self.vocabulary, cum_weights=self._weights, k=count))

    def _id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128))
