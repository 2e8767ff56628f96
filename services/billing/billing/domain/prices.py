"""Which policy and which rate card hold at an instant: dated data, chosen by events (rules 25 and 26)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from recado_events.billing import PolicyChosen, RateCardImported
from recado_events.event import Event
from recado_events.ids import PLATFORM

from billing.commands import ChoosePolicy, ImportRateCard
from billing.domain.rating.card import RateCard
from billing.domain.rating.policy import DEFAULT, Policy, local
from billing.domain.refusals import RateCardTaken

PRICES_STREAM = f"prices-{PLATFORM}"


@dataclass(frozen=True, slots=True)
class Prices:
    policies: tuple[Policy, ...] = (DEFAULT,)
    """In the order in which they were chosen."""
    cards: tuple[RateCard, ...] = ()
    told: tuple[RateCard, ...] = ()
    """All that ever were: their names are taken."""

    def policy_at(self, at: datetime, zone: str) -> Policy:
        """Of those in force then the one valid last; of two valid from the same instant the one chosen last."""
        wall = local(at, zone)
        return max((p for p in self.policies if p.valid_from <= wall), key=lambda policy: policy.valid_from)

    def card_at(self, at: datetime, zone: str) -> RateCard | None:
        wall = local(at, zone)
        return max((c for c in self.cards if c.valid_from <= wall), key=lambda card: card.valid_from, default=None)


def evolve(prices: Prices, event: Event) -> Prices:
    match event:
        case PolicyChosen():
            policy = Policy(
                event.policy,
                datetime.fromisoformat(event.valid_from),
                event.reply_window_is_free,
                event.free_conversations,
                event.free_service_messages,
            )
            others = tuple(each for each in prices.policies if each.valid_from != policy.valid_from)
            return replace(prices, policies=(*others, policy))
        case RateCardImported():
            card = card_of(event)
            earlier = tuple(each for each in prices.cards if each.valid_from != card.valid_from)
            told = prices.told if card in prices.told else (*prices.told, card)
            return replace(prices, cards=(*earlier, card), told=told)
    return prices


def card_of(event: RateCardImported) -> RateCard:
    return RateCard(
        event.rate_card,
        datetime.fromisoformat(event.valid_from),
        MappingProxyType({(price.market, price.category): price.amount for price in event.prices}),
        MappingProxyType({row.country: row.region for row in event.regions}),
    )


def choose_policy(command: ChoosePolicy, prices: Prices) -> list[Event]:
    wanted = Policy(
        command.policy,
        command.valid_from,
        command.reply_window_is_free,
        command.free_conversations,
        command.free_service_messages,
    )
    if wanted in prices.policies:
        return []
    return [
        PolicyChosen(
            organisation_id=PLATFORM,
            policy=command.policy,
            valid_from=command.valid_from.isoformat(),
            reply_window_is_free=command.reply_window_is_free,
            free_conversations=command.free_conversations,
            free_service_messages=command.free_service_messages,
            chosen_at=command.now,
        )
    ]


def imported(command: ImportRateCard) -> RateCardImported:
    return RateCardImported(
        organisation_id=PLATFORM,
        rate_card=command.rate_card,
        valid_from=command.valid_from.isoformat(),
        prices=command.prices,
        regions=command.regions,
        imported_at=command.now,
    )


def import_rate_card(command: ImportRateCard, prices: Prices) -> list[Event]:
    """A card's name stands for the same prices for ever: charges name it."""
    fact = imported(command)
    card = card_of(fact)
    if card in prices.cards:
        return []
    if any(each.name == card.name and each != card for each in prices.told):
        raise RateCardTaken
    return [fact]
