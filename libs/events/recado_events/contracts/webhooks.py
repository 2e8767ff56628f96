"""What the examples of outgoing webhooks hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recado_events import subscriptions as o
from recado_events.contracts import story as s
from recado_events.event import Event

_WHO = ("created_by", "chosen_by", "paused_by", "resumed_by", "rotated_by", "replayed_by", "deleted_by")
_BY_HELENA: Mapping[str, Any] = {**dict.fromkeys(_WHO, s.HELENA), "subscription_id": s.SUBSCRIPTION}
_TYPES = ("conversations.message-received.v1", "crm.contact-created.v1")

BY_EVENT: Mapping[type[Event], Mapping[str, Any]] = {
    o.SubscriptionCreated: {**_BY_HELENA, "event_types": _TYPES[:1]},
    o.SubscriptionTypesChosen: {**_BY_HELENA, "event_types": _TYPES},
    o.SubscriptionPaused: {**_BY_HELENA, "reason": "failing", "paused_by": None},
    o.SubscriptionResumed: _BY_HELENA,
    o.SubscriptionSecretRotated: {**_BY_HELENA, "generation": 2},
    o.SubscriptionReplayed: {**_BY_HELENA, "source": "conversations", "after": 1024},
    o.SubscriptionDeleted: _BY_HELENA,
}
