"""What people write on contacts, companies and pipeline records."""

from __future__ import annotations

from pydantic import JsonValue

from recado_events.event import Fact, Personal


class FieldEdit(Fact):
    field: str
    before: JsonValue = None
    after: JsonValue = None


class Edits(Personal):
    edits: tuple[FieldEdit, ...]


class NoteText(Personal):
    text: str
