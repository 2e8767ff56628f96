"""Prices: the platform's, for every organisation. Policies and rate cards are dated data, chosen by events."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.event import Event, Fact


class OfPrices(Event):
    """Their organisation is `recado_events.ids.PLATFORM`."""

    STREAM: ClassVar[str] = "prices-{organisation_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"


class PolicyChosen(OfPrices):
    """How messages are rated from an instant on."""

    TYPE: ClassVar[str] = "billing.policy-chosen.v1"
    policy: str
    """R1 (conversations), R2 (delivered templates) or R3 (and service messages)."""
    valid_from: str
    """YYYY-MM-DDTHH:MM:SS, wall-clock time of each WABA's own time zone."""
    reply_window_is_free: bool = True
    """R1: nothing is charged inside a window that a reply to a business-initiated conversation opened."""
    free_conversations: int = 1_000
    """Customer-initiated conversations a month and WABA."""
    free_service_messages: int = 1_000
    """R3: service messages a month and number."""
    chosen_at: AwareDatetime


class Price(Fact):
    """One row: what a delivered message (or a conversation) of a category costs in a market, micro-US$."""

    market: str
    """A country (ISO 3166 alpha-2), a region of this card, or rest_of_world."""
    category: str
    amount: int


class RegionOf(Fact):
    country: str
    region: str


class RateCardImported(OfPrices):
    """A rate card, whole. It holds from `valid_from` (wall-clock time of each WABA's zone) until a later one does."""

    TYPE: ClassVar[str] = "billing.rate-card-imported.v1"
    rate_card: str
    """Its name."""
    valid_from: str
    prices: tuple[Price, ...]
    regions: tuple[RegionOf, ...] = ()
    imported_at: AwareDatetime
