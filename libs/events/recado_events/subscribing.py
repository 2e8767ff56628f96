"""For subscribers of any topic of events: the type and the data that came become an event of the language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from recado_events.catalogue import EVENTS
from recado_events.event import Event


def event_of(name: str, data: bytes | str | Mapping[str, Any]) -> Event | None:
    """`name` is the type, `ce_type` in Kafka; `data` a record's value, or what stands under `data` in `GET /events`.

    None where this version does not know the type: pass it over. Raises pydantic's ValidationError where the data is
    not what the type promises.
    """
    known = EVENTS.get(name)
    if known is None:
        return None
    return known.model_validate_json(data if isinstance(data, bytes | str) else json.dumps(data))
