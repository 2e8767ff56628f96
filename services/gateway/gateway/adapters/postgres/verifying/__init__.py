"""The gateway's own figures for `recado verify`: what it says it sent and kept, beside what Meta says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import Connection
from recado_chassis.files import FileSettings
from recado_chassis.verifying.evidence import Evidence
from recado_chassis.verifying.figures import Figure, none_of
from recado_chassis.verifying.logs import repeated_effects

from gateway.adapters.postgres.verifying import archive, media, sends, stories, subscriptions, template_requests

GATEWAY = "gateway"


def figures(connection: Connection[Any], evidence: Evidence) -> Iterator[Figure]:
    told = stories.read(connection)
    yield from stories.figures(GATEWAY, told)
    yield from template_requests.figures(GATEWAY, connection, evidence)
    yield from subscriptions.figures(GATEWAY, connection, evidence.logs)
    yield from media.figures(GATEWAY, connection, FileSettings.from_environment().files(), evidence.taken)
    if evidence.sends is not None:
        yield from sends.figures(GATEWAY, told, evidence.sends)
    if evidence.taken is not None:
        yield sends.unresolved(GATEWAY, told, evidence.taken)
        yield archive.figure(GATEWAY, connection, evidence.taken)
    # What becomes of a message, of a file or of a request about a template on its way goes on for the same cause.
    twice = repeated_effects(connection, but=("dispatch-", "template-request-", "media-", "upload-"))
    yield none_of(GATEWAY, "records that took effect in more than one transaction", twice)
