"""A command under a key has one effect and one answer, however often and however concurrently it is sent."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import pytest
from recado_chassis.store import CommandKey
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.storing.postgres import PostgresStore
from recado_events.catalogue import LARGEST_EVENT

from tests.libs.chassis.edges.boxes import settings_with
from tests.libs.chassis.edges.conftest import Asking, asking
from tests.libs.chassis.edges.identity import ORGANISATION, OTHER_ORGANISATION, USER, bearer, token
from tests.libs.chassis.store.conftest import migrated

BOX = UUID("0190f3a8-0000-7000-8000-0000000000b1")


@pytest.fixture(params=["memory", "PostgreSQL"])
async def boxes(request: pytest.FixtureRequest) -> AsyncIterator[Asking]:
    store = MemoryStore() if request.param == "memory" else PostgresStore(request.getfixturevalue("database")(migrated))
    made = asking(store)
    async with made.client:
        yield made
    store.close()


async def open_box(
    boxes: Asking, key: str | None = None, label: str = "a", box: UUID = BOX, given: str | None = None
) -> httpx.Response:
    headers = bearer(given or token()) | ({} if key is None else {"Idempotency-Key": key})
    return await boxes.client.post(f"/boxes/{box}", json={"label": label}, headers=headers)


async def test_a_command_answers_with_the_position_it_wrote(boxes: Asking) -> None:
    first, second = await open_box(boxes), await open_box(boxes)
    assert (first.status_code, first.json()) == (201, {"box_id": str(BOX), "count": 1})
    assert [first.headers["recado-position"], second.headers["recado-position"]] == ["1", "2"]


async def test_the_same_key_and_body_get_the_first_answer_again(boxes: Asking) -> None:
    first = await open_box(boxes, "k1")
    await open_box(boxes, "k2")
    again = await open_box(boxes, "k1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["recado-position"] == first.headers["recado-position"] == "1"
    assert len(boxes.types_stored()) == 2


async def test_the_order_of_members_and_spaces_make_no_other_body(boxes: Asking) -> None:
    headers = bearer(token()) | {"Idempotency-Key": "k", "Content-Type": "application/json"}
    for body in (b'{"label": "a", "weight": 2}', b'{"weight":2,"label":"\\u0061"}'):
        answer = await boxes.client.post(f"/boxes/{BOX}", content=body, headers=headers)
        assert (answer.status_code, answer.json()["count"]) == (201, 1)


async def test_79_the_same_key_with_another_body_is_refused(boxes: Asking) -> None:
    await open_box(boxes, "k")
    other_body = await open_box(boxes, "k", label="b")
    other_path = await open_box(boxes, "k", box=uuid4())
    assert [other_body.status_code, other_path.status_code] == [422, 422]
    assert other_body.json()["rule"] == other_path.json()["rule"] == "idempotency_key_reused"
    assert len(boxes.types_stored()) == 1


async def test_78_a_double_click_is_one_command(boxes: Asking) -> None:
    answers = await asyncio.gather(*(open_box(boxes, "k") for _ in range(20)))
    assert {(answer.status_code, answer.content, answer.headers["recado-position"]) for answer in answers} == {
        (201, answers[0].content, "1")
    }
    assert len(boxes.types_stored()) == 1


async def test_78_a_double_click_on_what_can_be_done_once_is_not_refused(boxes: Asking) -> None:
    """The box takes three labels. While the second click looks at it, the first puts in the third one."""
    await open_box(boxes)
    await open_box(boxes)
    answers = await asyncio.gather(*(open_box(boxes, "k") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len(boxes.types_stored()) == 3


async def test_a_key_belongs_to_its_user_and_organisation(boxes: Asking) -> None:
    await open_box(boxes, "k")
    colleague = await open_box(boxes, "k", given=token(sub=str(uuid4())))
    stranger = await open_box(boxes, "k", given=token(organisation_id=str(OTHER_ORGANISATION)))
    assert [colleague.json()["count"], stranger.json()["count"]] == [2, 3]


async def test_a_refusal_is_not_stored_so_the_key_may_be_tried_again(boxes: Asking) -> None:
    for _ in range(3):
        await open_box(boxes)
    refused = await open_box(boxes, "k")
    elsewhere = await open_box(boxes, "k", box=uuid4())
    assert (refused.status_code, elsewhere.status_code) == (409, 201)


async def test_a_command_without_an_answer_is_204_both_times(boxes: Asking) -> None:
    for _ in range(2):
        answer = await boxes.client.post(f"/boxes/{BOX}/shut", headers=bearer(token()) | {"Idempotency-Key": "k"})
        assert (answer.status_code, answer.content) == (204, b"")
        assert "recado-position" in answer.headers


async def test_a_route_that_needs_a_key_says_so(boxes: Asking) -> None:
    answer = await boxes.client.post(f"/boxes/{BOX}/shut", headers=bearer(token()))
    assert (answer.status_code, answer.json()["rule"]) == (400, "idempotency_key_required")


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "k" * 256, "\t", "a\x7f"])
async def test_a_key_that_is_no_key_is_refused(boxes: Asking, key: str) -> None:
    headers = {name.encode(): value.encode() for name, value in bearer(token()).items()}
    answer = await boxes.client.post(
        f"/boxes/{BOX}", json={"label": "a"}, headers={**headers, b"Idempotency-Key": key.encode()}
    )
    assert (answer.status_code, answer.json()["rule"]) == (400, "idempotency_key_invalid")
    assert boxes.types_stored() == []


async def test_two_keys_are_refused(boxes: Asking) -> None:
    headers = [*bearer(token()).items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = await boxes.client.post(f"/boxes/{BOX}", json={"label": "a"}, headers=headers)
    assert answer.json()["rule"] == "idempotency_key_invalid"


async def test_what_is_stored_has_neither_the_key_nor_the_body(boxes: Asking) -> None:
    canary = "+5511987654321"
    headers = bearer(token()) | {"Idempotency-Key": canary}
    await boxes.client.post(f"/boxes/{BOX}", json={"label": canary}, headers=headers)
    fingerprint = settings_with().fingerprints().sibling("http of boxes").of("key", canary)
    with boxes.service.streams.store.session() as session:
        row = session.command(CommandKey(str(ORGANISATION), str(USER), fingerprint))
    assert row is not None
    assert row.answer == b'{"box_id":"%s","count":1}' % str(BOX).encode()
    assert canary not in repr(row)


async def test_what_acts_outside_asks_first_whether_it_was_done(boxes: Asking) -> None:
    headers = bearer(token()) | {"Idempotency-Key": "k"}
    first = await boxes.client.post(f"/boxes/{BOX}/sealed", headers=headers)
    again = await boxes.client.post(f"/boxes/{BOX}/sealed", headers=headers)
    assert first.json() == again.json() == {"box_id": str(BOX), "wax": "red"}
    assert boxes.outside == [str(BOX)]


async def test_the_story_of_a_request_goes_on_in_what_it_decides(boxes: Asking) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    answer = await boxes.client.post(
        f"/boxes/{BOX}", json={"label": "a"}, headers={**bearer(token()), "traceparent": trace}
    )
    row = boxes.service.streams.store.read(0, 1)[0]
    cause = boxes.service.streams.mapper.decode(row.state).envelope.cause
    assert cause.correlation_id == answer.headers["recado-correlation-id"]
    assert cause.traceparent == trace
    assert cause.actor == "0190f3a8-0000-7000-8000-000000000001"


async def test_an_event_too_large_to_be_published_is_refused_when_it_is_recorded(boxes: Asking) -> None:
    refused = await open_box(boxes, "k", label="x" * LARGEST_EVENT)
    assert (refused.status_code, refused.json()["rule"]) == (413, "event_too_large")
    assert (refused.json()["event"], refused.json()["limit"]) == ("boxes.box-opened.v1", LARGEST_EVENT)
    assert boxes.types_stored() == []
    assert (await open_box(boxes, "k", label="x" * (LARGEST_EVENT - 2_000))).status_code == 201
