"""Who may use billing, as conversations told of them: a token may say more than is still true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from recado_events.event import Event
from recado_events.ids import OrganisationId, UserId

from billing.commands import NoteUser
from billing.domain.private import UserNoted


def staff_stream(organisation_id: OrganisationId) -> str:
    return f"staff-{organisation_id}"


@dataclass(frozen=True, slots=True)
class Known:
    role: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Staff:
    users: Mapping[UserId, Known] = field(default_factory=lambda: MappingProxyType({}))

    def known(self, user_id: UserId) -> Known:
        """Of whom nothing was heard, the token is believed."""
        return self.users.get(user_id, Known())


def evolve(staff: Staff, event: Event) -> Staff:
    match event:
        case UserNoted():
            known = Known(event.role, event.active)
            return replace(staff, users=MappingProxyType({**staff.users, event.user_id: known}))
    return staff


def note_user(command: NoteUser, staff: Staff) -> list[Event]:
    before = staff.known(command.user_id)
    role = before.role if command.role is None else command.role
    active = before.active if command.active is None else command.active
    if Known(role, active) == before:
        return []
    return [
        UserNoted(
            organisation_id=command.organisation_id,
            user_id=command.user_id,
            role=role,
            active=active,
            noted_at=command.now,
        )
    ]
