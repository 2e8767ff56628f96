"""The figures of conversations for `recado verify`: nothing lost, nothing doubled, everybody in their turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import Connection
from recado_chassis.verifying.evidence import Evidence
from recado_chassis.verifying.figures import Figure, none_of
from recado_chassis.verifying.logs import repeated_effects

from conversations.adapters.postgres.verifying import (
    arrivals,
    attachments,
    counters,
    pasts,
    permissions,
    requests,
    rotas,
    sendings,
    silences,
    statuses,
    talks,
    unwanted,
)
from conversations.adapters.postgres.verifying.facts import read

CONVERSATIONS = "conversations"


def figures(connection: Connection[Any], evidence: Evidence) -> Iterator[Figure]:
    facts = read(connection)
    yield from talks.figures(CONVERSATIONS, facts)
    yield from rotas.figures(CONVERSATIONS, facts)
    yield from sendings.figures(CONVERSATIONS, facts, evidence)
    yield from requests.figures(CONVERSATIONS, facts)
    yield from permissions.figures(CONVERSATIONS, facts)
    yield from unwanted.figures(CONVERSATIONS, facts)
    yield from silences.figures(CONVERSATIONS, facts)
    yield from pasts.figures(CONVERSATIONS, facts)
    yield from counters.figures(CONVERSATIONS, connection, facts)
    yield from attachments.figures(CONVERSATIONS, connection, facts)
    yield arrivals.doubled(CONVERSATIONS, facts)
    if evidence.taken is not None:
        yield from arrivals.figures(CONVERSATIONS, connection, facts, evidence.taken)
        yield pasts.lost(CONVERSATIONS, connection, facts, evidence.taken)
        yield statuses.figure(CONVERSATIONS, connection, facts, evidence.taken)
    if evidence.offered is not None:
        yield arrivals.invented(CONVERSATIONS, facts, evidence.offered)
    twice = repeated_effects(connection)
    yield none_of(CONVERSATIONS, "records that took effect in more than one transaction", twice)
