"""One page of the log into the tables of a projection, in one transaction with how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from recado_chassis.following.projection_tables import Progress, enter, fingerprint, move, progress
from recado_chassis.following.untiring import Stuck
from recado_chassis.mapper import Mapper, Placed
from recado_chassis.service import Projection
from recado_chassis.store import EventRow
from recado_chassis.storing.postgres_pipeline import pipeline


class MustBeRebuilt(Stuck):
    """The tables are not those this program writes. The message says what to do."""


def standing(connection: Connection[Any], projection: Projection, name: str, *, lock: bool = False) -> Progress:
    """How far the tables under `name` are. Raises MustBeRebuilt where they are missing or another program's."""
    found = progress(connection, name, lock=lock)
    if found is None:
        raise MustBeRebuilt(f"the tables of {name} are missing: run `recado migrate`")
    if found.fingerprint != fingerprint(projection):
        raise MustBeRebuilt(f"the tables of {name} were made by other statements: run `recado rebuild` for it")
    return found


def fold(
    connection: Connection[Any],
    projection: Projection,
    mapper: Mapper,
    page: Sequence[EventRow],
    *,
    after: int,
    name: str | None = None,
) -> int:
    """Folds the page that follows position `after` into the tables under `name` (the projection's own by default).

    Answers the position they now show. Where they show another one than `after`, nothing is written: somebody else
    folded meanwhile, or a rebuild took their place.
    """
    name = name or projection.name
    with pipeline(connection), connection.transaction():
        found = standing(connection, projection, name, lock=True)
        if found.position != after or not page:
            return found.position
        enter(connection, name)
        # Without the log's incarnation: a rebuild after a restore must give the same rows.
        told = [Placed(mapper.fact(row.type, row.state), row.position or 0, row.recorded_at) for row in page]
        projection.write(connection, told)
        reached = page[-1].position or after
        move(connection, name, reached)
        return reached
