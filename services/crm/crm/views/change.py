"""A change of a row, and what all changes of contacts have in common."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recado_events.crm import OfCompany, OfContact, OfPipelineRecord


@dataclass(frozen=True, slots=True)
class Change:
    """The name of a statement, and its values by name."""

    statement: str
    values: dict[str, Any]


Changes = Iterator[Change]


def of_contact(event: OfContact, statement: str, **values: Any) -> Change:
    return Change(statement, {"contact_id": event.contact_id, "organisation_id": event.organisation_id, **values})


def of_entry(event: OfCompany | OfPipelineRecord, entry_id: object, statement: str, **values: Any) -> Change:
    """`entry_id`: the company's or the pipeline record's."""
    return Change(statement, {"entry_id": entry_id, "organisation_id": event.organisation_id, **values})


def as_json(value: Any) -> bytes:
    """Whatever was told, unchanged: PostgreSQL's text and jsonb have no NUL, bytes do."""
    return json.dumps(value, ensure_ascii=False).encode()
