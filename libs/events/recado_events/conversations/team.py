"""People who answer: one stream an organisation."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.event import Event, Personal
from recado_events.ids import ProfileId, UserId


class OfTeam(Event):
    STREAM: ClassVar[str] = "team-{organisation_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"


class OfUser(OfTeam):
    SUBJECT: ClassVar[str] = "{user_id}"

    user_id: UserId


class UserName(Personal):
    name: str


class UserRegistered(OfUser):
    TYPE: ClassVar[str] = "conversations.user-registered.v1"
    role: str
    """administrator or member."""
    profile_id: ProfileId | None = None
    registered_by: UserId
    registered_at: AwareDatetime
    personal: UserName | None


class UserRenamed(OfUser):
    TYPE: ClassVar[str] = "conversations.user-renamed.v1"
    renamed_by: UserId
    renamed_at: AwareDatetime
    personal: UserName | None


class UserRoleAssigned(OfUser):
    TYPE: ClassVar[str] = "conversations.user-role-assigned.v1"
    role: str
    profile_id: ProfileId | None = None
    assigned_by: UserId
    assigned_at: AwareDatetime


class UserActivated(OfUser):
    TYPE: ClassVar[str] = "conversations.user-activated.v1"
    activated_by: UserId
    activated_at: AwareDatetime


class UserDeactivated(OfUser):
    TYPE: ClassVar[str] = "conversations.user-deactivated.v1"
    deactivated_by: UserId
    deactivated_at: AwareDatetime


class UserWentOnline(OfUser):
    TYPE: ClassVar[str] = "conversations.user-went-online.v1"
    went_online_at: AwareDatetime


class UserWentOffline(OfUser):
    TYPE: ClassVar[str] = "conversations.user-went-offline.v1"
    went_offline_at: AwareDatetime


class ProfileGranted(OfTeam):
    """Everybody with this profile has this level from here on."""

    TYPE: ClassVar[str] = "conversations.profile-granted.v1"
    profile_id: ProfileId
    level: str
    """view_reply or view_only."""
    scope: str
    """all or own."""
    granted_by: UserId
    granted_at: AwareDatetime


class ProfileGrantWithdrawn(OfTeam):
    """Nobody may see or do anything by this profile from here on, until it is granted something again."""

    TYPE: ClassVar[str] = "conversations.profile-grant-withdrawn.v1"
    profile_id: ProfileId
    withdrawn_by: UserId
    withdrawn_at: AwareDatetime
