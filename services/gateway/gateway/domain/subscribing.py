"""What may become of an outgoing webhook: one decision a command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from recado_events.event import Event
from recado_events.subscriptions import (
    SubscriptionCreated,
    SubscriptionDeleted,
    SubscriptionPaused,
    SubscriptionReplayed,
    SubscriptionResumed,
    SubscriptionSecretRotated,
    SubscriptionTypesChosen,
)

from gateway.commands.subscriptions import (
    ChangeSubscription,
    CreateSubscription,
    DeleteSubscription,
    OnSubscription,
    PauseSubscription,
    ReplaySubscription,
    ResumeSubscription,
    RotateSecret,
    SubscriptionCommand,
)
from gateway.domain.private import SubscriptionAddressed
from gateway.domain.refusals import PositionBeyondEnd, SourceNotSubscribed, TooManySubscriptions, UnknownSubscription
from gateway.domain.subscription import Subscription, Subscriptions, by_source


def decide(command: SubscriptionCommand, subscriptions: Subscriptions) -> Sequence[Event]:
    if isinstance(command, CreateSubscription):
        return _create(command, subscriptions)
    mine = subscriptions.kept.get(command.subscription_id)
    if mine is None:
        raise UnknownSubscription
    match command:
        case ChangeSubscription():
            return _change(command, mine)
        case PauseSubscription():
            return _pause(command) if mine.status == "active" else []
        case ResumeSubscription():
            return _resume(command) if mine.status == "paused" else []
        case RotateSecret():
            return _rotate(command, mine)
        case ReplaySubscription():
            return _replay(command, mine)
        case DeleteSubscription():
            return [SubscriptionDeleted(**_of(command), deleted_by=command.by, deleted_at=command.now)]
    assert_never(command)


def _create(command: CreateSubscription, subscriptions: Subscriptions) -> Sequence[Event]:
    if command.subscription_id in subscriptions.kept:
        return []
    if len(subscriptions.kept) >= command.most:
        raise TooManySubscriptions(most=command.most)
    created = SubscriptionCreated(
        **_of(command), event_types=command.event_types, created_by=command.by, created_at=command.now
    )
    return [created, _addressed(command, command.url)]


def _change(command: ChangeSubscription, mine: Subscription) -> Sequence[Event]:
    facts: list[Event] = []
    if command.url is not None and command.url != mine.url:
        facts.append(_addressed(command, command.url))
    if command.event_types is not None and set(command.event_types) != set(mine.event_types):
        chosen = SubscriptionTypesChosen(
            **_of(command), event_types=command.event_types, chosen_by=command.by, chosen_at=command.now
        )
        facts.append(chosen)
    return facts


def _addressed(command: CreateSubscription | ChangeSubscription, url: str) -> Event:
    return SubscriptionAddressed(**_of(command), url=url, addressed_by=command.by, addressed_at=command.now)


def _pause(command: PauseSubscription) -> Sequence[Event]:
    of = _of(command)
    return [SubscriptionPaused(**of, reason=command.reason, paused_by=command.by, paused_at=command.now)]


def _resume(command: ResumeSubscription) -> Sequence[Event]:
    return [SubscriptionResumed(**_of(command), resumed_by=command.by, resumed_at=command.now)]


def _rotate(command: RotateSecret, mine: Subscription) -> Sequence[Event]:
    return [
        SubscriptionSecretRotated(
            **_of(command),
            generation=mine.generation + 1,
            old_signs_until=command.now + command.overlap,
            rotated_by=command.by,
            rotated_at=command.now,
        )
    ]


def _replay(command: ReplaySubscription, mine: Subscription) -> Sequence[Event]:
    if command.source not in by_source(mine.event_types):
        raise SourceNotSubscribed
    if command.after > command.end:
        raise PositionBeyondEnd(end=command.end)
    return [
        SubscriptionReplayed(
            **_of(command),
            source=command.source,
            after=command.after,
            replayed_by=command.by,
            replayed_at=command.now,
        )
    ]


def _of(command: OnSubscription) -> dict[str, Any]:
    return {"organisation_id": command.organisation_id, "subscription_id": command.subscription_id}
