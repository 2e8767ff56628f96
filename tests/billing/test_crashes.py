"""billing killed at the worst moments: nothing is charged or credited twice, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from billing.domain.private import PRIVATE, PaidNoted
from recado_chassis.mapper import Mapper
from recado_chassis.storing.postgres import PostgresStore
from recado_events import conversations as told_by
from recado_events import gateway as gateway_told
from recado_events.billing import PUBLISHED, ChargePosted, CreditsPurchased, CreditsReserved, HoldReleased
from recado_events.content import OutgoingText
from recado_events.identity import Recipient
from recado_events.ids import ConversationId, CustomerId, MessageId, TemplateId, UserId

from deploy.local.provider import Kafka
from tests.billing.conftest import PREPARED
from tests.billing.office import NUMBER, PRICES, WABA, Office
from tests.billing.provider import KEY, SECRET, Provider
from tests.crash.alone import Alone, Outside
from tests.harness.on_database import token
from tests.servers.database_factory import DatabaseFactory

pytestmark = [pytest.mark.timeout(400), pytest.mark.long]
OF_CHARGES = ("consumer.before_transaction", "store.before_commit", "store.after_commit", "relay.after_publish")
"""In this order: what one leaves undone the next one meets."""


class Service(Alone):
    """billing as a process, with one organisation whose wallet holds a credit."""

    outside: Outside
    """Meta."""

    def opens(self, provider: Provider) -> None:
        provider.delivers(url=f"{self.url}/webhooks/payments", held=False, copies=1, attempts=400)
        self.start()
        operator = token("operator", None)
        body = {"name": "Aurora", "locale": "en", "edition": "premier"}
        self.does("PUT", f"/organisations/{self.organisation}", body, operator)
        card = {"rate_card": "card", "valid_from": "2026-01-01", "prices": PRICES}
        self.does("POST", "/rate-cards", card, operator)
        where: Any = {"organisation_id": self.organisation, "phone_number_id": NUMBER, "waba_id": WABA}
        by: Any = {"started_by": UserId(uuid4()), "started_at": datetime.now(UTC)}
        self.tells("gateway", gateway_told.ChannelConnectionStarted(**where, country="BR", time_zone="UTC", **by))

    def does(self, method: str, path: str, body: Any, who: dict[str, str] | None = None) -> Any:
        headers = {**(who or token("administrator", self.organisation)), "Idempotency-Key": str(uuid4())}
        answer = httpx.request(method, f"{self.url}{path}", json=body, headers=headers, timeout=30, trust_env=False)
        assert answer.is_success, answer.text
        return answer.json()

    def buys(self, provider: Provider) -> None:
        bought = self.does("POST", "/purchases", {"credits": 1})
        provider.pays(bought["checkout_url"].rpartition("/")[2])

    def credited(self) -> bool:
        return len(self.facts(CreditsPurchased)) >= 1

    def facts(self, kind: type[Any]) -> list[Any]:
        mapper = Mapper((*PUBLISHED, *PRIVATE))
        with closing(PostgresStore(self.dsn)) as store:
            events = [mapper.decode(row.state, row.position).event for row in store.read(0, 10_000)]
        return [event for event in events if isinstance(event, kind)]

    # What conversations tells -------------------------------------------------------------------------

    def on(self, message: MessageId) -> Any:
        where = {
            "organisation_id": self.organisation,
            "phone_number_id": NUMBER,
            "customer_id": CustomerId(UUID(int=7)),
        }
        return {**where, "conversation_id": ConversationId(UUID(int=8)), "message_id": message}

    def asks(self, message: MessageId) -> None:
        self.outside.accepted(message)
        now = datetime.now(UTC)
        use = told_by.TemplateUse(
            template_id=TemplateId(uuid4()), waba_id=WABA, name="offer", language="pt_BR", category="MARKETING"
        )
        content = told_by.Released(content=OutgoingText(body="Olá"), recipient=Recipient(wa_id="5511987654321"))
        asked = told_by.MessageRequested(
            **self.on(message),
            kind="template",
            template=use,
            requested_by=UserId(uuid4()),
            requested_at=now,
            send_by=now + timedelta(minutes=15),
            personal=content,
        )
        self.tells("conversations", asked)

    def reports(self, message: MessageId, kind: type[Any]) -> None:
        self.outside.told_of(message, kind.__name__.removeprefix("Message").lower())
        now = datetime.now(UTC)
        self.tells("conversations", kind(**self.on(message), joined_by="tag", occurred_at=now, received_at=now))


@pytest.fixture
def service(
    kafka: Kafka, database: DatabaseFactory, topic_prefix: str, tmp_path: Path, provider: Provider
) -> Iterator[Service]:
    settings = {
        "RECADO_PAYMENTS_KEY": KEY,
        "RECADO_PAYMENTS_SECRETS": f'["{SECRET}"]',
        "RECADO_PAYMENTS_URL": provider.url,
    }
    with closing(Outside(tmp_path)) as outside:
        made = Service(
            "billing", database(PREPARED), kafka.bootstrap, topic_prefix, tmp_path, simulator=outside.url, **settings
        )
        made.outside = outside
        made.opens(provider)
        try:
            yield made
        finally:
            made.stop()


def test_rule_24_28_killed_at_each_point_while_it_reserves_posts_and_releases(
    service: Service, provider: Provider
) -> None:
    service.buys(provider)
    service.until(service.credited, "a credit is there")
    service.rests()
    posted, released = MessageId(uuid4()), MessageId(uuid4())
    delivered, read, failed = told_by.MessageDelivered, told_by.MessageRead, told_by.MessageFailed
    for told in (
        [(posted, None), (released, None)],
        [(posted, delivered), (posted, read)],
        [(released, failed), (posted, delivered)],
    ):
        service.stop()
        for message, kind in told:
            service.asks(message) if kind is None else service.reports(message, kind)
        for point in OF_CHARGES:
            service.start(point=point)
            assert service.dies(), point
        service.start()
        service.rests()
    reserved = [fact.message_id for fact in service.facts(CreditsReserved)]
    assert sorted(reserved) == sorted([posted, released])
    assert [fact.message_id for fact in service.facts(ChargePosted)] == [posted]
    assert [fact.message_id for fact in service.facts(HoldReleased)] == [released]
    assert service.does("GET", "/wallet", None)["available"] == 2_000_000 - 62_500
    assert service.differing() == {}


def test_a_credit_that_was_lost_is_named(service: Service, provider: Provider) -> None:
    """Planted: the purchase is noted as paid, and nothing comes into the ledger."""
    service.stop()
    service.start("credits_forgotten")
    service.buys(provider)
    service.until(lambda: bool(service.facts(PaidNoted)), "it is noted as paid")
    service.rests()
    assert service.facts(CreditsPurchased) == []
    assert service.differing() == {"payments that were not credited": 1}


def test_rule_31_killed_while_it_takes_a_notice(service: Service, provider: Provider) -> None:
    service.stop()
    service.start(point="payments.noticed")
    service.until(service.is_ready, "it is ready")
    service.buys(provider)
    assert service.dies()
    assert service.facts(CreditsPurchased) == []
    service.start()
    service.until(service.credited, "the notice came again")
    service.rests()
    assert len(service.facts(CreditsPurchased)) == 1
    assert service.differing() == {}


async def test_rule_30_killed_between_claiming_a_recharge_and_asking_for_it(
    service: Service, provider: Provider
) -> None:
    """The worker is gone, and nobody knows whether the provider was asked: another one asks with the same keys."""
    service.buys(provider)
    service.until(service.credited, "a credit is there")
    service.stop()
    service.start(point="recharge.claimed")
    service.until(service.is_ready, "it is ready")
    service.does("PUT", "/wallet/recharge", {"on": True, "floor": 1, "amount": 2, "daily_cap": 10})
    assert service.dies()
    async with Office(service.dsn, provider) as office:
        assert await office.looks_after("recharges") == 0, "the claim is not two minutes old"
        office.clock.ahead = timedelta(minutes=3)
        assert await office.looks_after("recharges") == 1
        office.clock.ahead = timedelta()
        await office.until(lambda: len(service.facts(CreditsPurchased)) == 2, "the recharge is credited")
    assert len(provider.intents_of(service.organisation)) == 2
