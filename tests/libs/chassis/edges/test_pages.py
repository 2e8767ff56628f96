"""Lists in pages by cursors that cannot be read, changed or used elsewhere; reads that wait for what was written."""

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from recado_chassis.fingerprints import Fingerprints
from recado_chassis.http.cursors import Cursors
from recado_chassis.http.problems import Problem

from tests.libs.chassis.edges.conftest import Asking, asking
from tests.libs.chassis.edges.identity import OTHER_ORGANISATION, bearer, token


async def fetch(boxes: Asking, given: str | None = None, **query: Any) -> Any:
    return await boxes.client.get("/boxes", params=query, headers=bearer(given or token()))


async def test_pages_show_every_item_once_and_end(boxes: Asking) -> None:
    seen: list[int] = []
    answer = await fetch(boxes, limit=10)
    while True:
        seen += [item["number"] for item in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            break
        answer = await fetch(boxes, limit=10, cursor=cursor)
    assert seen == list(range(25))
    assert "link" not in answer.headers


async def test_the_link_header_leads_to_the_next_page(boxes: Asking) -> None:
    answer = await fetch(boxes, limit=10, colour="dark red")
    target, relation = answer.headers["link"].split("; ")
    assert relation == 'rel="next"'
    query = parse_qs(urlsplit(target.strip("<>")).query)
    assert query == {"colour": ["dark red"], "limit": ["10"], "cursor": [answer.json()["next_cursor"]]}
    following = await boxes.client.get(target.strip("<>"), headers=bearer(token()))
    assert following.json()["items"][0] == {"number": 10, "colour": "dark red"}


async def test_85_a_cursor_of_another_list_or_a_changed_one_is_refused(boxes: Asking) -> None:
    cursor = (await fetch(boxes, limit=10)).json()["next_cursor"]
    flipped = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    other = token(organisation_id=str(OTHER_ORGANISATION))
    answers = [
        await fetch(boxes, limit=10, cursor=flipped),
        await fetch(boxes, limit=10, cursor=cursor, given=other),
        await fetch(boxes, limit=10, cursor=cursor, colour="red"),
        await fetch(boxes, limit=10, cursor="é"),
        await fetch(boxes, limit=10, cursor=""),
        await fetch(boxes, limit=10, cursor="a" * 5000),
        await fetch(boxes, limit=10, cursor=base64.urlsafe_b64encode(b"[10]").decode()),
    ]
    assert {(answer.status_code, answer.json()["rule"]) for answer in answers} == {(400, "cursor_invalid")}
    assert (await fetch(boxes, limit=20, cursor=cursor)).status_code == 200, "another limit is no other list"


def test_a_cursor_does_not_show_what_it_holds() -> None:
    cursors = Cursors(Fingerprints(b"k" * 32))
    cursor = cursors.seal("scope", ["Maria Souza"])
    assert b"Maria" not in base64.urlsafe_b64decode(cursor + "==")
    assert cursors.open("scope", cursor) == ["Maria Souza"]
    with pytest.raises(Problem):
        Cursors(Fingerprints(b"l" * 32)).open("scope", cursor)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1_0", "1.0", "ten", "", "٣", "+5", " 5"])
async def test_a_limit_is_a_whole_number_from_1_to_100(boxes: Asking, limit: str) -> None:
    answer = await fetch(boxes, limit=limit)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "limit")


async def test_a_read_waits_for_the_position_it_was_given() -> None:
    asked: list[tuple[int, float]] = []

    async def wait_for(position: int, seconds: float) -> bool:
        asked.append((position, seconds))
        return position <= 7

    boxes = asking(wait_for=wait_for)
    async with boxes.client:
        shown = await fetch(boxes, min_position=7)
        behind = await fetch(boxes, min_position=8)
        await fetch(boxes)
    assert shown.status_code == 200
    assert (behind.status_code, behind.json()["rule"], behind.headers["retry-after"]) == (503, "not_caught_up", "1")
    assert asked == [(7, 5.0), (8, 5.0)]


@pytest.mark.parametrize("position", ["-1", "x", str(2**63), "1e3"])
async def test_a_position_that_is_none_is_refused(boxes: Asking, position: str) -> None:
    assert (await fetch(boxes, min_position=position)).status_code == 422
