"""The log as late subscribers read it: published events only, bytes unchanged, resumable."""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

import httpx
import pytest
from recado_chassis.consuming.parked import discard
from recado_chassis.http.app import create_app
from recado_chassis.service import Service
from recado_chassis.store import Changes, ParkedRow
from recado_chassis.toolbox import Toolbox
from recado_events.event import Event

from tests.libs.chassis.edges.boxes import BoxWeighed, settings_with
from tests.libs.chassis.edges.conftest import Asking, client_of
from tests.libs.chassis.edges.identity import OTHER_ORGANISATION, bearer, service_token, token


async def fill(boxes: Asking, count: int) -> None:
    for number in range(count):
        organisation = {"organisation_id": str(OTHER_ORGANISATION)} if number % 2 else {}
        body = {"label": f"João {number}", "weight": 5}
        await boxes.client.post(f"/boxes/{uuid4()}", json=body, headers=bearer(token(**organisation)))


async def read(boxes: Asking, **query: Any) -> Any:
    answer = await boxes.client.get("/events", params=query, headers=bearer(service_token()))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_published_events_of_all_organisations_and_holes_for_private_ones(boxes: Asking) -> None:
    await fill(boxes, 3)
    page = await read(boxes)
    assert [event["type"] for event in page["events"]] == ["boxes.box-opened.v1"] * 3
    assert [event["position"] for event in page["events"]] == [1, 3, 5]
    assert len({event["tenantid"] for event in page["events"]}) == 2
    assert (page["next"], page["end"]) == (6, 6)


async def test_each_is_a_structured_cloudevent_with_the_stored_bytes_as_data(boxes: Asking) -> None:
    await fill(boxes, 1)
    answer = await boxes.client.get("/events", headers=bearer(service_token()))
    event = answer.json()["events"][0]
    assert event["specversion"] == "1.0"
    assert event["source"] == f"/recado/boxes/{boxes.service.streams.store.log_id()}"
    assert event["stream"].startswith("box-")
    stored = boxes.service.streams.store.read(0, 1)[0].state
    assert stored[stored.index(b',"data":') :] in answer.content


async def test_pages_go_on_where_the_last_ended_and_say_where_the_log_ends(boxes: Asking) -> None:
    await fill(boxes, 3)
    positions: list[int] = []
    after, end = 0, 1
    while after < end:
        page = await read(boxes, after=after, limit=2)
        positions += [event["position"] for event in page["events"]]
        after, end = page["next"], page["end"]
    assert positions == [1, 3, 5]
    assert await read(boxes, after=6) == {"events": [], "next": 6, "end": 6}


async def test_what_the_chassis_itself_records_is_passed_over(boxes: Asking) -> None:
    store = boxes.service.streams.store
    parked = ParkedRow("boxes.v1", 0, 7, "", "undecodable", "", 0, b"k", b"{", (), datetime.now(UTC))
    with store.session() as session:
        session.commit(Changes(park=[parked]))
    discard(boxes.service, ("boxes.v1", 0, 7), by="an operator", because="noise")
    await fill(boxes, 1)
    page = await read(boxes)
    assert [event["position"] for event in page["events"]] == [2]
    assert page["next"] == page["end"] == 3


async def test_an_empty_log_has_an_end(boxes: Asking) -> None:
    assert await read(boxes) == {"events": [], "next": 0, "end": 0}


async def test_a_page_of_one_organisation_holds_nothing_of_others_and_goes_on_to_the_end(boxes: Asking) -> None:
    await fill(boxes, 7)
    everybody = (await read(boxes))["events"]
    theirs = [event for event in everybody if event["tenantid"] == str(OTHER_ORGANISATION)]
    first = await read(boxes, organisation=OTHER_ORGANISATION, limit=2)
    assert (len(first["events"]), first["end"]) == (1, 14), "its private events count as its own"
    found, page = first["events"], first
    while page["next"] < page["end"]:
        page = await read(boxes, organisation=OTHER_ORGANISATION, limit=2, after=page["next"])
        found += page["events"]

    assert found == theirs
    assert (await read(boxes, organisation=uuid4()))["events"] == []
    assert (await read(boxes, organisation=uuid4()))["next"] == 14


@pytest.mark.parametrize("query", [{"after": -1}, {"after": "x"}, {"limit": 0}, {"limit": 501}, {"organisation": "x"}])
async def test_bounds_are_kept(boxes: Asking, query: dict[str, Any]) -> None:
    answer = await boxes.client.get("/events", params=query, headers=bearer(service_token()))
    assert answer.status_code == 422


class BoxPacked(Event):
    """What BoxOpened will be called one day."""

    TYPE: ClassVar[str] = "boxes.box-opened.v2"
    STREAM: ClassVar[str] = "box-{box_id}"
    box_id: UUID
    name: str
    opened_at: datetime


def renamed(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return BoxPacked.TYPE, {**data, "name": data["label"]}


async def later_release(boxes: Asking, knows: tuple[type[Event], ...]) -> httpx.Response:
    """The same log, read by a program that knows other types."""
    tools, settings = Toolbox(boxes.service.streams.store), settings_with()
    streams = tools.streams(knows, {"boxes.box-opened.v1": renamed} if BoxPacked in knows else None)
    app = create_app(Service("boxes", streams, tells=(BoxPacked,)), settings)
    async with client_of(app) as client:
        return await client.get("/events", headers=bearer(service_token()))


async def test_an_older_version_of_a_published_type_is_told_as_it_was_stored(boxes: Asking) -> None:
    await fill(boxes, 1)
    answer = await later_release(boxes, (BoxPacked, BoxWeighed))
    assert [event["type"] for event in answer.json()["events"]] == ["boxes.box-opened.v1"]


async def test_a_type_this_release_does_not_know_is_not_passed_over(boxes: Asking) -> None:
    await fill(boxes, 1)
    answer = await later_release(boxes, (BoxPacked,))
    assert (answer.status_code, answer.json()["rule"]) == (503, "unavailable")
