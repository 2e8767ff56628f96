"""All that a decision about one message looks at, and how it is rated by it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from recado_events.billing import Rated
from recado_events.ids import CustomerId

from billing.domain.charge import Charge
from billing.domain.counters import Account, Number
from billing.domain.dealings import Dealings
from billing.domain.organisation import Organisation
from billing.domain.prices import Prices
from billing.domain.private.charge import Place, Rateable, WindowThen
from billing.domain.rating import Before, Delivery, Policy, RateCard, Rating, Told, Window, rate, rate_anyway
from billing.domain.rating.policies import Unpriced
from billing.domain.rating.policy import month_of
from billing.domain.wallet import Wallet

UTC_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Scene:
    organisation: Organisation
    wallet: Wallet
    prices: Prices
    whose: CustomerId
    """Of whom these dealings are: the message's customer may have been joined to another one."""
    dealings: Dealings
    number: Number
    account: Account
    charge: Charge

    @property
    def zone(self) -> str:
        return self.account.time_zone or UTC_ZONE

    def place(self, country: str | None) -> Place:
        return Place(waba_id=self.number.waba_id, time_zone=self.zone, country=country)

    def before(self, at: datetime) -> Before:
        month = month_of(at, self.zone)
        conversations, messages = self.account.conversations.get(month, 0), self.number.messages.get(month, 0)
        return Before(self.dealings.started, conversations, messages)

    def delivery(self, at: datetime, told: Told, *, left_at: datetime, country: str | None, category: str) -> Delivery:
        """Of this scene's message: as it was delivered, or as if it were."""
        charge = self.charge
        answered = self.dealings.window(charge.window_id)
        within = self.dealings.window_at(at)
        begins = answered is not None and not answered.window.by_reply and not answered.counted
        return Delivery(
            template=charge.is_template,
            category=category,
            country=country,
            at=at,
            window=None if within is None else within.window,
            free_entry=self.dealings.is_free_entry(left_at, at),
            begins=begins,
            told=told,
        )

    def rate(self, delivery: Delivery) -> Rating:
        """By the policy and the card in force where it was delivered. Raises Unpriced."""
        return rate(*self._rules(delivery.at), delivery, self.before(delivery.at))

    def rate_anyway(self, delivery: Delivery) -> Rating:
        return rate_anyway(*self._rules(delivery.at), delivery, self.before(delivery.at))

    def has_price(self, delivery: Delivery) -> bool:
        """Whether it can be rated as Meta says, and not only as we thought."""
        with suppress(Unpriced):
            self.rate(delivery)
            return True
        return False

    def rate_again(self, facts: Rateable, charged: Rated, told: Told) -> Rating:
        """A delivery that was charged, as if this had been told of it then: what it began itself, and its own place in
        an allowance, are no part of what was before."""
        at, zone = facts.delivered_at, facts.place.time_zone
        policy = replace(self.prices.policy_at(at, zone), name=charged.policy)
        own = charged.category if charged.reason == "conversation_opened" else None
        started = {what: since for what, since in self.dealings.started.items() if what != own}
        beyond = charged.reason == "beyond_allowance"
        before = Before(
            MappingProxyType(started),
            policy.free_conversations if beyond else 0,
            policy.free_service_messages if beyond else 0,
        )
        return rate_anyway(policy, self.prices.card_at(at, zone), replace(delivered(facts), told=told), before)

    def _rules(self, at: datetime) -> tuple[Policy, RateCard | None]:
        return self.prices.policy_at(at, self.zone), self.prices.card_at(at, self.zone)


def rated(rating: Rating) -> Rated:
    return Rated(
        policy=rating.policy,
        rate_card=rating.rate_card,
        market=rating.market,
        category=rating.category,
        price=rating.price,
        amount=rating.amount,
        reason=rating.reason,
    )


def rateable(delivery: Delivery, place: Place) -> Rateable:
    window = delivery.window
    return Rateable(
        template=delivery.template,
        category=delivery.category,
        place=place,
        delivered_at=delivery.at,
        window=None
        if window is None
        else WindowThen(opened_at=window.opened_at, closes_at=window.closes_at, by_reply=window.by_reply),
        free_entry=delivery.free_entry,
        begins=delivery.begins,
        meta_category=delivery.told.category,
        meta_type=delivery.told.type,
    )


def delivered(facts: Rateable) -> Delivery:
    """What `rateable` wrote down."""
    window = facts.window
    return Delivery(
        template=facts.template,
        category=facts.category,
        country=facts.place.country,
        at=facts.delivered_at,
        window=None if window is None else Window(window.opened_at, window.closes_at, window.by_reply),
        free_entry=facts.free_entry,
        begins=facts.begins,
        told=Told(facts.meta_category, facts.meta_type),
    )
