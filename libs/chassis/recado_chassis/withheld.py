"""Who asked for what their role may not have, kept in the log: for routes where that is worth knowing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import AwareDatetime
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import OrganisationId, UserId

from recado_chassis.caller import Caller
from recado_chassis.streams import Streams
from recado_chassis.work import Fold, Work

PAUSE = timedelta(minutes=1)
"""Who goes on asking is told of once in it, so that nobody fills a log."""


class AccessRefused(Event):
    """Somebody was answered 403. Private: no service tells it."""

    TYPE: ClassVar[str] = "chassis.access-refused.v1"
    STREAM: ClassVar[str] = "refused-{organisation_id}-{asked_by}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    asked_by: UserId
    role: str
    asked_for: str
    """Method and route, without ids."""
    refused_at: AwareDatetime


Refusals = Mapping[str, datetime]
"""What a user was refused, and when last."""


def _evolve(known: Refusals, event: Event) -> Refusals:
    return {**known, event.asked_for: event.refused_at} if isinstance(event, AccessRefused) else known


_FOLD: Fold[Refusals] = Fold({}, _evolve)


class Withholding:
    """Synchronous; raises Unavailable."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    def note(self, who: Caller, organisation_id: OrganisationId, asked_for: str, cause: Cause) -> None:
        refused = AccessRefused(
            organisation_id=organisation_id,
            asked_by=who.user_id,
            role=who.role,
            asked_for=asked_for,
            refused_at=self._streams.clock.now(),
        )

        def decide(work: Work) -> None:
            last = work.state(refused.stream, _FOLD).get(asked_for)
            if last is None or refused.refused_at - last >= PAUSE:
                work.record([refused], cause)

        self._streams.transact(decide)
