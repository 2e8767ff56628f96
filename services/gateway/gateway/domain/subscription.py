"""The outgoing webhooks of an organisation: one stream, so that it never has more than it may."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from recado_events.event import Event
from recado_events.ids import OrganisationId, SubscriptionId
from recado_events.subscriptions import (
    OfSubscription,
    SubscriptionCreated,
    SubscriptionDeleted,
    SubscriptionPaused,
    SubscriptionResumed,
    SubscriptionSecretRotated,
    SubscriptionTypesChosen,
)

from gateway.domain.private import SubscriptionAddressed


def subscriptions_stream(organisation_id: OrganisationId) -> str:
    return f"subscriptions-{organisation_id}"


def source_of(event_type: str) -> str:
    """The service that owns events of this type."""
    return event_type.partition(".")[0]


def by_source(event_types: Iterable[str]) -> dict[str, list[str]]:
    """The types of each service that owns some."""
    found: dict[str, list[str]] = {}
    for event_type in event_types:
        found.setdefault(source_of(event_type), []).append(event_type)
    return found


def is_meant_for(organisation_id: OrganisationId, event_types: Collection[str], told: Mapping[str, Any]) -> bool:
    """Whether an event, as `GET /events` gives it, is this organisation's and of one of these types."""
    return told.get("tenantid") == str(organisation_id) and told.get("type") in event_types


@dataclass(frozen=True, slots=True)
class Subscription:
    subscription_id: SubscriptionId
    event_types: tuple[str, ...]
    created_at: datetime
    url: str = ""
    status: Literal["active", "paused"] = "active"
    reason: str | None = None
    """Why it is paused."""
    generation: int = 1
    """The how manieth secret signs."""


@dataclass(frozen=True, slots=True)
class Subscriptions:
    kept: Mapping[SubscriptionId, Subscription] = field(default_factory=lambda: MappingProxyType({}))
    """In the order in which they were created."""


def evolve(subscriptions: Subscriptions, event: Event) -> Subscriptions:
    if not isinstance(event, OfSubscription):
        return subscriptions
    after = _after(subscriptions.kept.get(event.subscription_id), event)
    kept = {**subscriptions.kept, **({} if after is None else {event.subscription_id: after})}
    if after is None:
        kept.pop(event.subscription_id, None)
    return Subscriptions(MappingProxyType(kept))


def _after(before: Subscription | None, event: OfSubscription) -> Subscription | None:
    if isinstance(event, SubscriptionCreated):
        return before or Subscription(event.subscription_id, event.event_types, event.created_at)
    if before is None:
        return None
    match event:
        case SubscriptionAddressed():
            return replace(before, url=event.url)
        case SubscriptionTypesChosen():
            return replace(before, event_types=event.event_types)
        case SubscriptionPaused():
            return replace(before, status="paused", reason=event.reason)
        case SubscriptionResumed():
            return replace(before, status="active", reason=None)
        case SubscriptionSecretRotated():
            return replace(before, generation=event.generation)
        case SubscriptionDeleted():
            return None
    return before
