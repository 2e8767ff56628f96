"""Users, rotas and queues."""

from __future__ import annotations

from recado_events import conversations as told

from conversations.domain.private import DrainBegun, DrainEnded
from conversations.views.change import Changes, changes, of_organisation


@changes.register
def _(event: told.UserRegistered, position: int) -> Changes:
    name = event.personal.name if event.personal else None
    yield of_organisation(
        event, "user_registered", user_id=event.user_id, name=name, role=event.role, profile_id=event.profile_id
    )


@changes.register
def _(event: told.UserRenamed, position: int) -> Changes:
    name = event.personal.name if event.personal else None
    yield of_organisation(event, "user_renamed", user_id=event.user_id, name=name)


@changes.register
def _(event: told.UserRoleAssigned, position: int) -> Changes:
    yield of_organisation(event, "user_role", user_id=event.user_id, role=event.role, profile_id=event.profile_id)


def _register_presence(kind: type[told.OfUser], active: bool | None, online: bool | None) -> None:
    def presence(event: told.OfUser, position: int) -> Changes:
        yield of_organisation(event, "user_presence", user_id=event.user_id, active=active, online=online)

    changes.register(kind, presence)


_register_presence(told.UserActivated, True, None)
_register_presence(told.UserDeactivated, False, False)
_register_presence(told.UserWentOnline, None, True)
_register_presence(told.UserWentOffline, None, False)


@changes.register
def _(event: told.RotaMembersChosen, position: int) -> Changes:
    yield of_organisation(
        event,
        "rota_chosen",
        phone_number_id=event.phone_number_id,
        members=list(event.members),
        only_online=event.only_online,
    )


@changes.register
def _(event: DrainBegun, position: int) -> Changes:
    yield of_organisation(event, "drain_begun", phone_number_id=event.phone_number_id)


@changes.register
def _(event: DrainEnded, position: int) -> Changes:
    yield of_organisation(event, "drain_ended", phone_number_id=event.phone_number_id)
