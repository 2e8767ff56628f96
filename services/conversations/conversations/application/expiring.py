"""Requests that billing has not answered in time: nobody else would end them."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from recado_chassis.one_by_one import one_by_one
from recado_chassis.streams import Streams
from recado_events.envelope import Cause
from recado_events.ids import MessageId, OrganisationId

from conversations.application.listening import Listening
from conversations.commands import ExpireRequest
from conversations.views import Questions

AT_ONCE = 200


class Expiring:
    """Synchronous, for threads. Several workers may do it at once."""

    def __init__(self, streams: Streams, listening: Listening, questions: Questions) -> None:
        self._streams = streams
        self._listening = listening
        self._questions = questions

    def expire(self) -> int:
        """How many requests were looked at; the view may be a moment behind, the streams decide. Raises as
        `one_by_one` does."""
        now = self._streams.clock.now()
        due = self._questions.unanswered(now, AT_ONCE)
        one_by_one(due, lambda request: self._expire(*request, now))
        return len(due)

    def _expire(self, organisation_id: OrganisationId, message_id: MessageId, now: datetime) -> None:
        command = ExpireRequest(organisation_id=organisation_id, message_id=message_id, now=now)
        cause = Cause(str(self._streams.ids.new()))
        self._streams.transact(partial(self._listening.expire_request, command=command, cause=cause))
