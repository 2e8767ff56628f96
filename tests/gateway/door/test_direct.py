"""The door answers usual webhooks the direct way, with the outcome of the ordinary one, also while Kafka is away."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from gateway.adapters.door.desk import SECONDS, Desk
from gateway.adapters.door.ownership import Place
from gateway.adapters.door.raw_records import RawRecords
from gateway.adapters.door.registry import Registry
from gateway.adapters.door.signature import HEADER, Signatures
from gateway.adapters.door.webhook import PATH, Webhook
from gateway.domain.tags import Tags
from recado_chassis.fingerprints import Fingerprints
from recado_chassis.http.accounting import Crowd
from recado_chassis.http.direct import DirectRoutes, Fields
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.producing.headers import InboundHead, read_inbound
from recado_chassis.producing.records import DeadlinePassed, Done, Record
from recado_chassis.storing.memory import MemoryStore

from tests.gateway.door.doorway import Doorway, until
from tests.gateway.door.test_meaning import text_body
from tests.gateway.meta import APP_SECRET
from tests.libs.chassis.edges.conftest import logged
from tests.simulator.bodies import Line, merged
from tests.simulator.signing import meta_json, signature

__all__ = ["logged"]
LINE = Line("9001", "7001")
TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass
class Kafka:
    """Holds what it is given until it is told how that ends."""

    records: list[Record] = field(default_factory=list)
    waiting: list[Done] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    takes: bool = True

    async def send_all(self, records: Sequence[Record]) -> None:
        raise AssertionError("it went the ordinary way")

    def give(self, records: Sequence[Record], done: Done, seconds: float) -> bool:
        if self.takes:
            self.records += records
            self.waiting.append(done)
            self.seconds.append(seconds)
        return self.takes

    def ready(self) -> bool:
        return True


@dataclass
class Arrival:
    """A request, and what it got."""

    fields: Fields
    body: bytearray
    url: bytes = PATH.encode()
    written: list[bytes] = field(default_factory=list)
    went: bool = False

    def is_over(self) -> bool:
        return False

    def write(self, head: bytes, body: bytes, closes: bool) -> None:
        assert not closes
        self.written.append(head + b"\r\n" + body)

    def go_the_ordinary_way(self) -> None:
        self.went = True


def signed(body: bytes, **headers: bytes) -> Arrival:
    more = {name.replace("_", "-").encode(): told for name, told in headers.items()}
    return Arrival({HEADER: signature(APP_SECRET, body).encode(), b"traceparent": TRACE, **more}, bytearray(body))


@dataclass
class Standing:
    webhook: Webhook
    kafka: Kafka

    async def take(self, *arrivals: Arrival) -> None:
        """All in one turn."""
        routes = DirectRoutes({PATH: self.webhook}, Uuid7(SystemClock()), Crowd(512))
        for arrival in arrivals:
            routes.take(arrival)
        await asyncio.sleep(0)

    def heads(self) -> list[InboundHead]:
        return [read_inbound(record.headers) for record in self.kafka.records]


@pytest.fixture
async def standing() -> AsyncIterator[Standing]:
    """Nobody serves any number, which the registry remembers of LINE's."""
    registry, clock, kafka = Registry(MemoryStore()), SystemClock(), Kafka()
    following = asyncio.create_task(registry.run())
    while not registry.ready():
        await asyncio.sleep(0.01)
    await registry.find([Place(LINE.waba_id, LINE.phone_number_id)])
    desk = Desk(registry, Tags(b"k" * 32), RawRecords(Fingerprints(b"a" * 32)), kafka, clock, Uuid7(clock))
    yield Standing(Webhook(Signatures([APP_SECRET]), "token", desk), kafka)
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


def message(text: str = "Oi") -> bytes:
    return meta_json(text_body(LINE, text))


async def test_pain_05_200_is_told_when_kafka_has_acknowledged_and_not_before(standing: Standing) -> None:
    arrival = signed(message())
    await standing.take(arrival)
    assert (arrival.written, arrival.went, standing.kafka.seconds) == ([], False, [SECONDS])
    standing.kafka.waiting[0](None)
    (answer,) = arrival.written
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    (head,) = standing.heads()
    assert (str(head.id), head.traceparent) == (head.correlation_id, TRACE.decode())
    assert head.correlation_id.encode() in answer


async def test_each_update_of_a_webhook_has_its_own_id_in_one_story(standing: Standing) -> None:
    await standing.take(signed(meta_json(merged([text_body(LINE), text_body(LINE), text_body(LINE)]))))
    heads = standing.heads()
    assert len({head.id for head in heads}) == 3
    assert {head.correlation_id for head in heads} == {str(heads[0].id)}


async def test_webhooks_of_one_turn_are_acknowledged_each_by_itself(standing: Standing) -> None:
    arrivals = [signed(message("um")), signed(b"[1"), signed(message("dois")), signed(message("três"))]
    await standing.take(*arrivals)
    assert [arrival.went for arrival in arrivals] == [False, True, False, False]
    standing.kafka.waiting[1](None)
    assert [len(arrival.written) for arrival in arrivals] == [0, 0, 1, 0]
    assert [json.loads(record.value)["update"]["text"]["body"] for record in standing.kafka.records] == [
        "um",
        "dois",
        "três",
    ]
    assert len({head.correlation_id for head in standing.heads()}) == 3


async def test_without_an_acknowledgement_meta_is_told_to_come_again(standing: Standing, logged: io.StringIO) -> None:
    arrival = signed(message())
    await standing.take(arrival)
    standing.kafka.waiting[0](DeadlinePassed("Kafka did not acknowledge in time"))
    (answer,) = arrival.written
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 1\r\n" in answer
    assert b'"rule":"not_acknowledged"' in answer
    first, last = map(json.loads, logged.getvalue().splitlines())
    assert (first["event"], last["event"], last["status"]) == ("webhook_not_published", "request", 503)
    assert {first["correlation_id"], last["correlation_id"]} == {standing.heads()[0].correlation_id}


LEFT = {
    "no signature": Arrival({}, bytearray(b"{}")),
    "another's signature": Arrival({HEADER: signature("x" * 20, b"{}").encode()}, bytearray(b"{}")),
    "compressed": signed(b"{}", content_encoding=b"gzip"),
    "no JSON": signed(b"[1"),
    "nothing": signed(b""),
    "no update": signed(b'{"object":"whatsapp_business_account","entry":[]}'),
    "a number not heard of": signed(meta_json(text_body(Line("9002", "7002")))),
}


@pytest.mark.parametrize("what", LEFT)
async def test_what_must_be_refused_or_looked_up_is_left_to_the_ordinary_way(standing: Standing, what: str) -> None:
    await standing.take(LEFT[what])
    assert (LEFT[what].went, LEFT[what].written, standing.kafka.records) == (True, [], [])


async def test_while_kafka_takes_nothing_at_once_it_is_left_to_the_ordinary_way(standing: Standing) -> None:
    standing.kafka.takes = False
    arrival = signed(message())
    await standing.take(arrival)
    assert (arrival.went, arrival.written) == (True, [])


async def test_an_answered_webhook_is_logged_with_the_ids_of_its_record(door: Doorway) -> None:
    line, _ = door.served()
    door.has_heard()
    assert door.send(text_body(line)).status_code == 200
    (told,) = await door.inbound(line)
    until(lambda: any(entry["correlation_id"] == told.head.correlation_id for entry in door.running.entries("request")))
    assert told.head.correlation_id == str(told.head.id), "it went the direct way"
