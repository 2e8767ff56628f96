"""Administrators arrange who answers; whoever becomes eligible is offered what waits."""

from __future__ import annotations

from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId, PhoneNumberId

from conversations.application.scene import Scene
from conversations.commands import ChooseRota, GrantProfile, RegisterUser, SetAvailability, WithdrawGrant
from conversations.domain import desk, team
from conversations.domain.assignment import drain


class People:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def register_user(self, work: Work, command: RegisterUser, cause: Cause) -> None:
        before = self._scene.team(work, command.organisation_id)
        self._scene.record(work, team.register_user(command, before), cause)
        self._drain_all(work, command, cause)

    def grant_profile(self, work: Work, command: GrantProfile, cause: Cause) -> None:
        before = self._scene.team(work, command.organisation_id)
        self._scene.record(work, team.grant_profile(command, before), cause)
        self._drain_all(work, command, cause)

    def withdraw_grant(self, work: Work, command: WithdrawGrant, cause: Cause) -> None:
        before = self._scene.team(work, command.organisation_id)
        self._scene.record(work, team.withdraw_grant(command, before), cause)

    def set_availability(self, work: Work, command: SetAvailability, cause: Cause) -> None:
        before = self._scene.team(work, command.organisation_id)
        self._scene.record(work, team.set_availability(command, before), cause)
        self._drain_all(work, command, cause)

    def choose_rota(self, work: Work, command: ChooseRota, cause: Cause) -> None:
        people = self._scene.team(work, command.organisation_id)
        before = self._scene.desk(work, command.organisation_id, command.phone_number_id)
        self._scene.record(work, desk.choose_rota(command, before, people), cause)
        self._drain(work, command.organisation_id, command.phone_number_id, command, cause)

    def _drain_all(self, work: Work, command: RegisterUser | GrantProfile | SetAvailability, cause: Cause) -> None:
        for phone_number_id in sorted(self._scene.team(work, command.organisation_id).desks):
            self._drain(work, command.organisation_id, phone_number_id, command, cause)

    def _drain(
        self,
        work: Work,
        organisation_id: OrganisationId,
        phone_number_id: PhoneNumberId,
        command: RegisterUser | GrantProfile | SetAvailability | ChooseRota,
        cause: Cause,
    ) -> None:
        at = self._scene.desk(work, organisation_id, phone_number_id)
        people = self._scene.team(work, organisation_id)
        self._scene.record(work, drain(organisation_id, phone_number_id, at, people, command.now), cause)
