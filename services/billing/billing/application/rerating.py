"""A month under another policy: every delivery rated again, in the order of the charges; nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from recado_chassis.streams import Streams
from recado_events.event import Event
from recado_events.ids import CustomerId, MessageId, OrganisationId

from billing.application.books import FOLDS
from billing.domain.prices import PRICES_STREAM, Prices
from billing.domain.private import ChargeRated
from billing.domain.private.charge import Rateable
from billing.domain.rating import Before, Delivery, Policy, Rating, Told, Window, rate
from billing.domain.rating.conversations import category, opens
from billing.domain.rating.policies import Unpriced
from billing.domain.rating.policy import month_of

PAGE = 5_000


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


@dataclass
class _Memory:
    """What was before, as it would have been under the other policy."""

    started: dict[CustomerId, dict[str, datetime]] = field(default_factory=lambda: defaultdict(dict))
    conversations: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    messages: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))


class Rerating:
    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    def lines(self, month: str, policy: str, organisation_id: OrganisationId | None) -> Iterator[Line]:
        """`month` (YYYY-MM) is each WABA's own. Cards are those that were in force."""
        prices: Prices = self._streams.read(PRICES_STREAM, FOLDS["prices"])
        return rerated(self._rated(organisation_id), prices, month, policy)

    def _rated(self, organisation_id: OrganisationId | None) -> Iterator[ChargeRated]:
        after = 0
        while True:
            rows = self._streams.store.read(after, PAGE)
            for row in rows:
                if row.type == ChargeRated.TYPE and organisation_id in (None, row.organisation_id):
                    event: Event = self._streams.mapper.decode(row.state, row.position).event
                    if isinstance(event, ChargeRated):
                        yield event
            if len(rows) < PAGE:
                return
            after = rows[-1].position or after


def rerated(events: Iterable[ChargeRated], prices: Prices, month: str, policy: str) -> Iterator[Line]:
    memory = _Memory()
    for event in events:
        facts = event.rateable
        delivery = _delivery(facts)
        in_month = month_of(facts.delivered_at, facts.place.time_zone)
        chosen = _policy(prices, facts, policy)
        rating = _rate(prices, chosen, facts, delivery, _before(memory, event, in_month))
        _remember(memory, event, delivery, rating, in_month, chosen)
        if in_month == month:
            yield Line(
                event.organisation_id,
                event.message_id,
                facts.delivered_at,
                rating.category,
                event.rated.amount,
                event.rated.reason,
                rating.amount,
                rating.reason,
            )


def _policy(prices: Prices, facts: Rateable, name: str) -> Policy:
    """With the flags and allowances that were agreed then."""
    return replace(prices.policy_at(facts.delivered_at, facts.place.time_zone), name=name)


def _delivery(facts: Rateable) -> Delivery:
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


def _before(memory: _Memory, event: ChargeRated, month: str) -> Before:
    return Before(
        MappingProxyType(memory.started[event.customer_id]),
        memory.conversations[_account(event), month],
        memory.messages[_number(event), month],
    )


def _account(event: ChargeRated) -> str:
    return f"{event.organisation_id}:{event.rateable.place.waba_id}"


def _number(event: ChargeRated) -> str:
    return f"{event.organisation_id}:{event.phone_number_id}"


def _rate(prices: Prices, policy: Policy, facts: Rateable, delivery: Delivery, before: Before) -> Rating:
    card = prices.card_at(facts.delivered_at, facts.place.time_zone)
    for each in (delivery, replace(delivery, told=Told())):
        try:
            return rate(policy, card, each, before)
        except Unpriced:
            continue
    return Rating(policy.name, delivery.category, "unpriced")


def _remember(
    memory: _Memory, event: ChargeRated, delivery: Delivery, rating: Rating, month: str, policy: Policy
) -> None:
    before = _before(memory, event, month)
    if opens(delivery, before, reply_window_is_free=policy.reply_window_is_free):
        started = memory.started[event.customer_id]
        started[category(delivery)] = max(delivery.at, started.get(category(delivery), delivery.at))
    if delivery.begins:
        memory.conversations[_account(event), month] += 1
    if not delivery.template and rating.reason in ("within_allowance", "beyond_allowance"):
        memory.messages[_number(event), month] += 1
