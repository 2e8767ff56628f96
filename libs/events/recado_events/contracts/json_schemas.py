"""JSON Schemas of what travels: open ones for readers, closed ones that say exactly what writers write.

Two schemas a type are what makes compatibility decidable. With one open schema every added member would count as a
break, because an open object might already hold a member of that name with another meaning.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from recado_events.envelope import DATA_SCHEMA

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
READERS = "schemas/readers/{type}.json"
WRITERS = "schemas/writers/{type}.json"
_BASE = DATA_SCHEMA.removesuffix(READERS)
_FIRST = ("title", "description", "type", "properties", "required", "additionalProperties")
_PERSONAL = "Everything personal of this event. Null once the subject's key is destroyed: be ready for it."


class _Readable(GenerateJsonSchema):
    """Without titles that only repeat a member's name."""

    schema_dialect = DIALECT

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


class _Writing(_Readable):
    """A writer writes every member, at every depth, also those that have a default.

    The setting `json_schema_serialization_defaults_required` says so for one model and not for those inside it.
    """

    def field_is_required(self, field: Any, total: bool) -> bool:
        return True


def reader_schema(name: str, model: type[BaseModel]) -> Schema:
    """What a reader of `name` accepts: members it does not know are allowed everywhere."""
    made = model.model_json_schema(mode="validation", schema_generator=_Readable)
    return _finished(READERS.format(type=name), made)


def writer_schema(name: str, model: type[BaseModel]) -> Schema:
    """What today's writer of `name` writes: every member, and no other."""
    made = model.model_json_schema(mode="serialization", schema_generator=_Writing)
    return _finished(WRITERS.format(type=name), closed(made))


def identifier(path: str) -> str:
    """The `$id` of the schema at `path`, which is relative to the folder of the contracts."""
    return _BASE + path


def closed(schema: Any) -> Any:
    """The same schema with no room for members it does not name."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {name: closed(part) for name, part in schema.items()}
    if parts.get("type") == "object" and "properties" in parts:
        parts.setdefault("additionalProperties", False)
    return parts


def _finished(path: str, made: Schema) -> Schema:
    if "personal" in made["properties"]:
        made["properties"]["personal"] = {"description": _PERSONAL, **made["properties"]["personal"]}
    body = {member: made[member] for member in _FIRST if member in made}
    definitions = {"$defs": made["$defs"]} if "$defs" in made else {}
    return {"$schema": DIALECT, "$id": identifier(path), **body, **definitions}
