"""Rate cards as CSV: read strictly, compared with what holds, imported as one event (rule 26)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from recado_events.billing import Price, RegionOf

from billing.commands import ImportRateCard
from billing.domain.prices import Prices, card_of, imported
from billing.domain.rating.card import RateCard

COLUMNS = ["market", "region", "category", "price_micros"]
_MARKET = re.compile(r"[A-Z]{2}|[a-z][a-z_]{1,39}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_WORD = re.compile(r"[a-z][a-z_]{1,39}")
_PRICE = re.compile(r"\d{1,12}", re.ASCII)


class NoRateCard(ValueError):
    """The file is none; says in which line and why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A price that would change; None: there is none."""

    market: str
    category: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class RegionChange:
    """A country that would be in another region; None: in none."""

    country: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    changes: list[Difference]
    regions: list[RegionChange]


def read_card(name: str, valid_from: datetime, lines: Iterable[str], now: datetime) -> ImportRateCard:
    """Raises NoRateCard."""
    rows = csv.reader(lines)
    if next(rows, None) != COLUMNS:
        raise NoRateCard(f"the first line has to be: {','.join(COLUMNS)}")
    prices: dict[tuple[str, str], int] = {}
    regions: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        _read_row(number, row, prices, regions)
    if not prices:
        raise NoRateCard("the card has no price")
    return ImportRateCard(
        rate_card=name,
        valid_from=valid_from,
        prices=tuple(Price(market=market, category=what, amount=p) for (market, what), p in sorted(prices.items())),
        regions=tuple(RegionOf(country=country, region=region) for country, region in sorted(regions.items())),
        now=now,
    )


def _read_row(number: int, row: list[str], prices: dict[tuple[str, str], int], regions: dict[str, str]) -> None:
    if len(row) != len(COLUMNS):
        raise NoRateCard(f"line {number} has {len(row)} columns, not {len(COLUMNS)}")
    market, region, category, price = row
    if not _MARKET.fullmatch(market):
        raise NoRateCard(f"line {number}: the market is no country and no region")
    if region:
        if not _COUNTRY.fullmatch(market) or not _WORD.fullmatch(region):
            raise NoRateCard(f"line {number}: only a country has a region, in lower case")
        if regions.setdefault(market, region) != region:
            raise NoRateCard(f"line {number}: {market} has another region above")
    if not category and not price and region:
        return
    if not _WORD.fullmatch(category):
        raise NoRateCard(f"line {number}: the category is a word in lower case")
    if not _PRICE.fullmatch(price):
        raise NoRateCard(f"line {number}: the price is a whole number of micro-US$")
    if (market, category) in prices:
        raise NoRateCard(f"line {number}: {market} {category} has a price above")
    prices[market, category] = int(price)


def compared(command: ImportRateCard, prices: Prices) -> Changes:
    """Beside the card that would hold at that time without it."""
    return Changes(list(differences(command, prices)), list(region_changes(command, prices)))


def differences(command: ImportRateCard, prices: Prices) -> Iterator[Difference]:
    """Rows, and what a country costs that is in another region."""
    holds, comes = _beside(command, prices)
    rows = {key: (holds.prices.get(key), comes.prices.get(key)) for key in holds.prices.keys() | comes.prices.keys()}
    categories = {category for _, category in rows}
    for moved in region_changes(command, prices):
        for category in categories:
            both = _price(holds, moved.country, category), _price(comes, moved.country, category)
            rows.setdefault((moved.country, category), both)
    for key, (before, after) in sorted(rows.items()):
        if before != after:
            yield Difference(*key, before, after)


def region_changes(command: ImportRateCard, prices: Prices) -> Iterator[RegionChange]:
    holds, comes = _beside(command, prices)
    for country in sorted(holds.regions.keys() | comes.regions.keys()):
        before, after = holds.regions.get(country), comes.regions.get(country)
        if before != after:
            yield RegionChange(country, before, after)


def _beside(command: ImportRateCard, prices: Prices) -> tuple[RateCard, RateCard]:
    earlier = (card for card in prices.cards if card.valid_from <= command.valid_from)
    holds = max(earlier, key=lambda card: card.valid_from, default=RateCard("", command.valid_from, {}))
    return holds, card_of(imported(command))


def _price(card: RateCard, country: str, category: str) -> int | None:
    found = card.find(country, category)
    return None if found is None else found.amount


def is_known(command: ImportRateCard, prices: Prices) -> bool:
    card: RateCard = card_of(imported(command))
    return card in prices.cards
