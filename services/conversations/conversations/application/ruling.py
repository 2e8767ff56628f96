"""Administrators choose how conversations live and end; those in which nobody writes any more are closed."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from recado_chassis.one_by_one import one_by_one
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.ids import ConversationId, OrganisationId

from conversations.application.scene import Scene
from conversations.commands import ChooseRules, CloseSilent
from conversations.domain import rules, silence
from conversations.views import Place, Questions

AT_ONCE = 200


class Ruling:
    """One method a use case. Each may be repeated and then changes nothing."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def choose_rules(self, work: Work, command: ChooseRules, cause: Cause) -> None:
        desk = self._scene.desk(work, command.organisation_id, command.phone_number_id)
        self._scene.record(work, rules.choose_rules(command, desk.rules), cause)

    def close_silent(self, work: Work, command: CloseSilent, cause: Cause) -> None:
        place = self._scene.place_of(work, command.organisation_id, command.conversation_id)
        customer = self._scene.customer(work, place["customer_id"])
        desk = self._scene.desk(work, command.organisation_id, place["phone_number_id"])
        self._scene.record(work, silence.close_silent(command, place, customer, desk), cause)


class Silencing:
    """Synchronous, for threads. Several workers may do it at once."""

    def __init__(self, streams: Streams, ruling: Ruling, questions: Questions) -> None:
        self._streams = streams
        self._ruling = ruling
        self._questions = questions
        self._after: Place | None = None

    def close(self) -> int:
        """How many conversations were looked at; the view may be a moment behind, the streams decide.

        The next round goes on behind them, and begins anew where there were no more: what is not closed keeps nothing
        else from its turn. Raises as `one_by_one` does."""
        now = self._streams.clock.now()
        due = self._questions.silent(now, self._after, AT_ONCE)
        self._after = due[-1].place if len(due) == AT_ONCE else None
        one_by_one(due, lambda each: self._close(each.organisation_id, each.place.conversation_id, now))
        return len(due)

    def _close(self, organisation_id: OrganisationId, conversation_id: UUID, now: datetime) -> None:
        command = CloseSilent(organisation_id=organisation_id, conversation_id=ConversationId(conversation_id), now=now)
        cause = Cause(str(self._streams.ids.new()))
        self._streams.transact(partial(self._ruling.close_silent, command=command, cause=cause))
