"""The CloudEvents attributes of every record: as Kafka headers, and as members of the structured form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recado_events.contracts.json_schemas import DIALECT, identifier

STRUCTURED = "schemas/cloudevent.json"
"""Where the schema of the structured form stands: what `GET /events` serves and what the examples show."""


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    schema: dict[str, Any]
    description: str
    required: bool = True
    of_logs: bool = False
    """Events of a log have it; inbound records, which have no log, do not."""


def _text(**more: Any) -> dict[str, Any]:
    return {"type": "string", **more}


_ID = _text(format="uuid")
_MOMENT = _text(format="date-time")
_URI = _text(format="uri-reference")
_COUNT = {"type": "integer", "minimum": 1}

ATTRIBUTES = (
    Attribute("specversion", _text(const="1.0"), "CloudEvents 1.0."),
    Attribute("id", _ID, "The event's own id; the same whenever it is published or served again."),
    Attribute("type", _text(), "What happened, with the major version of its data: `<context>.<event>.v<major>`."),
    Attribute("source", _URI, "`/recado/<service>/<log>`. A restored database is a new log."),
    Attribute("subject", _text(), "Whom or what it is about: the unit that is isolated when handling fails."),
    Attribute("time", _MOMENT, "When it happened."),
    Attribute("tenantid", _ID, "The organisation; absent where nobody here serves the number.", required=False),
    Attribute("stream", _text(), "The stream it was appended to.", of_logs=True),
    Attribute("sequence", _COUNT, "Its version in that stream. Private events leave holes.", of_logs=True),
    Attribute("position", _COUNT, "Its place in the owner's log. Private events leave holes.", of_logs=True),
    Attribute("correlationid", _text(), "The same for everything that one request or message set off."),
    Attribute("causationid", _text(), "The event or command that directly led to it.", required=False),
    Attribute("traceparent", _text(), "W3C trace context.", required=False),
    Attribute("actor", _ID, "User id of the person who asked; absent where a machine reacted.", required=False),
    Attribute("recordedtime", _MOMENT, "When it was stored.", of_logs=True),
    Attribute("dataschema", _URI, "The readers' schema of the data."),
)  # fmt: skip


def headers(of_log: bool) -> dict[str, Any]:
    """Schema of the Kafka headers (binary mode): all are text, numbers too. `traceparent` has no prefix."""
    mine = [attribute for attribute in ATTRIBUTES if of_log or not attribute.of_logs]
    properties = {_header(one.name): _as_text(one) for one in mine}
    return {
        "type": "object",
        "properties": {"content-type": _text(const="application/json"), **properties},
        "required": ["content-type", *(_header(one.name) for one in mine if one.required)],
    }


def structured() -> dict[str, Any]:
    """Schema of an event in the structured form. Later versions may add attributes."""
    properties = {one.name: {"description": one.description, **one.schema} for one in ATTRIBUTES}
    return {
        "$schema": DIALECT,
        "$id": identifier(STRUCTURED),
        "title": "CloudEvent",
        "description": "An event as the owner's `GET /events` serves it: CloudEvents 1.0 in JSON.",
        "type": "object",
        "properties": {
            **properties,
            "datacontenttype": _text(const="application/json"),
            "data": {"type": "object", "description": "What happened, as the schema of `type` says."},
        },
        "required": [*(one.name for one in ATTRIBUTES if one.required), "datacontenttype", "data"],
    }


def _header(name: str) -> str:
    return name if name == "traceparent" else f"ce_{name}"


def _as_text(one: Attribute) -> dict[str, Any]:
    if one.schema["type"] == "integer":
        return {"description": one.description, "type": "string", "pattern": "^[0-9]+$"}
    return {"description": one.description, **one.schema}
