"""Rates in PostgreSQL: taken in the transaction that claims, by the database's clock; no restart refills them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection
from recado_chassis.store import Conflict

from gateway.application.ports import Due
from gateway.domain.pace import PAIR_RATE, Rate

# `excluded.tokens` says what would be left of a full bucket: what is missing in it is what is taken.
SPEND = """
INSERT INTO rate_buckets AS kept (bucket, tokens, refilled_at)
SELECT name, %(burst)s - taken, clock_timestamp()
FROM unnest(%(names)s::text[], %(taken)s::double precision[]) AS spent (name, taken)
WHERE taken <= %(burst)s ORDER BY name
ON CONFLICT (bucket) DO UPDATE SET refilled_at = clock_timestamp(),
    tokens = level(kept, %(burst)s, %(rate)s) + excluded.tokens - %(burst)s
WHERE level(kept, %(burst)s, %(rate)s) + excluded.tokens >= %(burst)s
RETURNING 1
"""
FORGET_FULL = "DELETE FROM rate_buckets WHERE refilled_at < clock_timestamp() - make_interval(secs => %s)"


def spend(connection: Connection[Any], started: Sequence[Due], number_rate: Rate, phone_app_rate: Rate) -> None:
    """One token of each send's number and pair. Raises Conflict where a bucket has too few."""
    for is_on_phone_app, rate in ((False, number_rate), (True, phone_app_rate)):
        those = (one for one in started if one.is_on_phone_app == is_on_phone_app)
        _take(connection, (f"number:{one.phone_number_id}" for one in those), rate)
    _take(connection, (one.pair for one in started if one.pair is not None), PAIR_RATE)


def forget_full(connection: Connection[Any], number_rate: Rate) -> None:
    """A bucket that has had time to fill is as good as none."""
    longest = max(rate.burst / rate.per_second for rate in (PAIR_RATE, number_rate))
    connection.execute(FORGET_FULL, [longest + 60])


def _take(connection: Connection[Any], buckets: Iterable[str], rate: Rate) -> None:
    wanted = Counter(buckets)
    if not wanted:
        return
    values = {"names": list(wanted), "taken": list(wanted.values()), "burst": rate.burst, "rate": rate.per_second}
    taken = connection.execute(SPEND, values, prepare=True).fetchall()
    if len(taken) < len(wanted):
        raise Conflict("a rate is used up")
