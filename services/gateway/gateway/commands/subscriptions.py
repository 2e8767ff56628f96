"""All that may be asked about outgoing webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from recado_events.ids import OrganisationId, SubscriptionId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSubscription:
    organisation_id: OrganisationId
    subscription_id: SubscriptionId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ByPerson(OnSubscription):
    by: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSubscription(ByPerson):
    url: str
    event_types: tuple[str, ...]
    most: int
    """So many an organisation may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSubscription(ByPerson):
    """None leaves a part as it is."""

    url: str | None = None
    event_types: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseSubscription(OnSubscription):
    reason: str
    by: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeSubscription(ByPerson):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateSecret(ByPerson):
    overlap: timedelta
    """How long the old secret signs beside the new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySubscription(ByPerson):
    source: str
    after: int
    end: int
    """Of the source's log, as it was looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteSubscription(ByPerson):
    pass


SubscriptionCommand = (
    CreateSubscription
    | ChangeSubscription
    | PauseSubscription
    | ResumeSubscription
    | RotateSecret
    | ReplaySubscription
    | DeleteSubscription
)
