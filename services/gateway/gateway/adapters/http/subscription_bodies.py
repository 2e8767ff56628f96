"""What is asked about outgoing webhooks, and how they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from recado_chassis.http.models import RequestModel
from recado_events.catalogue import EVENTS

from gateway.application.subscription_ports import Logged, Progress
from gateway.domain.receiver import LONGEST_URL, Outcome, parts_of
from gateway.domain.subscription import Subscription

DAY = 86_400
Told = Outcome
Source = Literal["gateway", "conversations", "templates", "crm", "billing"]


def _receiver(url: str) -> str:
    parts_of(url)
    return url


def _known(event_type: str) -> str:
    if event_type not in EVENTS:
        raise ValueError("not an event type of the catalogue")
    return event_type


Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL), AfterValidator(_receiver)]
EventType = Annotated[str, Field(max_length=100), AfterValidator(_known)]
EventTypes = Annotated[list[EventType], Field(min_length=1, max_length=200)]


class CreateBody(RequestModel):
    url: Url
    """Where events are delivered to: https:// or http://, at a public address."""
    event_types: EventTypes


class ChangeBody(RequestModel):
    """What is left out stays."""

    url: Url | None = None
    event_types: EventTypes | None = None


class RotateBody(RequestModel):
    overlap_seconds: Annotated[int, Field(ge=0, le=7 * DAY)] = DAY
    """How long the old secret signs beside the new one."""

    @property
    def overlap(self) -> timedelta:
        return timedelta(seconds=self.overlap_seconds)


class ReplayBody(RequestModel):
    source: Source
    """The service whose events are delivered again."""
    after: Annotated[int, Field(ge=0, le=2**63 - 1)]
    """A position of its log: what stands above it is delivered."""


def shown(subscription: Subscription, progress: Sequence[Progress]) -> dict[str, Any]:
    """As the API answers it."""
    return {
        "subscription_id": str(subscription.subscription_id),
        "url": subscription.url,
        "event_types": list(subscription.event_types),
        "status": subscription.status,
        "reason": subscription.reason,
        "created_at": subscription.created_at,
        "cursors": [_cursor(each) for each in progress],
    }


def _cursor(progress: Progress) -> dict[str, Any]:
    return {
        "source": progress.source,
        "position": progress.position,
        "failed_attempts": progress.attempts,
        "next_attempt_at": progress.due_at if progress.attempts else None,
    }


def logged(row: Logged) -> dict[str, Any]:
    """An attempt of the log of deliveries."""
    attempt = row.attempt
    return {
        "event_id": str(attempt.event_id),
        "event_type": attempt.event_type,
        "source": row.source,
        "position": attempt.position,
        "attempt": attempt.attempt,
        "outcome": attempt.outcome,
        "status": attempt.status,
        "milliseconds": attempt.milliseconds,
        "attempted_at": row.attempted_at,
    }
