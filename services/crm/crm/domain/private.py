"""What crm keeps for itself: what it heard of the people who use it, and contacts found to be one person."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime
from recado_events.crm import OfContact
from recado_events.event import Event
from recado_events.ids import ContactId, ProfileId, UserId


class OfStaff(Event):
    STREAM: ClassVar[str] = "staff-{organisation_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"


class UserNoted(OfStaff):
    TYPE: ClassVar[str] = "crm.user-noted.v1"
    user_id: UserId
    active: bool
    role: str | None = None
    """None where only the token says it."""
    profile_id: ProfileId | None = None
    noted_at: AwareDatetime


class GrantNoted(OfStaff):
    TYPE: ClassVar[str] = "crm.grant-noted.v1"
    profile_id: ProfileId
    level: str
    scope: str
    noted_at: AwareDatetime


class ContactSuperseded(OfContact):
    """Found to be the same person as `survivor_id`, whose its aliases and customers are from now on.

    Its fields, notes, conversations and history stay where they are.
    """

    TYPE: ClassVar[str] = "crm.contact-superseded.v1"
    survivor_id: ContactId
    superseded_at: AwareDatetime


PRIVATE: tuple[type[Event], ...] = (UserNoted, GrantNoted, ContactSuperseded)
