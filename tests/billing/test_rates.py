"""What a new rate card changes is shown before it is imported, and one that says two things is refused (rule 26)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from billing.adapters.http.prices import RateCardBody
from billing.application.books import FOLDS
from billing.application.rates import Changes, Difference, RegionChange, compared, read_card
from billing.domain.prices import PRICES_STREAM, Prices
from pydantic import ValidationError

from tests.billing.stage import Stage

OLD = {
    ("latin_america", "marketing"): 74_000,
    ("africa", "marketing"): 22_000,
    ("PY", "utility"): 9_000,
    ("rest_of_world", "marketing"): 60_400,
    ("rest_of_world", "utility"): 7_700,
}
HEAD = "market,region,category,price_micros"
SAME = [f"{market},,{category},{amount}" for (market, category), amount in OLD.items()]
JULY = datetime(2026, 7, 1)  # noqa: DTZ001 - wall-clock time


def shown(*regions: str) -> Changes:
    """Of a card with the same prices and these regions, after one in which PY and BR are in latin_america."""
    stage = Stage(prices=OLD)
    known: Prices = stage.streams.read(PRICES_STREAM, FOLDS["prices"])
    command = read_card("next", JULY, [HEAD, *SAME, *[f"{region},," for region in regions]], stage.now)
    return compared(command, known)


def test_rule_26_a_country_in_another_region_is_shown_with_the_prices_that_this_changes() -> None:
    found = shown("PY,africa", "BR,latin_america")
    assert found.regions == [RegionChange("PY", "latin_america", "africa")]
    assert found.changes == [Difference("PY", "marketing", 74_000, 22_000)]


def test_rule_26_a_country_that_leaves_its_region_has_the_worlds_price() -> None:
    found = shown("BR,latin_america")
    assert found.regions == [RegionChange("PY", "latin_america", None)]
    assert found.changes == [Difference("PY", "marketing", 74_000, 60_400)]


def test_rule_26_the_same_card_changes_nothing() -> None:
    assert shown("PY,latin_america", "BR,latin_america") == Changes([], [])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"prices": [("BR", "utility", 1), ("BR", "utility", 2)]}, "BR utility has a price above"),
        ({"prices": [("BR", "utility", 1), ("BR", "utility", 1)]}, "BR utility has a price above"),
        ({"regions": [("BR", "asia"), ("BR", "africa")]}, "BR has another region above"),
    ],
)
def test_rule_26_a_card_that_says_two_things_of_one_price_or_country_is_refused(changed: Any, said: str) -> None:
    prices = changed.get("prices", [("BR", "utility", 1)])
    with pytest.raises(ValidationError, match=said):
        RateCardBody.model_validate(
            {
                "rate_card": "twice",
                "valid_from": "2026-01-01",
                "prices": [dict(zip(("market", "category", "amount"), price, strict=True)) for price in prices],
                "regions": [{"country": country, "region": region} for country, region in changed.get("regions", [])],
            }
        )
