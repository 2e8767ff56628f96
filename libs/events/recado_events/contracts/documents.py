"""Everything under the folder of the contracts that follows from the catalogue, as texts by path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from recado_events.contracts import asyncapi, yaml
from recado_events.contracts.attributes import STRUCTURED, structured
from recado_events.contracts.json_schemas import READERS, WRITERS, reader_schema, writer_schema
from recado_events.contracts.listing import catalogue, types

CATALOGUE = "catalogue.json"
ASYNCAPI = "asyncapi.yaml"


def documents(examples: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    """Path relative to the folder → text. `examples`: type → its example, as committed."""
    return {
        **schemas(),
        STRUCTURED: as_json(structured()),
        CATALOGUE: as_json(catalogue()),
        ASYNCAPI: yaml.dump(asyncapi.document(examples)),
    }


def schemas() -> dict[str, str]:
    """The readers' and the writers' schema of every type."""
    made: dict[str, str] = {}
    for name, entry in types().items():
        made[READERS.format(type=name)] = as_json(reader_schema(name, entry.model))
        made[WRITERS.format(type=name)] = as_json(writer_schema(name, entry.model))
    return made


def as_json(value: Any) -> str:
    """Two spaces, members in the order given, every alphabet as itself, a line feed at the end."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
