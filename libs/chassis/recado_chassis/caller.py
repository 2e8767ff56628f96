"""Who asks over HTTP, as a verified token says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from recado_events.ids import OrganisationId, ProfileId, UserId

CallerRole = Literal["operator", "administrator", "member", "service"]


@dataclass(frozen=True, slots=True)
class Caller:
    """`organisation_id` is None for operators and services, who belong to none; `profile_id` is a member's."""

    user_id: UserId
    role: CallerRole
    organisation_id: OrganisationId | None = None
    profile_id: ProfileId | None = None
    until: datetime | None = field(default=None, compare=False)
    """When the token that says so expires."""

    @property
    def organisation(self) -> OrganisationId:
        """The organisation of a user. Raises LookupError for a role that has none: such a route let in a wrong role."""
        if self.organisation_id is None:
            raise LookupError(f"A caller with role {self.role} belongs to no organisation; do not admit it here.")
        return self.organisation_id


Standing = Callable[[Caller], Caller | None]
"""What a service knows of a caller now: the same, one with less, or None for one who may not come in any more."""
