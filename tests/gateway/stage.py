"""One organisation at one gateway: its number, its released messages, its dispatcher, and what Meta has of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any, Self, TypeVar, cast
from uuid import UUID, uuid4

import httpx
from gateway import main
from gateway.adapters.dispatcher import Dispatcher
from gateway.application import Dispatching
from gateway.application.accounts import Tokens
from gateway.application.folds import EDITION
from gateway.application.ports import Claim, Wanted
from gateway.commands import Accepted
from gateway.domain.edition import edition_stream
from gateway.settings import Settings
from recado_chassis.mapper import Recorded
from recado_chassis.running.periodic import Periodic
from recado_chassis.service import Service
from recado_chassis.toolbox import Toolbox
from recado_chassis.trust import trust_store
from recado_events.billing import EditionChanged, OrganisationRegistered
from recado_events.content import OutgoingContent, OutgoingText, ReadReceipt
from recado_events.conversations import MessageReleased, ReadReceiptReleased, Released
from recado_events.envelope import Cause, Envelope
from recado_events.event import Event
from recado_events.gateway import MessageAccepted, OfDispatch
from recado_events.identity import Recipient
from recado_events.ids import (
    ConversationId,
    CustomerId,
    MessageId,
    OrganisationId,
    PhoneNumberId,
    UserId,
    WabaId,
)
from recado_events.inbound import InboundType

from tests.gateway.meta import APP_ID, APP_SECRET, VERIFY_TOKEN
from tests.harness.on_database import ServiceOnDatabase, periodic, token
from tests.simulator.client import Simulator

E = TypeVar("E", bound=Event)
NUMBER = PhoneNumberId("106540352242922")
OTHER_NUMBER = PhoneNumberId("106540352242933")
WABA = WabaId("102290129340398")
PIN = "123456"
KEYS = {"token_key": "a" * 43, "tag_key": "cd" * 32}


class MovableClock:
    """The system's clock, pushed forward by tests."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


def options(graph_url: str) -> dict[str, Any]:
    """What a gateway is told beyond what every service is."""
    told = {"app_id": APP_ID, "app_secrets": [APP_SECRET], "verify_token": VERIFY_TOKEN, "graph_url": graph_url}
    return {**told, **KEYS}


