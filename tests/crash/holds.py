"""Credits held for a message, beside what the other services say became of it: no service sees all of that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import orjson
import psycopg
from recado_chassis.verifying.figures import Figure, none_of, told

_FACTS = "SELECT topic, state FROM stored_events WHERE topic = ANY(%s)"
RESERVED = "billing.credits-reserved.v1"
ENDS = ("billing.charge-posted.v1", "billing.hold-released.v1", "billing.hold-expired.v1")
RELEASED = "conversations.message-released.v1"
NOT_DELIVERED = {
    "conversations": ("conversations.message-withdrawn.v1", "conversations.message-failed.v1"),
    "gateway": ("gateway.message-rejected.v1",),
}


def figures(databases: Mapping[str, str]) -> Iterator[Figure]:
    held = {message["message_id"] for message in _told(databases["billing"], RESERVED)}
    ended = {message["message_id"] for message in _told(databases["billing"], *ENDS)}
    dead = {
        message["message_id"]
        for service, kinds in NOT_DELIVERED.items()
        for message in _told(databases[service], *kinds)
    }
    templates = {m["message_id"] for m in _told(databases["conversations"], RELEASED) if m.get("template")}
    yield from judged(held, ended, dead, templates)


def judged(held: set[str], ended: set[str], dead: set[str], templates: set[str]) -> Iterator[Figure]:
    """Messages: for which credits were reserved, whose hold ended, that will not be delivered, that are templates."""
    yield told("all", "template messages released", len(templates))
    yield told("all", "messages withdrawn, failed or rejected that had held credits", len(dead & held))
    yield none_of("all", "messages withdrawn, failed or rejected that still hold credits", dead & held - ended)
    yield none_of("all", "template messages released without credits reserved", templates - held)


def _told(dsn: str, *kinds: str) -> Iterator[Any]:
    with closing(psycopg.connect(dsn, autocommit=True)) as connection:
        for _, state in connection.execute(_FACTS, [list(kinds)]):
            yield orjson.loads(state)["data"]
