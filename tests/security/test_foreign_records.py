"""Bad input 87: a record whose header names one organisation and whose body another is nobody's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from tests.journeys.world import until
from tests.security.street import INBOUND, Street, somebody, wamid
from tests.security.tenants import Tenant

pytestmark = pytest.mark.timeout(120)
OTHERS = str(uuid4())
CASES: dict[str, tuple[str | None, str | None]] = {
    "the header is another's": (OTHERS, None),
    "the body is another's": (None, OTHERS),
    "the header is nobody's": ("", None),
}


@pytest.fixture
async def producer(street: Street) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=street.world.endpoints["kafka"])
    await producer.start()
    yield producer
    await producer.stop()


async def published(street: Street, word: str) -> ConsumerRecord:
    """The record of inbound that holds this word."""
    consumer = AIOKafkaConsumer(bootstrap_servers=street.world.endpoints["kafka"], enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(INBOUND, number) for number in range(12)]
        consumer.assign(places)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    if word.encode() in record.value:
                        return record
    finally:
        await consumer.stop()
    raise AssertionError(f"nothing in {INBOUND} holds {word}")


def changed(record: ConsumerRecord, organisation: str, header: str | None, body: str | None) -> dict[str, Any]:
    """As somebody would write it who may write to the topic. A header given as empty is left out."""
    headers = [(name, value) for name, value in record.headers if name != "ce_tenantid" or header is None]
    if header:
        headers.append(("ce_tenantid", header.encode()))
    value = record.value if body is None else record.value.replace(organisation.encode(), body.encode(), 1)
    return {"value": value, "key": record.key, "headers": headers}


@pytest.mark.parametrize("case", CASES)
async def test_87_a_record_of_one_organisation_with_anothers_body_is_parked_and_nobodys(
    street: Street, tenant: Tenant, producer: AIOKafkaProducer, case: str
) -> None:
    header, body = CASES[case]
    author, known, new = somebody(), wamid(), wamid()
    await street.takes(street.text(author, "verdade", wamid=known))
    assert await street.said_by(author) == ["verdade"]
    record = await published(street, known)
    forged = changed(record, street.world.endpoints["organisation"], header, body)
    forged["value"] = forged["value"].replace(known.encode(), new.encode()).replace(b"verdade", b"mentira")
    before = street.parked()
    await producer.send_and_wait(INBOUND, partition=record.partition, **forged)

    async def is_parked() -> bool:
        return len(street.parked()) == len(before) + 1

    await until(is_parked, "it is parked")
    assert street.parked()[-1] == "invalid"
    await street.takes(street.text(author, "de novo"))
    assert await street.said_by(author, 2) == ["verdade", "de novo"], "its partition and its author flow on"
    assert await tenant.talks() == []
    assert not [told for told in await street.world.told("recado.conversations.v1") if "mentira" in str(told.data)]
