"""Events of outgoing webhooks: what an organisation has told to a receiver of its own, and when that ends.

Where a receiver is and what is signed with is nobody else's business: neither stands here.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.event import Event
from recado_events.ids import SubscriptionId, UserId


class OfSubscription(Event):
    """An organisation has few: one stream holds them all."""

    STREAM: ClassVar[str] = "subscriptions-{organisation_id}"
    SUBJECT: ClassVar[str] = "{subscription_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    subscription_id: SubscriptionId


class SubscriptionCreated(OfSubscription):
    TYPE: ClassVar[str] = "gateway.subscription-created.v1"
    event_types: tuple[str, ...]
    created_by: UserId
    created_at: AwareDatetime


class SubscriptionTypesChosen(OfSubscription):
    """From here on its receiver is told of these types, and of no others."""

    TYPE: ClassVar[str] = "gateway.subscription-types-chosen.v1"
    event_types: tuple[str, ...]
    chosen_by: UserId
    chosen_at: AwareDatetime


class SubscriptionPaused(OfSubscription):
    """Nothing is delivered until it is resumed; then it goes on where it stopped."""

    TYPE: ClassVar[str] = "gateway.subscription-paused.v1"
    reason: str
    """`person`, `failing` (the last attempt at an event failed too) or `gone` (the receiver answered 410)."""
    paused_by: UserId | None = None
    """None where no person did it."""
    paused_at: AwareDatetime


class SubscriptionResumed(OfSubscription):
    TYPE: ClassVar[str] = "gateway.subscription-resumed.v1"
    resumed_by: UserId
    resumed_at: AwareDatetime


class SubscriptionSecretRotated(OfSubscription):
    """A new secret signs; the one before signs beside it until `old_signs_until`."""

    TYPE: ClassVar[str] = "gateway.subscription-secret-rotated.v1"
    generation: int
    """The how manieth secret; the first is 1."""
    old_signs_until: AwareDatetime
    rotated_by: UserId
    rotated_at: AwareDatetime

    TIME: ClassVar[str] = "rotated_at"


class SubscriptionReplayed(OfSubscription):
    """What `source` told after this position of its log is delivered again."""

    TYPE: ClassVar[str] = "gateway.subscription-replayed.v1"
    source: str
    """The service that owns the log."""
    after: int
    replayed_by: UserId
    replayed_at: AwareDatetime


class SubscriptionDeleted(OfSubscription):
    TYPE: ClassVar[str] = "gateway.subscription-deleted.v1"
    deleted_by: UserId
    deleted_at: AwareDatetime


PUBLISHED: tuple[type[Event], ...] = (
    SubscriptionCreated,
    SubscriptionTypesChosen,
    SubscriptionPaused,
    SubscriptionResumed,
    SubscriptionSecretRotated,
    SubscriptionReplayed,
    SubscriptionDeleted,
)
