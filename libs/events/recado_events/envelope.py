"""The envelope every record travels in: CloudEvents 1.0, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recado_events.ids import OrganisationId


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is done: the ids that tie facts, logs and traces of one story together."""

    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    actor: str | None = None
    """User id of the person who asked, or None where a machine reacts."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an event's metadata says. `position` and `source` are the owner's log's; None before it is stored."""

    id: UUID
    type: str
    subject: str
    time: datetime
    organisation_id: OrganisationId
    stream: str
    sequence: int
    recorded_at: datetime
    cause: Cause
    position: int | None = None
    source: str | None = None
    """`/recado/<service>/<log>`; the last part is the log's incarnation."""


DATA_SCHEMA = "https://recado.dev/contracts/schemas/readers/{type}.json"
"""Template of `ce_dataschema`; the same path of the repository holds the file. It is the open schema, for readers."""
