"""The door answers usual webhooks the direct way, with the outcome of the ordinary one, also while Kafka is away."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from gateway.adapters.door.desk import SECONDS, Desk
from gateway.adapters.door.ownership import Place
from gateway.adapters.door.raw_records import RawRecords
from gateway.adapters.door.registry import Registry
from gateway.adapters.door.signature import HEADER, Signatures
from gateway.adapters.door.webhook import Webhook
from gateway.domain.tags import Tags
from recado_chassis.fingerprints import Fingerprints
from recado_chassis.http.direct import Told, Whole
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.producing.headers import read_inbound
from recado_chassis.producing.records import DeadlinePassed, Done, Record
from recado_chassis.storing.memory import MemoryStore
from recado_events.envelope import Cause

from tests.gateway.door.doorway import Doorway, until
from tests.gateway.door.test_meaning import text_body
from tests.gateway.meta import APP_SECRET
from tests.libs.chassis.edges.conftest import logged
from tests.simulator.bodies import Line, merged
from tests.simulator.signing import meta_json, signature

__all__ = ["logged"]
LINE = Line("9001", "7001")
CAUSE = Cause("0190f3a8-0000-7000-8000-0000000000b1", None, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
ID = UUID(CAUSE.correlation_id)


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
class Standing:
    webhook: Webhook
    kafka: Kafka
    told: list[Told] = field(default_factory=list)

    def takes(self, body: bytes, **headers: bytes) -> bool:
        given = {
            HEADER: signature(APP_SECRET, body).encode(),
            **{name.encode(): told for name, told in headers.items()},
        }
        given = {name.replace(b"_", b"-"): told for name, told in given.items()}
        return self.webhook.at_once(Whole(given, body, ID, CAUSE), self.told.append)


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


async def test_200_is_told_when_kafka_has_acknowledged_and_not_before(standing: Standing) -> None:
    assert standing.takes(message())
    assert (standing.told, standing.kafka.seconds) == ([], [SECONDS])
    standing.kafka.waiting[0](None)
    (answer,) = standing.told
    assert (answer.status, answer.body, answer.rule) == (200, b"", "")
    (record,) = standing.kafka.records
    head = read_inbound(record.headers)
    assert (head.id, head.correlation_id, head.traceparent) == (ID, CAUSE.correlation_id, CAUSE.traceparent)


async def test_each_update_of_a_webhook_has_its_own_id_in_one_story(standing: Standing) -> None:
    assert standing.takes(meta_json(merged([text_body(LINE), text_body(LINE), text_body(LINE)])))
    heads = [read_inbound(record.headers) for record in standing.kafka.records]
    assert (len({head.id for head in heads}), heads[0].id) == (3, ID)
    assert {head.correlation_id for head in heads} == {CAUSE.correlation_id}


async def test_without_an_acknowledgement_meta_is_told_to_come_again(standing: Standing, logged: io.StringIO) -> None:
    assert standing.takes(message())
    standing.kafka.waiting[0](DeadlinePassed("Kafka did not acknowledge in time"))
    (answer,) = standing.told
    assert (answer.status, answer.rule) == (503, "not_acknowledged")
    assert b"retry-after: 1\r\n" in answer.head
    (entry,) = map(json.loads, logged.getvalue().splitlines())
    assert (entry["event"], entry["correlation_id"]) == ("webhook_not_published", CAUSE.correlation_id)


LEFT: dict[str, Callable[[Standing], bool]] = {
    "no signature": lambda at: at.webhook.at_once(Whole({}, message(), ID, CAUSE), at.told.append),
    "another's signature": lambda at: at.webhook.at_once(
        Whole({HEADER: signature("x" * 20, b"{}").encode()}, b"{}", ID, CAUSE), at.told.append
    ),
    "compressed": lambda at: at.takes(message(), content_encoding=b"gzip"),
    "no JSON": lambda at: at.takes(b"[1"),
    "nothing": lambda at: at.takes(b""),
    "no update": lambda at: at.takes(b'{"object":"whatsapp_business_account","entry":[]}'),
    "a number not heard of": lambda at: at.takes(meta_json(text_body(Line("9002", "7002")))),
}


@pytest.mark.parametrize("what", LEFT)
async def test_what_must_be_refused_or_looked_up_is_left_to_the_ordinary_way(standing: Standing, what: str) -> None:
    assert not LEFT[what](standing)
    assert (standing.told, standing.kafka.records) == ([], [])


async def test_while_kafka_takes_nothing_at_once_it_is_left_to_the_ordinary_way(standing: Standing) -> None:
    standing.kafka.takes = False
    assert not standing.takes(message())
    assert standing.told == []


async def test_an_answered_webhook_is_logged_with_the_ids_of_its_record(door: Doorway) -> None:
    line, _ = door.served()
    door.has_heard()
    assert door.send(text_body(line)).status_code == 200
    (told,) = await door.inbound(line)
    until(lambda: any(entry["correlation_id"] == told.head.correlation_id for entry in door.running.entries("request")))
    assert told.head.correlation_id == str(told.head.id), "it went the direct way"
