"""What the catalogue says of each type, in the plain words that documents, tables and the machine's copy share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from recado_events.catalogue import TOPICS, Topic
from recado_events.event import Event
from recado_events.inbound import InboundUpdate


@dataclass(frozen=True, slots=True)
class Entry:
    """One type of one topic."""

    name: str
    """The CloudEvents type."""
    model: type[BaseModel]
    title: str
    summary: str
    """One sentence or more on one line."""


def entries(topic: Topic) -> tuple[Entry, ...]:
    """The topic's types in the catalogue's order."""
    told = [Entry(event.TYPE, event, event.__name__, _summary(event)) for event in topic.events]
    raw = [Entry(str(name), InboundUpdate, "InboundUpdate", _RAW[str(name)]) for name in topic.raw_types]
    return (*told, *raw)


def types() -> dict[str, Entry]:
    """Every type that travels, once."""
    return {entry.name: entry for topic in TOPICS for entry in entries(topic)}


def short_name(topic: Topic) -> str:
    """`gateway` for `recado.gateway.v1`; a second version keeps its own: `gateway.v2`."""
    return topic.name.removeprefix("recado.").removesuffix(".v1")


def catalogue() -> dict[str, Any]:
    """The catalogue as data: what a program that cannot import Python needs, and what a release freezes."""
    return {"topics": [_topic(topic) for topic in TOPICS]}


def _topic(topic: Topic) -> dict[str, Any]:
    return {
        "name": topic.name,
        "owner": topic.owner,
        "summary": topic.summary,
        "key": topic.key,
        "partitions": topic.partitions,
        "retention_ms": int(topic.retention.total_seconds() * 1000),
        "max_message_bytes": topic.max_message_bytes,
        "data_class": topic.data_class,
        "types": [_type(entry) for entry in entries(topic)],
    }


def _type(entry: Entry) -> dict[str, str]:
    if not issubclass(entry.model, Event):
        return {"type": entry.name}
    event = entry.model
    return {"type": entry.name, "stream": event.STREAM, "subject": event.SUBJECT, "key": event.KEY, "time": event.TIME}


def _summary(event: type[Event]) -> str:
    if event.__doc__:
        return " ".join(event.__doc__.split("\n\n")[0].split())
    words = re.findall(r"[A-Z][a-z]*", event.__name__)
    return " ".join(words).capitalize() + "."


_RAW = {
    "inbound.message.v1": "A message, reaction, edit or revoke of a customer, as Meta sent it.",
    "inbound.status.v1": "What became of a message that was sent: Meta's status.",
    "inbound.echo.v1": "A message the business sent from the phone app.",
    "inbound.preference.v1": "A customer stopped or resumed marketing messages.",
    "inbound.history.v1": "Messages from before the number was connected.",
    "inbound.error.v1": "An error Meta reports without a message.",
    "inbound.field.v1": "Any other update: account, template, phone number, security, or a field not known yet.",
}
