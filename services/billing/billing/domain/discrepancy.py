"""Meta's word about a price beside our own rating: what differs is told (rule 28)."""

from __future__ import annotations

from dataclasses import replace

from recado_events.billing import Rated, RatingDiscrepancyFound
from recado_events.event import Event

from billing.commands import NoteDelivery, NotePricing
from billing.domain.holding import on
from billing.domain.private import PricingNoted
from billing.domain.rating import Delivery, Told
from billing.domain.rating.card import category_of
from billing.domain.rating.delivery import UNTOLD
from billing.domain.scene import Scene, rated


def at_charge(command: NoteDelivery, scene: Scene, delivery: Delivery, cost: Rated) -> list[Event]:
    if delivery.told == UNTOLD:
        return []
    expected = rated(scene.rate_anyway(replace(delivery, told=UNTOLD)))
    if not _is_other(delivery.told, delivery.category) and expected.amount == cost.amount:
        return []
    return [
        RatingDiscrepancyFound(
            **on(command),
            expected=expected,
            rated=cost,
            meta_category=delivery.told.category,
            meta_type=delivery.told.type,
            difference=cost.amount - expected.amount,
            applied=scene.has_price(delivery),
            found_at=command.now,
        )
    ]


def note_late_pricing(command: NotePricing, scene: Scene) -> list[Event]:
    told = scene.charge.told.then(command.pricing.category, command.pricing.type)
    return afterwards(command, scene, told)


def afterwards(command: NoteDelivery | NotePricing, scene: Scene, told: Told) -> list[Event]:
    """Each word once; the charge stays (each is charged at most once, for ever)."""
    known = scene.charge
    if told == known.told or known.rated is None or known.rateable is None:
        return []
    noted = PricingNoted(**on(command), category=told.category, type=told.type, noted_at=command.now)
    amount = scene.rate_again(known.rateable, known.rated, told).amount
    if amount == known.rated.amount and not _is_other(told, known.rated.category):
        return [noted]
    found = RatingDiscrepancyFound(
        **on(command),
        expected=known.rated,
        rated=known.rated,
        meta_category=told.category,
        meta_type=told.type,
        difference=amount - known.rated.amount,
        applied=False,
        found_at=command.now,
    )
    return [found, noted]


def _is_other(told: Told, category: str) -> bool:
    return told.category is not None and category_of(told.category) != category_of(category)
