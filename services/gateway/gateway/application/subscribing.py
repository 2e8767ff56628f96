"""Outgoing webhooks as administrators set them up; each change in one transaction with the cursors it moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from recado_chassis.store import Effect
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import OrganisationId, SubscriptionId
from recado_events.subscriptions import (
    SubscriptionCreated,
    SubscriptionDeleted,
    SubscriptionPaused,
    SubscriptionReplayed,
    SubscriptionSecretRotated,
    SubscriptionTypesChosen,
)

from gateway.application.folds import SUBSCRIPTIONS
from gateway.application.subscription_ports import Keeping, Receiver
from gateway.commands.subscriptions import PauseSubscription, ResumeSubscription, SubscriptionCommand
from gateway.domain.private import SubscriptionAddressed
from gateway.domain.refusals import UnknownSubscription
from gateway.domain.signing import SECRET_BYTES, secret_of
from gateway.domain.subscribing import decide
from gateway.domain.subscription import Subscription, by_source, subscriptions_stream

Ends = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Given:
    """What the world gave before a decision: the ends of logs, and a secret where one is wanted."""

    ends: Ends
    secret: str = ""


class Subscribing:
    """Synchronous, for threads."""

    def __init__(self, streams: Streams, keeping: Keeping, random_bytes: Callable[[int], bytes]) -> None:
        self.streams = streams
        self._keeping = keeping
        self._random_bytes = random_bytes

    def ask(self, work: Work, command: SubscriptionCommand, cause: Cause, given: Given) -> Subscription | None:
        """Decides one command in a unit of work; answers the subscription as it is then. Raises Refusals."""
        stream = subscriptions_stream(command.organisation_id)
        facts = decide(command, work.state(stream, SUBSCRIPTIONS))
        work.record(facts, cause)
        after = work.state(stream, SUBSCRIPTIONS).kept.get(command.subscription_id)
        for fact in facts:
            for effect in self._effects(fact, given, after):
                work.also(effect)
        if isinstance(command, ResumeSubscription):
            # Also of an active one: whoever has mended a receiver does not wait for the end of a pause.
            work.also(self._keeping.resume(command.subscription_id))
        return after

    def new_secret(self) -> str:
        return secret_of(self._random_bytes(SECRET_BYTES))

    def of(self, organisation_id: OrganisationId) -> list[Subscription]:
        return list(self.streams.read(subscriptions_stream(organisation_id), SUBSCRIPTIONS).kept.values())

    def one(self, organisation_id: OrganisationId, subscription_id: SubscriptionId) -> Subscription:
        """Raises UnknownSubscription, for another organisation's too."""
        found = self.streams.read(subscriptions_stream(organisation_id), SUBSCRIPTIONS).kept.get(subscription_id)
        if found is None:
            raise UnknownSubscription
        return found

    def receiver(self, organisation_id: OrganisationId, subscription_id: SubscriptionId) -> Receiver:
        """Where it is now and what signs now. Raises UnknownSubscription."""
        found = self.one(organisation_id, subscription_id)
        return Receiver(found.url, self._keeping.secrets((organisation_id, subscription_id)))

    def give_up(self, organisation_id: OrganisationId, subscription_id: SubscriptionId, reason: str) -> None:
        """No more is delivered until a person resumes it. Does nothing where it is gone."""
        now = self.streams.clock.now()
        command = PauseSubscription(
            organisation_id=organisation_id, subscription_id=subscription_id, reason=reason, now=now
        )
        cause = Cause(str(self.streams.ids.new()))
        try:
            self.streams.transact(lambda work: self.ask(work, command, cause, Given({})))
        except UnknownSubscription:
            return

    def _effects(self, fact: Event, given: Given, after: Subscription | None) -> list[Effect]:
        keeping = self._keeping
        is_active = after is not None and after.status == "active"
        match fact:
            case SubscriptionCreated():
                key = (fact.organisation_id, fact.subscription_id)
                begin = keeping.begin(key, by_source(fact.event_types), given.ends, is_active=is_active)
                return [begin, keeping.keep_secret(key, 1, given.secret, fact.created_at)]
            case SubscriptionTypesChosen():
                key = (fact.organisation_id, fact.subscription_id)
                return [keeping.begin(key, by_source(fact.event_types), given.ends, is_active=is_active)]
            case SubscriptionAddressed():
                return [keeping.readdress(fact.subscription_id)]
            case SubscriptionSecretRotated():
                key = (fact.organisation_id, fact.subscription_id)
                return [keeping.keep_secret(key, fact.generation, given.secret, fact.old_signs_until)]
            case SubscriptionPaused():
                return [keeping.pause(fact.subscription_id)]
            case SubscriptionReplayed():
                return [keeping.replay(fact.subscription_id, fact.source, fact.after)]
            case SubscriptionDeleted():
                return [keeping.forget(fact.subscription_id)]
        return []
