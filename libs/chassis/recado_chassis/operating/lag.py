"""`recado lag`: whether a service keeps up, asked of Kafka and of its database."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from recado_chassis.operating.answers import AsJson, ServiceName, say, store_of, table, telling
from recado_chassis.operating.offsets import offsets
from recado_chassis.settings import KafkaSettings

_PROJECTIONS = "SELECT name, position FROM projections WHERE name !~ '_(next|old)$' ORDER BY name"


def lag(service: ServiceName, as_json: AsJson = False) -> None:
    """How many records of Kafka, and events of its own log, the service at RECADO_DATABASE has not worked off yet."""
    with telling():
        kafka = KafkaSettings.from_environment().kafka
    with store_of(service) as store:
        rows, end, parked = [row for row in store.inbox() if row.partition >= 0], store.end(), store.parked_count()
        ends = offsets(kafka, rows, "end")
        with store.connection() as connection:
            relayed = _relayed(connection)
            shown = dict(connection.execute(_PROJECTIONS).fetchall())
    partitions = [
        {
            "partition": f"{row.topic}/{row.partition}",
            "behind": max(0, ends[row.topic, row.partition] - row.next_offset),
            "paused": row.paused,
            "moved_at": row.moved_at,
        }
        for row in rows
    ]
    data = {
        "log_end": end,
        "relay": end - relayed,
        "projections": {name: end - position for name, position in shown.items()},
        "parked": parked,
        "partitions": partitions,
    }
    say(data, _told(data), as_json)


def _relayed(connection: Connection[Any]) -> int:
    row = connection.execute("SELECT position FROM relay").fetchone()
    return row[0] if row else 0


def _told(data: dict[str, Any]) -> str:
    own = [
        ("relay", data["relay"], "events of the log not published yet"),
        *((f"view {name}", behind, "events not shown yet") for name, behind in data["projections"].items()),
        ("parked", data["parked"], "records that wait for a person"),
    ]
    behind = [each for each in data["partitions"] if each["behind"] or each["paused"]]
    read = [(each["partition"], each["behind"], each["paused"] or "records not read yet") for each in behind]
    even = len(data["partitions"]) - len(behind)
    return f"{table(('what', 'behind', 'of'), [*own, *read], '')}\n{even} partitions are read to their end"
