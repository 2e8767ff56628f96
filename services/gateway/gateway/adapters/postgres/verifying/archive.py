"""Every update that we acknowledged stands in the archive as it came."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psycopg import Connection
from recado_chassis.verifying.evidence import Json
from recado_chassis.verifying.figures import Figure, none_of

_LISTS: Mapping[str, Sequence[str]] = {
    "messages": ("messages", "statuses", "errors"),
    "smb_message_echoes": ("message_echoes", "errors"),
    "user_preferences": ("user_preferences", "errors"),
    "history": ("history", "messages", "errors"),
}
"""By field: the lists whose elements are updates of their own; every other change is one as a whole."""


def figure(of: str, connection: Connection[Any], taken: Sequence[Json]) -> Figure:
    kept = set()
    for (value,) in connection.execute("SELECT value FROM inbound_archive"):
        try:
            kept.add(_canonical(json.loads(value).get("update")))
        except (ValueError, TypeError, AttributeError, RecursionError):
            continue  # what is no update was not taken from any body
    missing = [name for name, update in _updates(taken) if _canonical(update) not in kept]
    return none_of(of, "acknowledged updates missing in the archive", missing)


def _updates(bodies: Sequence[Json]) -> Iterator[tuple[str, Any]]:
    """Each with a place that names nobody."""
    for number, body in enumerate(bodies):
        for entry in body.get("entry", ()):
            for change in entry.get("changes", ()):
                field, value = change["field"], change["value"]
                lists = [name for name in _LISTS.get(field, ()) if name in value]
                if not lists:
                    yield f"{field} of webhook {number}", value
                yield from ((f"{name} of webhook {number}", each) for name in lists for each in value[name])


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
