"""A month under another policy: every delivery rated again, in the order of the charges; nothing is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from types import MappingProxyType

from recado_chassis.streams import Streams
from recado_events.event import Event
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId, WabaId

from billing.application.books import FOLDS
from billing.domain.prices import PRICES_STREAM, Prices
from billing.domain.private import ChargeRated, CustomersJoined
from billing.domain.rating import Before, Delivery, Policy, Rating, rate_anyway
from billing.domain.rating.conversations import category, is_of_message_allowance, of_another_age, opens
from billing.domain.rating.policy import month_of
from billing.domain.scene import delivered

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """What a message cost, and what it would. Amounts are micro-US$."""

    organisation_id: OrganisationId
    message_id: MessageId
    delivered_at: datetime
    category: str
    charged: int
    charged_because: str
    rerated: int
    rerated_because: str

    @property
    def difference(self) -> int:
        return self.rerated - self.charged


class Rater:
    """Rates deliveries again, given in the order in which they were charged; it remembers what was before."""

    def __init__(self, policy: str | None = None) -> None:
        """Without a policy by the one that was in force; flags and allowances are those that were agreed then."""
        self._policy = policy
        self._started: defaultdict[CustomerId, dict[str, datetime]] = defaultdict(dict)
        self._survivors: dict[CustomerId, CustomerId] = {}
        self._conversations: Counter[tuple[OrganisationId, WabaId | None, str]] = Counter()
        self._messages: Counter[tuple[OrganisationId, PhoneNumberId, str]] = Counter()

    def rate(self, event: ChargeRated, prices: Prices) -> Rating:
        at, zone = event.rateable.delivered_at, event.rateable.place.time_zone
        policy, delivery = prices.policy_at(at, zone), delivered(event.rateable)
        policy = policy if self._policy is None else _named(policy, self._policy)
        if policy.name != event.rated.policy:
            delivery = of_another_age(delivery)
        before = self._before(event)
        rating = rate_anyway(policy, prices.card_at(at, zone), delivery, before)
        opened = opens(delivery, before, reply_window_is_free=policy.reply_window_is_free)
        self._remember(event, delivery, rating, opened=opened)
        return rating

    def join(self, event: CustomersJoined) -> None:
        """They were one customer: what was open for one is open for both, and so is what opens for either."""
        if self._whose(event.customer_id) == event.merged_id:
            return
        self._survivors[event.merged_id] = event.customer_id
        self._start(event.customer_id, self._started.pop(event.merged_id, {}))

    def _whose(self, customer_id: CustomerId) -> CustomerId:
        while customer_id in self._survivors:
            customer_id = self._survivors[customer_id]
        return customer_id

    def _before(self, event: ChargeRated) -> Before:
        account, number = _counters(event)
        started = MappingProxyType(dict(self._started[self._whose(event.customer_id)]))
        return Before(started, self._conversations[account], self._messages[number])

    def _remember(self, event: ChargeRated, delivery: Delivery, rating: Rating, *, opened: bool) -> None:
        account, number = _counters(event)
        if opened:
            self._start(self._whose(event.customer_id), {category(delivery): delivery.at})
        if delivery.begins and event.rateable.place.waba_id is not None:
            self._conversations[account] += 1
        if is_of_message_allowance(rating.policy, delivery):
            self._messages[number] += 1

    def _start(self, customer_id: CustomerId, told: Mapping[str, datetime]) -> None:
        started = self._started[customer_id]
        for what, at in told.items():
            started[what] = max(at, started.get(what, at))


class Rerating:
    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    def lines(self, month: str, policy: str, organisation_id: OrganisationId | None) -> Iterator[Line]:
        """`month` (YYYY-MM) is each WABA's own. Cards are those that were in force."""
        prices: Prices = self._streams.read(PRICES_STREAM, FOLDS["prices"])
        rater = Rater(policy)
        for event in self._events(organisation_id):
            if isinstance(event, CustomersJoined):
                rater.join(event)
            elif isinstance(event, ChargeRated):
                rating = rater.rate(event, prices)
                if month_of(event.rateable.delivered_at, event.rateable.place.time_zone) == month:
                    yield _line(event, rating)

    def _events(self, organisation_id: OrganisationId | None) -> Iterator[Event]:
        after = 0
        while True:
            rows = self._streams.store.read(after, PAGE, (ChargeRated.TYPE, CustomersJoined.TYPE))
            for row in rows:
                if organisation_id in (None, row.organisation_id):
                    yield self._streams.mapper.fact(row.type, row.state)
            if len(rows) < PAGE:
                return
            after = rows[-1].position or after


def _line(event: ChargeRated, rating: Rating) -> Line:
    return Line(
        event.organisation_id,
        event.message_id,
        event.rateable.delivered_at,
        rating.category,
        event.rated.amount,
        event.rated.reason,
        rating.amount,
        rating.reason,
    )


def _counters(
    event: ChargeRated,
) -> tuple[tuple[OrganisationId, WabaId | None, str], tuple[OrganisationId, PhoneNumberId, str]]:
    """Which counts of which month its allowances are taken from."""
    place, org = event.rateable.place, event.organisation_id
    month = month_of(event.rateable.delivered_at, place.time_zone)
    return (org, place.waba_id, month), (org, event.phone_number_id, month)


@cache
def _named(policy: Policy, name: str) -> Policy:
    return replace(policy, name=name)
