"""The people who use templates, as conversations told of them: administrators write, whoever has a grant reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from recado_events.event import Event
from recado_events.ids import ProfileId, UserId

from templates.commands import NoteGrant, NoteUser, Person
from templates.domain.private import GrantNoted, UserNoted
from templates.domain.refusals import NoPermission

ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Grant:
    level: str
    scope: str


@dataclass(frozen=True, slots=True)
class Known:
    """What was told of a user; of the role, None where only the token says it."""

    active: bool = True
    role: str | None = None
    profile_id: ProfileId | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    users: Mapping[UserId, Known] = field(default_factory=lambda: MappingProxyType({}))
    grants: Mapping[ProfileId, Grant] = field(default_factory=lambda: MappingProxyType({}))

    def known(self, user_id: UserId) -> Known:
        """Of whom nothing was heard, the token is believed."""
        return self.users.get(user_id, Known())

    def check_may_look(self, person: Person) -> None:
        """Raises NoPermission."""
        known = self.known(person.user_id)
        if not known.active or (person.role != ADMINISTRATOR and person.profile_id not in self.grants):
            raise NoPermission


def evolve(staff: Staff, event: Event) -> Staff:
    match event:
        case UserNoted():
            known = Known(event.active, event.role, event.profile_id)
            return replace(staff, users=MappingProxyType({**staff.users, event.user_id: known}))
        case GrantNoted():
            return replace(staff, grants=MappingProxyType(_with(event, staff.grants)))
    return staff


def _with(noted: GrantNoted, grants: Mapping[ProfileId, Grant]) -> dict[ProfileId, Grant]:
    others = {profile_id: grant for profile_id, grant in grants.items() if profile_id != noted.profile_id}
    if noted.level is None or noted.scope is None:
        return others
    return {**others, noted.profile_id: Grant(noted.level, noted.scope)}


def note_user(command: NoteUser, staff: Staff) -> list[Event]:
    before = staff.known(command.user_id)
    active = before.active if command.active is None else command.active
    role, profile_id = (before.role, before.profile_id) if command.role is None else (command.role, command.profile_id)
    if command.user_id in staff.users and before == Known(active, role, profile_id):
        return []
    return [
        UserNoted(
            organisation_id=command.organisation_id,
            user_id=command.user_id,
            active=active,
            role=role,
            profile_id=profile_id,
            noted_at=command.now,
        )
    ]


def note_grant(command: NoteGrant, staff: Staff) -> list[Event]:
    noted = GrantNoted(
        organisation_id=command.organisation_id,
        profile_id=command.profile_id,
        level=command.level,
        scope=command.scope,
        noted_at=command.now,
    )
    return [] if evolve(staff, noted) == staff else [noted]
