"""The people who answer: who is registered, active and online, and what their profile allows (rules 14 and 15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from recado_events.conversations import (
    ProfileGranted,
    ProfileGrantWithdrawn,
    UserActivated,
    UserDeactivated,
    UserName,
    UserRegistered,
    UserRenamed,
    UserRoleAssigned,
    UserWentOffline,
    UserWentOnline,
)
from recado_events.event import Event
from recado_events.ids import PhoneNumberId, ProfileId, UserId

from conversations.commands import GrantProfile, Person, RegisterUser, SetAvailability, WithdrawGrant
from conversations.domain import organisation
from conversations.domain.noted import OrganisationNoted
from conversations.domain.organisation import Organisation
from conversations.domain.private import DeskKnown
from conversations.domain.refusals import NoPermission, OutOfScope, UnknownUser, ViewOnly

ADMINISTRATOR = "administrator"
VIEW_REPLY = "view_reply"
OWN = "own"


@dataclass(frozen=True, slots=True)
class User:
    role: str
    profile_id: ProfileId | None
    name: str | None
    active: bool = True
    online: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    level: str
    scope: str


@dataclass(frozen=True, slots=True)
class Team:
    users: Mapping[UserId, User] = field(default_factory=lambda: MappingProxyType({}))
    grants: Mapping[ProfileId, Grant] = field(default_factory=lambda: MappingProxyType({}))
    desks: frozenset[PhoneNumberId] = frozenset()
    organisation: Organisation = field(default_factory=Organisation)

    def grant_of(self, person: Person) -> Grant | None:
        """What this person may do. Administrators may do everything; nobody else may without a grant."""
        user = self.users.get(person.user_id)
        if user is not None and not user.active:
            return None
        if person.role == ADMINISTRATOR:
            return Grant(VIEW_REPLY, "all")
        return self.grants.get(person.profile_id) if person.profile_id is not None else None

    def ineligible(self, user_id: UserId, only_online: bool = False) -> str | None:
        """Why this user cannot own conversations, or None if they can."""
        user = self.users.get(user_id)
        if user is None:
            return "not_registered"
        if not user.active:
            return "inactive"
        grant = self.grant_of(Person(user_id, user.role, user.profile_id))
        if grant is None or grant.level != VIEW_REPLY:
            return "may_not_reply"
        return "offline" if only_online and not user.online else None

    def check_may_view(self, person: Person, assignee: UserId | None) -> Grant:
        grant = self.grant_of(person)
        if grant is None:
            raise NoPermission
        if grant.scope == OWN and assignee != person.user_id:
            raise OutOfScope
        return grant

    def check_may_change(self, person: Person, assignee: UserId | None) -> None:
        if self.check_may_view(person, assignee).level != VIEW_REPLY:
            raise ViewOnly


def evolve(team: Team, event: Event) -> Team:
    match event:
        case UserRegistered():
            name = event.personal.name if event.personal else None
            return _with(team, event.user_id, User(event.role, event.profile_id, name))
        case UserRenamed():
            return _changed(team, event.user_id, name=event.personal.name if event.personal else None)
        case UserRoleAssigned():
            return _changed(team, event.user_id, role=event.role, profile_id=event.profile_id)
        case UserActivated():
            return _changed(team, event.user_id, active=True)
        case UserDeactivated():
            return _changed(team, event.user_id, active=False, online=False)
        case UserWentOnline():
            return _changed(team, event.user_id, online=True)
        case UserWentOffline():
            return _changed(team, event.user_id, online=False)
        case ProfileGranted():
            grant = Grant(event.level, event.scope)
            return replace(team, grants=MappingProxyType({**team.grants, event.profile_id: grant}))
        case ProfileGrantWithdrawn():
            left = {profile: grant for profile, grant in team.grants.items() if profile != event.profile_id}
            return replace(team, grants=MappingProxyType(left))
        case DeskKnown():
            return replace(team, desks=team.desks | {event.phone_number_id})
        case OrganisationNoted():
            return replace(team, organisation=organisation.noted(team.organisation, event))
    return team


def _with(team: Team, user_id: UserId, user: User) -> Team:
    return replace(team, users=MappingProxyType({**team.users, user_id: user}))


def _changed(team: Team, user_id: UserId, **changes: Any) -> Team:
    user = team.users.get(user_id)
    return team if user is None else _with(team, user_id, replace(user, **changes))


def register_user(command: RegisterUser, team: Team) -> list[Event]:
    org, who, by, now = command.organisation_id, command.user_id, command.by, command.now
    known = team.users.get(who)
    name = UserName(name=command.name)
    facts: list[Event] = []
    if known is None:
        known = User(command.role, command.profile_id, command.name)
        facts.append(
            UserRegistered(
                organisation_id=org,
                user_id=who,
                role=command.role,
                profile_id=command.profile_id,
                registered_by=by,
                registered_at=now,
                personal=name,
            )
        )
    if known.name != command.name:
        facts.append(UserRenamed(organisation_id=org, user_id=who, renamed_by=by, renamed_at=now, personal=name))
    if (known.role, known.profile_id) != (command.role, command.profile_id):
        facts.append(
            UserRoleAssigned(
                organisation_id=org,
                user_id=who,
                role=command.role,
                profile_id=command.profile_id,
                assigned_by=by,
                assigned_at=now,
            )
        )
    if command.active and not known.active:
        facts.append(UserActivated(organisation_id=org, user_id=who, activated_by=by, activated_at=now))
    if known.active and not command.active:
        facts.append(UserDeactivated(organisation_id=org, user_id=who, deactivated_by=by, deactivated_at=now))
    return facts


def grant_profile(command: GrantProfile, team: Team) -> list[Event]:
    if team.grants.get(command.profile_id) == Grant(command.level, command.scope):
        return []
    return [
        ProfileGranted(
            organisation_id=command.organisation_id,
            profile_id=command.profile_id,
            level=command.level,
            scope=command.scope,
            granted_by=command.by,
            granted_at=command.now,
        )
    ]


def withdraw_grant(command: WithdrawGrant, team: Team) -> list[Event]:
    """What the profile's people own stays theirs until somebody gives it away; they just do not see it any more."""
    if command.profile_id not in team.grants:
        return []
    org, profile = command.organisation_id, command.profile_id
    return [
        ProfileGrantWithdrawn(
            organisation_id=org, profile_id=profile, withdrawn_by=command.by, withdrawn_at=command.now
        )
    ]


def set_availability(command: SetAvailability, team: Team) -> list[Event]:
    user = team.users.get(command.user_id)
    if user is None:
        raise UnknownUser(user_id=str(command.user_id))
    if user.online == command.online or not user.active:
        return []
    org, who, now = command.organisation_id, command.user_id, command.now
    if command.online:
        return [UserWentOnline(organisation_id=org, user_id=who, went_online_at=now)]
    return [UserWentOffline(organisation_id=org, user_id=who, went_offline_at=now)]
