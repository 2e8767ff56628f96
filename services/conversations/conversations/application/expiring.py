"""Requests that billing has not answered in time: nobody else would end them."""

from __future__ import annotations

from functools import partial

from recado_chassis.store import Unavailable
from recado_chassis.streams import Streams
from recado_events.envelope import Cause

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
        """How many requests were looked at; the view may be a moment behind, the streams decide.

        One that cannot be ended stops no other: raises what the last of those raised, when all have had their turn;
        Unavailable at once."""
        now, failure = self._streams.clock.now(), None
        due = self._questions.unanswered(now, AT_ONCE)
        for organisation_id, message_id in due:
            command = ExpireRequest(organisation_id=organisation_id, message_id=message_id, now=now)
            cause = Cause(str(self._streams.ids.new()))
            try:
                self._streams.transact(partial(self._listening.expire_request, command=command, cause=cause))
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it is of this request alone
                failure = error
        if failure is not None:
            raise failure
        return len(due)
