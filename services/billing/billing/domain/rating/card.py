"""Rate cards: (market, category) → price, as dated data (rule 26)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

REST_OF_WORLD = "rest_of_world"

_WIDER = {
    "authentication_international": ("authentication",),
    "marketing_lite": ("marketing",),
    "group_marketing": ("marketing",),
    "group_utility": ("utility",),
    "group_service": ("service",),
    "service_message": ("service",),
}
"""Which category's price is taken where the card has none for this one."""


@dataclass(frozen=True, slots=True)
class Priced:
    market: str
    """The row that was found."""
    amount: int
    """micro-US$."""


@dataclass(frozen=True, slots=True)
class RateCard:
    name: str
    valid_from: datetime
    """Wall-clock time of each WABA's zone."""
    prices: Mapping[tuple[str, str], int]
    regions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Country (ISO 3166 alpha-2) → region."""

    def find(self, country: str | None, category: str) -> Priced | None:
        """The country's price, else its region's, else that of the rest of the world; None where there is none."""
        for name in (category, *_WIDER.get(category, ())):
            for market in self._rows(country):
                amount = self.prices.get((market, name))
                if amount is not None:
                    return Priced(market, amount)
        return None

    def _rows(self, country: str | None) -> Iterator[str]:
        if country is not None:
            yield country
            if country in self.regions:
                yield self.regions[country]
        yield REST_OF_WORLD


def category_of(word: str) -> str:
    """Meta's spellings vary between lower and upper case, hyphens and underscores."""
    return word.strip().lower().replace("-", "_")
