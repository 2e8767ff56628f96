"""Administrators arrange who answers; whoever becomes eligible is offered what waits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from recado_chassis.one_by_one import one_by_one
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.conversations import ConversationAssigned
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId, PhoneNumberId

from conversations.application.scene import Scene
from conversations.commands import ChooseRota, GoOnDraining, GrantProfile, RegisterUser, SetAvailability, WithdrawGrant
from conversations.domain import desk, team
from conversations.domain.assignment import AT_ONCE, drain
from conversations.views import Questions

Eligible = RegisterUser | GrantProfile | SetAvailability | ChooseRota | GoOnDraining
"""By which somebody may have become eligible."""


class People:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def register_user(self, work: Work, command: RegisterUser, cause: Cause) -> None:
        before = self._scene.team(work, command.organisation_id)
        self._scene.record(work, team.register_user(command, before), cause)
        self._begin_draining(work, command, self._numbers(work, command.organisation_id), cause)

    def grant_profile(self, work: Work, command: GrantProfile, cause: Cause) -> None:
        before = self._scene.team(work, command.organisation_id)
        self._scene.record(work, team.grant_profile(command, before), cause)
        self._begin_draining(work, command, self._numbers(work, command.organisation_id), cause)

    def withdraw_grant(self, work: Work, command: WithdrawGrant, cause: Cause) -> None:
        before = self._scene.team(work, command.organisation_id)
        self._scene.record(work, team.withdraw_grant(command, before), cause)

    def set_availability(self, work: Work, command: SetAvailability, cause: Cause) -> None:
        before = self._scene.team(work, command.organisation_id)
        self._scene.record(work, team.set_availability(command, before), cause)
        self._begin_draining(work, command, self._numbers(work, command.organisation_id), cause)

    def choose_rota(self, work: Work, command: ChooseRota, cause: Cause) -> None:
        people = self._scene.team(work, command.organisation_id)
        before = self._scene.desk(work, command.organisation_id, command.phone_number_id)
        self._scene.record(work, desk.choose_rota(command, before, people), cause)
        self._begin_draining(work, command, [command.phone_number_id], cause)

    def go_on_draining(self, work: Work, command: GoOnDraining, cause: Cause) -> None:
        """Each time with the next of those who wait, until there is nobody for whom somebody is there."""
        at = self._scene.desk(work, command.organisation_id, command.phone_number_id)
        if at.draining:
            self._drain(work, command.phone_number_id, command, cause)

    def _begin_draining(self, work: Work, command: Eligible, numbers: Iterable[PhoneNumberId], cause: Cause) -> None:
        """Where workers are at it already, it is theirs."""
        left = AT_ONCE
        for phone_number_id in numbers:
            if not self._scene.desk(work, command.organisation_id, phone_number_id).draining:
                left -= self._drain(work, phone_number_id, command, cause, left)

    def _drain(
        self, work: Work, phone_number_id: PhoneNumberId, command: Eligible, cause: Cause, most: int = AT_ONCE
    ) -> int:
        """How many got an owner."""
        org = command.organisation_id
        at, people = self._scene.desk(work, org, phone_number_id), self._scene.team(work, org)
        facts = drain(org, phone_number_id, at, people, command.now, most)
        self._scene.record(work, facts, cause)
        return sum(isinstance(fact, ConversationAssigned) for fact in facts)

    def _numbers(self, work: Work, organisation_id: OrganisationId) -> list[PhoneNumberId]:
        """At which somebody waited once."""
        return sorted(self._scene.team(work, organisation_id).desks)


class Draining:
    """Synchronous, for threads. Several workers may do it at once."""

    def __init__(self, streams: Streams, people: People, questions: Questions) -> None:
        self._streams = streams
        self._people = people
        self._questions = questions

    def drain(self) -> int:
        """How many queues were gone on with; the view may be a moment behind, the streams decide. Raises as
        `one_by_one` does."""
        now = self._streams.clock.now()
        due = self._questions.draining()
        one_by_one(due, lambda queue: self._go_on(*queue, now))
        return len(due)

    def _go_on(self, organisation_id: OrganisationId, phone_number_id: PhoneNumberId, now: datetime) -> None:
        command = GoOnDraining(organisation_id=organisation_id, phone_number_id=phone_number_id, now=now)
        cause = Cause(str(self._streams.ids.new()))
        self._streams.transact(partial(self._people.go_on_draining, command=command, cause=cause))