class Stage:
    """`async with Stage(dsn, meta)`; several on one database are several workers."""

    def __init__(self, dsn: str, meta: Simulator, organisation: OrganisationId | None = None, **told: Any) -> None:
        self.dsn = dsn
        self.meta = meta
        self.clock = MovableClock()
        self.organisation = organisation or OrganisationId(uuid4())
        self.graph_url = meta.base_url
        self.held: frozenset[int] | None = None
        self._told = told
        self._clients: list[httpx.AsyncClient] = []

    @classmethod
    def another(cls, stage: Stage) -> Stage:
        """Another worker on the same database, with the same organisation and the other's `graph_url`."""
        made = cls(stage.dsn, stage.meta, stage.organisation, **stage._told)
        made.graph_url = stage.graph_url
        return made

    async def __aenter__(self) -> Self:
        namespace = SimpleNamespace(build=self._build, SHOWS=main.SHOWS, Settings=Settings)
        told = {**options(self.graph_url), **self._told}
        self.on_database = ServiceOnDatabase(cast(ModuleType, namespace), self.dsn, told)
        self.registered(self.organisation)
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients:
            await client.aclose()
        await asyncio.to_thread(self.on_database.close)

    def _build(self, settings: Settings, tools: Toolbox) -> Service:
        return main.build(settings, replace(tools, clock=self.clock, http=self._client, held=lambda _: self.held))

    def _client(self, **wanted: Any) -> httpx.AsyncClient:
        client = httpx.AsyncClient(**{"verify": trust_store(), **wanted})
        self._clients.append(client)
        return client

    # What billing tells ------------------------------------------------------------------------------

    def registered(self, organisation: UUID, edition: str = "premier") -> None:
        """Once: another worker on the same database has heard of it already."""
        streams = self.on_database.service.streams
        org = OrganisationId(organisation)
        if streams.read(edition_stream(org), EDITION).name is None:
            at = self.clock.now()
            self.hears(
                OrganisationRegistered(
                    organisation_id=org, name="Aurora", locale="pt-BR", edition=edition, registered_at=at
                )
            )

    def edition(self, edition: str) -> None:
        """The operator changes this organisation's."""
        at = self.clock.now()
        org = self.organisation
        self.hears(EditionChanged(organisation_id=org, previous="premier", edition=edition, changed_at=at))

    # People --------------------------------------------------------------------------------------

    @asynccontextmanager
    async def administrator(self, organisation: UUID | None = None) -> AsyncIterator[httpx.AsyncClient]:
        self.registered(organisation or self.organisation)
        headers = token("administrator", organisation or self.organisation)
        async with self.on_database.http(headers) as client:
            yield client

    async def connect(self, number: str = NUMBER) -> None:
        """Connects a number through all its steps, as an administrator does."""
        asked = {"waba_id": WABA, "phone_number_id": number, "code": await self.meta.mint_code(WABA), "pin": PIN}
        async with self.administrator() as client:
            answer = await client.post("/channels", json=asked)
            assert answer.status_code == 200, answer.text
            answer = await client.put(f"/channels/{number}/details", json={"name": "Front desk"})
            assert answer.json()["status"] == "connected", answer.text

    async def person(self, wa_id: str = "5511987650001", number: str = NUMBER) -> str:
        """Somebody who wrote a moment ago, so that free-form answers may be sent."""
        await self.meta.customer_writes(wa_id, number, "Oi")
        return wa_id

    # What conversations releases -------------------------------------------------------------------

    def releases(self, *events: MessageReleased | ReadReceiptReleased) -> list[MessageId]:
        self.hears(*events)
        return [event.message_id for event in events]

    def hears(self, *events: Event) -> None:
        """Events of conversations, as its relay publishes them."""
        self.on_database.hears(*(self._recorded(event) for event in events))

    def text(self, to: str = "5511987650001", body: str = "Olá", **changed: Any) -> MessageReleased:
        return self.message(OutgoingText(body=body), to, **changed)

    def message(
        self, content: OutgoingContent, to: str = "5511987650001", *, seconds: float = 600, **changed: Any
    ) -> MessageReleased:
        now = self.clock.now()
        context = changed.pop("context", None)
        recipient = changed.pop("recipient", Recipient(wa_id=to))
        values = {
            "organisation_id": self.organisation,
            "phone_number_id": NUMBER,
            "customer_id": customer_of(to),
            "conversation_id": ConversationId(uuid4()),
            "message_id": MessageId(uuid4()),
            "kind": content.kind,
            "released_by": UserId(uuid4()),
            "released_at": now,
            "send_by": now + timedelta(seconds=seconds),
            "personal": Released(content=content, recipient=recipient, context_wamid=context),
        }
        return MessageReleased.model_validate({**values, **changed})

    def receipt(self, wamid: str, to: str = "5511987650001") -> ReadReceiptReleased:
        said = self.message(ReadReceipt(target_wamid=wamid), to)
        return ReadReceiptReleased(
            organisation_id=said.organisation_id,
            phone_number_id=said.phone_number_id,
            customer_id=said.customer_id,
            conversation_id=said.conversation_id,
            message_id=said.message_id,
            target_id=MessageId(uuid4()),
            released_by=said.released_by,
            released_at=said.released_at,
            send_by=said.send_by,
            personal=said.personal,
        )

    def _recorded(self, event: Event) -> Recorded:
        now = self.clock.now()
        envelope = Envelope(
            id=uuid4(),
            type=event.TYPE,
            subject=event.subject,
            time=event.happened_at,
            organisation_id=event.organisation_id,
            stream=event.stream,
            sequence=1,
            recorded_at=now,
            cause=Cause(str(uuid4())),
        )
        return Recorded(event, envelope)

    # What Meta tells ---------------------------------------------------------------------------------

    def status(self, wamid: str, tag: str | None, status: str = "sent", organisation: UUID | None = None) -> None:
        """A status of Meta, as the door passes it on."""
        update = {"id": wamid, "status": status, "timestamp": "1790000000", "recipient_id": "5511987650001"}
        body = {
            "organisation_id": str(organisation or self.organisation),
            "waba_id": WABA,
            "phone_number_id": NUMBER,
            "field": "messages",
            "received_at": 1,
            "update": update if tag is None else {**update, "biz_opaque_callback_data": tag},
        }
        self.on_database.receives(InboundType.STATUS, organisation or self.organisation, body)

    # The dispatcher ----------------------------------------------------------------------------------

    @property
    def dispatcher(self) -> Dispatcher:
        return next(each for each in self.on_database.service.also if isinstance(each, Dispatcher))

    @property
    def unsubscriber(self) -> Periodic:
        return periodic(self.on_database.service, "unsubscriber")

    @property
    def tokens(self) -> Tokens:
        return self.dispatching_rules._tokens

    @property
    def dispatching_rules(self) -> Dispatching:
        return self.dispatcher._dispatching

    def claims(self) -> list[Claim]:
        """Claims what is due, as a worker does that dies right after."""
        line, now = self.dispatcher._line, self.clock.now()
        return self.dispatching_rules.claim(line.due(Wanted(None, 100, 100), now)).claims

    def answers(self, claim: Claim, wamid: str) -> None:
        """Records an answer of Meta to this claim."""
        self.dispatching_rules.record([(claim, Accepted(wamid))])

    def falls_silent(self, seconds: float = 61) -> None:
        """What was claimed was claimed so much earlier, by the database's clock."""
        with self.on_database.store.connection() as connection:
            connection.execute(
                "UPDATE pending_sends SET started_at = started_at - make_interval(secs => %s)", [seconds]
            )

    @asynccontextmanager
    async def dispatching(self) -> AsyncIterator[None]:
        running = asyncio.create_task(self.dispatcher.run())
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def until(self, true: Callable[[], bool], seconds: float = 15) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        while not await asyncio.to_thread(true):
            assert asyncio.get_running_loop().time() < deadline, [type(fact).__name__ for fact in self.facts()]
            await asyncio.sleep(0.02)

    async def until_told(self, message: MessageId, *kinds: type[Event], seconds: float = 15) -> None:
        await self.until(lambda: isinstance(self.story(message)[-1], kinds), seconds)

    # What is known at the end ------------------------------------------------------------------------

    def facts(self, kind: type[Event] | None = None) -> list[Any]:
        return self.on_database.facts(kind)

    def story(self, message: MessageId) -> list[Any]:
        """What the log says of one message, in order."""
        return [fact for fact in self.facts(OfDispatch) if fact.message_id == message]

    def last(self) -> dict[MessageId, Any]:
        """The last fact of every message."""
        return {fact.message_id: fact for fact in self.facts(OfDispatch)}

    def accepted(self) -> list[MessageId]:
        return [fact.message_id for fact in self.facts(MessageAccepted)]

    def told(self, message: MessageId) -> list[str]:
        return [type(fact).__name__ for fact in self.story(message)][1:]


def customer_of(to: str) -> CustomerId:
    return CustomerId(UUID(int=int("".join(c for c in to if c.isdigit()) or "0")))
