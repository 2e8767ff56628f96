"""What a message costs and why: a pure function of policy, card, delivery and what was before (rule 25)."""

from billing.domain.rating.card import RateCard
from billing.domain.rating.delivery import NOTHING_BEFORE, Before, Delivery, Rating, Told, Window
from billing.domain.rating.policies import rate, rate_anyway
from billing.domain.rating.policy import DEFAULT, Policy

__all__ = [
    "DEFAULT",
    "NOTHING_BEFORE",
    "Before",
    "Delivery",
    "Policy",
    "RateCard",
    "Rating",
    "Told",
    "Window",
    "rate",
    "rate_anyway",
]
