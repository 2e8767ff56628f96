"""Wallets full of credits, and billing's own process that works off what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid5

from billing.domain.private import PRIVATE, NumberNoted, PaidNoted, PurchaseStarted, TimeZoneNoted
from recado_chassis.storing.postgres import PostgresStore
from recado_events.billing import (
    PUBLISHED,
    CreditsPurchased,
    OrganisationRegistered,
    Posting,
    Price,
    RateCardImported,
)
from recado_events.catalogue import BILLING, CONVERSATIONS
from recado_events.event import Event
from recado_events.ids import PLATFORM

from tests.bench.backlog import fill
from tests.bench.campaign import TOLD, Campaign, Wallet, wallets_of
from tests.bench.ground import Ground
from tests.bench.services import MAINS, append, environment_of, streams_on
from tests.bench.shift import ONLY, Outcome, Shift

EVENTS = (*PUBLISHED, *PRIVATE)
CREDITS = 10**12
"""micro-US$ in each wallet: more than any campaign costs."""
PRICE = 62_500


@dataclass(frozen=True)
class Ledger:
    """Where a campaign was charged."""

    dsn: str
    prefix: str
    """Of its topics."""
    campaign: Campaign


class Wallets:
    """`whole` runs all of the service's worker, its view too. The first pairs are worked off at once, to warm up."""

    def __init__(self, ground: Ground, count: int, warm_up: int, *, whole: bool = False) -> None:
        self._ground = ground
        self.prefix = ground.topics()
        self.dsn = ground.database(MAINS["billing"])
        self.campaign = Campaign(count)
        self._environment = environment_of(ground, "billing", self.dsn, self.prefix)
        self._module = ["billing"] if whole else [ONLY, "billing"]
        self._shift = Shift(ground, self.prefix + BILLING.name)
        facts = opening(count, self.campaign.begins)
        with closing(PostgresStore(self.dsn)) as store:
            append(streams_on(store, EVENTS), facts)
        self._work_off(warm_up, sum(isinstance(fact, PUBLISHED) for fact in facts))

    def work_off(self, pairs: int) -> Outcome:
        """So many messages more, each asked for and delivered; the rate is of pairs."""
        return self._work_off(pairs, 0)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.dsn, self.prefix, self.campaign)

    def close(self) -> None:
        self._ground.forget_topics(self.prefix)
        self._ground.drop(self.dsn)

    def _work_off(self, pairs: int, besides: int) -> Outcome:
        fill(self._ground.kafka.bootstrap, self.campaign.next(pairs), self.prefix + CONVERSATIONS.name)
        return self._shift.run(self._module, self._environment, pairs, TOLD * pairs + besides)


def opening(count: int, at: datetime) -> list[Event]:
    """What stands in the log before anything is charged."""
    return [*_prices(at), *(fact for each in wallets_of(count) for fact in _open(each, at))]


def _prices(at: datetime) -> Iterator[Event]:
    price = Price(market="BR", category="marketing", amount=PRICE)
    card: dict[str, Any] = {"rate_card": "bench", "valid_from": "2020-01-01T00:00:00", "prices": (price,)}
    yield RateCardImported(organisation_id=PLATFORM, **card, imported_at=at)


def _open(wallet: Wallet, at: datetime) -> Iterator[Event]:
    """Registered, connected, and paid for."""
    org = wallet.organisation_id
    yield OrganisationRegistered(
        organisation_id=org, name="Aurora", locale="pt-BR", edition="premier", registered_at=at
    )
    number: dict[str, Any] = {"organisation_id": org, "phone_number_id": wallet.number, "waba_id": wallet.waba_id}
    yield NumberNoted(**number, country="BR", noted_at=at)
    yield TimeZoneNoted(organisation_id=org, waba_id=wallet.waba_id, time_zone="UTC", noted_at=at)
    bought: dict[str, Any] = {"organisation_id": org, "purchase_id": uuid5(org, "purchase")}
    yield PurchaseStarted(**bought, how="checkout", amount=CREDITS, fee=0, started_by=None, started_at=at)
    moved = Posting(account="available", amount=CREDITS), Posting(account="purchases", amount=-CREDITS)
    yield CreditsPurchased(**bought, how="checkout", amount=CREDITS, fee=0, postings=moved, purchased_at=at)
    yield PaidNoted(**bought, payment="bench", noted_at=at)
