"""Which stored events are told, and under which key."""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import orjson
import pytest
from pydantic import AwareDatetime
from recado_chassis.consuming.parked import RecordDiscarded
from recado_chassis.mapper import Mapper, Upcast
from recado_chassis.producing.headers import read_envelope
from recado_chassis.producing.telling import Row, Telling, UnknownType
from recado_events.catalogue import EVENTS, topic_of
from recado_events.contracts.filling import filled
from recado_events.envelope import Cause, Envelope
from recado_events.event import Event
from recado_events.ids import OrganisationId

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
ID = UUID("01900000-0000-7000-8000-000000000001")
ORGANISATION = OrganisationId(UUID("01900000-0000-7000-8000-000000000002"))


class ParcelShelved(Event):
    TYPE: ClassVar[str] = "shop.parcel-shelved.v2"
    STREAM: ClassVar[str] = "shelf-{shelf}"
    SUBJECT: ClassVar[str] = "{shelf}"
    KEY: ClassVar[str] = "{organisation_id}:{shelf}"
    shelf: str
    shelved_at: AwareDatetime


class ShelfCounted(Event):
    """Private."""

    TYPE: ClassVar[str] = "shop.shelf-counted.v1"
    STREAM: ClassVar[str] = "shelf-{shelf}"
    SUBJECT: ClassVar[str] = "{shelf}"
    KEY: ClassVar[str] = "{organisation_id}:{shelf}"
    shelf: str
    counted_at: AwareDatetime


def from_v1(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "shop.parcel-shelved.v2", {**data, "shelf": data["place"]}


def from_v0_count(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "shop.shelf-counted.v1", data


UPCASTS: dict[str, Upcast] = {"shop.parcel-shelved.v1": from_v1, "shop.shelf-counted.v0": from_v0_count}
MAPPER = Mapper([ParcelShelved, ShelfCounted], UPCASTS)
SHELVED = ParcelShelved(organisation_id=ORGANISATION, shelf="7", shelved_at=NOW)
COUNTED = ShelfCounted(organisation_id=ORGANISATION, shelf="7", counted_at=NOW)


def stored(event: Event, name: str = "", position: int = 1, mapper: Mapper = MAPPER) -> Row:
    envelope = Envelope(
        id=ID,
        type=name or event.TYPE,
        subject=event.subject,
        time=event.happened_at,
        organisation_id=event.organisation_id,
        stream=event.stream,
        sequence=1,
        recorded_at=NOW,
        cause=Cause("story"),
    )
    return Row(position, envelope.type, mapper.encode(event, envelope))


@pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS.keys())
def test_the_key_of_every_published_event_is_the_one_its_class_names(kind: type[Event]) -> None:
    event = filled(kind, NOW, {})
    topic = topic_of(kind.TYPE.partition(".")[0])
    mapper = Mapper(topic.events)
    (record,) = Telling(topic.name, mapper, topic.events).records([stored(event, mapper=mapper)], "/recado/x/log")
    assert record.key == event.key.encode()
    assert record.topic == topic.name
    assert mapper.event(read_envelope(record.headers), record.value) == event


def test_only_what_is_told_leaves_and_positions_keep_their_holes() -> None:
    rows = [stored(SHELVED, position=3), stored(COUNTED, position=4), stored(SHELVED, position=9)]
    records = Telling("t", MAPPER, [ParcelShelved]).records(rows, "/recado/shop/log")
    assert [read_envelope(record.headers).position for record in records] == [3, 9]


def test_an_older_version_leaves_as_it_was_stored_under_the_key_of_the_present_one() -> None:
    row = stored(SHELVED, "shop.parcel-shelved.v1")
    old = row._replace(state=row.state.replace(b'"shelf":"7"', b'"place":"7"'))
    (record,) = Telling("t", MAPPER, [ParcelShelved]).records([old], "/recado/shop/log")
    assert record.key == f"{ORGANISATION}:7".encode()
    assert read_envelope(record.headers).type == "shop.parcel-shelved.v1"
    assert orjson.loads(record.value)["place"] == "7"


def test_an_older_version_of_a_private_event_stays_private() -> None:
    assert Telling("t", MAPPER, [ParcelShelved]).records([stored(COUNTED, "shop.shelf-counted.v0")], "/s") == []


def test_what_the_chassis_records_for_itself_is_private_in_every_service() -> None:
    discarded = RecordDiscarded(
        organisation_id=ORGANISATION,
        topic="t",
        partition=0,
        offset=1,
        of="7",
        reason="failed",
        discarded_by="operator",
        because="asked",
        discarded_at=NOW,
    )
    assert Telling("t", MAPPER, [ParcelShelved]).records([stored(discarded)], "/recado/shop/log") == []


def test_a_type_nobody_here_knows_is_not_passed_over() -> None:
    with pytest.raises(UnknownType, match=r"shop\.parcel-lost\.v1"):
        Telling("t", MAPPER, [ParcelShelved]).records([stored(SHELVED, "shop.parcel-lost.v1")], "/recado/shop/log")
