"""One organisation at billing on a real database: what others tell, its administrators over HTTP, its payments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any, Self, cast
from uuid import UUID, uuid4

import httpx
from billing import main
from billing.settings import Settings
from recado_chassis.http.app import create_app
from recado_chassis.running.server import HttpServer
from recado_chassis.service import Service
from recado_chassis.toolbox import Toolbox
from recado_events import conversations as told_by
from recado_events import gateway as gateway_told
from recado_events.content import OutgoingText
from recado_events.identity import Recipient
from recado_events.ids import (
    ConversationId,
    CustomerId,
    MessageId,
    OrganisationId,
    PhoneNumberId,
    TemplateId,
    UserId,
    WabaId,
)

from tests.billing.provider import KEY, SECRET, Provider
from tests.harness.on_database import ServiceOnDatabase, periodic, token, told
from tests.simulator.connections import direct_client

NUMBER = PhoneNumberId("106540352242922")
WABA = WabaId("102290129340398")
PRICES = [
    {"market": "BR", "category": "marketing", "amount": 62_500},
    {"market": "rest_of_world", "category": "marketing", "amount": 60_400},
    {"market": "rest_of_world", "category": "utility", "amount": 7_700},
]


class MovableClock:
    """The system's clock, pushed forward by tests."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Office:
    """`async with Office(dsn, provider)`: served on a port of its own, where the provider's notices come in."""

    def __init__(self, dsn: str, provider: Provider, **options: Any) -> None:
        self.dsn = dsn
        self.provider = provider
        self.clock = MovableClock()
        self.organisation = OrganisationId(uuid4())
        self.administrator = token("administrator", self.organisation)
        self.operator = token("operator", None)
        self._options = {
            "payments_key": KEY,
            "payments_secrets": [SECRET],
            "payments_url": provider.url,
            "payments_return_url": "https://crm.example/credits",
            **options,
        }
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        namespace = SimpleNamespace(build=self._build, SHOWS=main.SHOWS, Settings=Settings)
        self.service = ServiceOnDatabase(cast(ModuleType, namespace), self.dsn, self._options)
        app = create_app(self.service.service, self.service._settings, wait_for=self.service._shown.wait_for)
        self._server = HttpServer(app, "127.0.0.1", 0)
        await self._server.start()
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.client = direct_client(base_url=self.url, timeout=30)
        self.provider.delivers(url=f"{self.url}/webhooks/payments", held=False, copies=1)
        self.provider.does("POST", "/faults", next=[])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()
        await self._server.stop(1)
        await asyncio.to_thread(self.service.close)

    def _build(self, settings: Settings, tools: Toolbox) -> Service:
        return main.build(settings, replace(tools, clock=self.clock))

    # What people do and see --------------------------------------------------------------------------------

    async def asks(
        self, method: str, path: str, body: Any = None, who: dict[str, str] | None = None, key: str | None = None
    ) -> httpx.Response:
        headers = {**(who or self.administrator), **({} if key is None else {"Idempotency-Key": key})}
        return await self.client.request(method, path, json=body, headers=headers)

    async def does(self, method: str, path: str, body: Any = None, who: dict[str, str] | None = None) -> Any:
        answer = await self.asks(method, path, body, who, key=str(uuid4()))
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def sees(self, path: str, who: dict[str, str] | None = None) -> Any:
        """With everything shown that has happened until now."""
        await self.service.shown()
        answer = await self.client.get(path, headers=who or self.administrator)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def opens(self, edition: str = "premier", policy: str = "R1") -> None:
        """Registered, its number connected, prices imported."""
        body = {"name": "Padaria Aurora", "locale": "pt-BR", "edition": edition}
        await self.does("PUT", f"/organisations/{self.organisation}", body, self.operator)
        card = {"rate_card": f"card-{self.organisation}", "valid_from": "2026-01-01", "prices": PRICES}
        await self.does("POST", "/rate-cards", card, self.operator)
        self.connects()

    async def buys(self, credits: int = 10, **how: Any) -> Any:
        """Bought and paid; waits until it is credited."""
        bought = await self.does("POST", "/purchases", {"credits": credits})
        paid = await asyncio.to_thread(self.provider.pays, bought["checkout_url"].rsplit("/", 1)[1], **how)
        await self.until(lambda: self.stands(bought["purchase_id"]) == "paid", "the purchase is credited")
        return {**bought, "payment": paid["payment_intent"], "customer": paid["customer"]}

    def stands(self, purchase: str) -> str | None:
        with self.service.store.connection() as connection:
            row = connection.execute("SELECT state FROM view_wallets.purchases WHERE purchase_id = %s", [purchase])
            return next((found[0] for found in row), None)

    async def available(self) -> int:
        found: int = (await self.sees("/wallet"))["available"]
        return found

    async def until(self, fits: Callable[[], bool], what: str, seconds: float = 15) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        while not await asyncio.to_thread(fits):
            assert asyncio.get_running_loop().time() < deadline, f"waited in vain until {what}"
            await asyncio.sleep(0.02)

    async def looks_after(self, name: str) -> int:
        """One round of what workers do by themselves: holds or recharges."""
        await self.service.shown()
        found: Any = await asyncio.to_thread(periodic(self.service.service, name).act)
        return int(found)

    # What others tell ----------------------------------------------------------------------------------------

    def hears(self, *events: Any) -> None:
        self.service.hears(*[told(event) for event in events])

    def connects(self, time_zone: str = "America/Sao_Paulo") -> None:
        where: Any = {"organisation_id": self.organisation, "phone_number_id": NUMBER, "waba_id": WABA}
        by: Any = {"started_by": UserId(uuid4()), "started_at": self.clock.now()}
        self.hears(gateway_told.ChannelConnectionStarted(**where, country="BR", time_zone=time_zone, **by))

    def on(self, customer: CustomerId, message: MessageId) -> Any:
        where = {"organisation_id": self.organisation, "phone_number_id": NUMBER, "customer_id": customer}
        return {**where, "conversation_id": ConversationId(UUID(int=customer.int)), "message_id": message}

    def request(self, customer: CustomerId, category: str = "MARKETING", wa_id: str = "5511987654321") -> Any:
        """A template message that asks for its credits."""
        now = self.clock.now()
        use = told_by.TemplateUse(
            template_id=TemplateId(uuid4()), waba_id=WABA, name="offer", language="pt_BR", category=category
        )
        content = told_by.Released(content=OutgoingText(body="Olá"), recipient=Recipient(wa_id=wa_id))
        return told_by.MessageRequested(
            **self.on(customer, MessageId(uuid4())),
            kind="template",
            template=use,
            requested_by=UserId(uuid4()),
            requested_at=now,
            send_by=now + timedelta(minutes=15),
            personal=content,
        )

    def delivery(self, customer: CustomerId, message: MessageId, kind: Any = None, **pricing: Any) -> Any:
        now = self.clock.now()
        about = told_by.Pricing(billable=True, pricing_model="PMP", **pricing) if pricing else None
        return (kind or told_by.MessageDelivered)(
            **self.on(customer, message), joined_by="tag", occurred_at=now, received_at=now, pricing=about
        )

    def sends(self, category: str = "MARKETING", customer: CustomerId | None = None) -> tuple[CustomerId, MessageId]:
        """Asked for and delivered."""
        customer = customer or new_customer()
        asked = self.request(customer, category)
        self.hears(asked, self.delivery(customer, asked.message_id))
        return customer, asked.message_id


def new_customer() -> CustomerId:
    return CustomerId(uuid4())
