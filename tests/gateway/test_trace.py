"""One trace from the door or an agent's request, over Kafka's records, to the call to Meta, with nothing private."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest
from conversations import main as conversations
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from recado_chassis import tracing
from recado_chassis.mapper import Recorded
from recado_chassis.producing.records import Record
from recado_events.conversations import PUBLISHED, ConversationOpened
from recado_events.gateway import MessageAccepted

from tests.conversations.office import Office
from tests.gateway.meta import APP_SECRET, VERIFY_TOKEN
from tests.gateway.open_gateway import PATH, OpenGateway
from tests.gateway.stage import NUMBER, PIN, WABA
from tests.harness.on_database import Record as Delivered
from tests.harness.on_database import ServiceOnDatabase, prepare
from tests.servers.database_factory import DatabaseFactory
from tests.simulator.bodies import Line, Person, message_body
from tests.simulator.client import Simulator
from tests.simulator.signing import JsonObject

PREPARED = partial(prepare, conversations)
CUSTOMER = Person("5511987654321", None, "Nome Canário")
SAID = "canário 529.982.247-25"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(provider)
    yield exporter
    tracing.use(None)


@pytest.fixture
async def office(database: DatabaseFactory) -> AsyncIterator[Office]:
    service = ServiceOnDatabase(conversations, database(PREPARED))
    async with service.http() as client:
        office = Office(service, client)
        await office.open()
        yield office
    service.close()


@pytest.fixture
async def gateway(dsn: str, meta: Simulator, office: Office) -> AsyncIterator[OpenGateway]:
    async with OpenGateway(dsn, meta, office.organisation) as gateway:
        await gateway.connect()
        yield gateway


def webhook() -> JsonObject:
    moment = int(time.time())
    return message_body(Line(WABA, NUMBER), CUSTOMER, wamid="wamid.FIRST", timestamp=moment, content={"body": SAID})


def hear(office: Office, records: list[Record]) -> None:
    """conversations reads what the door published."""
    service = office.service
    service._work_off(
        [Delivered(told.topic, 0, service._next(told.topic), told.key, told.value, told.headers) for told in records]
    )


def recorded(service: ServiceOnDatabase) -> list[Recorded]:
    mapper = service.service.streams.mapper
    return [mapper.decode(row.state, row.position) for row in service.store.read(0, 100_000)]


def traces_of(log: list[Recorded]) -> set[str]:
    return {(each.envelope.cause.traceparent or "none").split("-")[1] for each in log}


def one(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    (found,) = (span for span in spans.get_finished_spans() if span.name == name)
    return found


def ids(span: ReadableSpan) -> tuple[str, str]:
    assert span.context is not None
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"


async def test_every_record_of_a_webhook_carries_its_trace_and_conversations_goes_on_in_it(
    gateway: OpenGateway, office: Office, spans: InMemorySpanExporter
) -> None:
    body = webhook()
    (value,) = (change["value"] for entry in body["entry"] for change in entry["changes"])
    value["messages"].append({**value["messages"][0], "id": "wamid.SECOND"})
    records = await gateway.takes(body)
    trace, span = ids(one(spans, f"POST {PATH}"))
    carried = [dict(record.headers)["traceparent"].decode().split("-")[1:3] for record in records]
    assert carried == [[trace, span]] * 2
    before = len(recorded(office.service))
    hear(office, records)
    log = recorded(office.service)[before:]
    assert ConversationOpened in {type(each.event) for each in log}
    assert traces_of(log) == {trace}


async def answered(gateway: OpenGateway, office: Office) -> list[Recorded]:
    """A customer writes and an agent answers; what conversations tells since then is heard by the gateway and sent."""
    await gateway.meta.customer_writes(CUSTOMER.wa_id or "", NUMBER, SAID)
    office.customer_writes(SAID)
    (opened,) = office.service.facts(ConversationOpened)
    before = len(recorded(office.service))
    released = await office.sends(opened.conversation_id, type="text", text=SAID)
    told = recorded(office.service)[before:]
    async with gateway.dispatching():
        gateway.on_database.hears(*(each for each in told if isinstance(each.event, PUBLISHED)))
        await gateway.until_told(released.message_id, MessageAccepted)
    return told


async def test_one_trace_goes_from_an_agents_reply_to_the_call_to_meta(
    gateway: OpenGateway, office: Office, spans: InMemorySpanExporter
) -> None:
    connected = len(recorded(gateway.on_database))
    told = await answered(gateway, office)
    request, send = one(spans, "POST /conversations/{conversation_id}/messages"), one(spans, "send")
    trace, span = ids(request)
    assert traces_of(told) == traces_of(recorded(gateway.on_database)[connected:]) == {trace}
    assert (ids(send)[0], send.kind) == (trace, SpanKind.CLIENT)
    assert send.parent is not None
    assert f"{send.parent.span_id:016x}" == span
    (accepted,) = gateway.facts(MessageAccepted)
    about = {"message_id": str(accepted.message_id), "attempt": 1, "outcome": "accepted"}
    assert dict(send.attributes or {}) == about


async def test_102_104_spans_hold_no_token_no_secret_and_nobodys_words(
    gateway: OpenGateway, office: Office, spans: InMemorySpanExporter
) -> None:
    async with gateway.administrator() as client, gateway.door() as door:
        code = await gateway.meta.mint_code(WABA)
        answer = await client.post(f"/channels/{NUMBER}/reconnect", json={"code": code, "pin": PIN})
        assert answer.status_code == 200, answer.text
        query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "c", "access_token": code}
        assert (await door.get(PATH, params=query)).status_code == 200
        assert (await door.get(f"/nowhere/{CUSTOMER.wa_id}", params=query)).status_code == 404
    hear(office, await gateway.takes(webhook()))
    await answered(gateway, office)
    told = "\n".join(span.to_json() for span in spans.get_finished_spans())
    assert {"send", f"GET {PATH}", "GET unmatched"} <= {span.name for span in spans.get_finished_spans()}
    tokens = gateway.tokens.find({(gateway.organisation, NUMBER)}).values()
    secrets = [code, PIN, APP_SECRET, VERIFY_TOKEN, "access_token", "Bearer", *(token.text for token in tokens)]
    assert tokens
    words = [SAID, "529.982.247-25", CUSTOMER.name, CUSTOMER.wa_id, "c=", "?"]
    assert [word for word in (*secrets, *words) if word and word in told] == []
