"""Filters under a name: one's own, or shared by an administrator."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from conversations.domain.kept import ViewRemoved, ViewSaved

from tests.conversations.office import Office
from tests.harness.on_database import token

UNREAD = {"name": "Para responder", "filters": {"unread": True, "state": ["open"], "text": "joao"}}


async def saves(office: Office, who: dict[str, str] | None = None, **about: Any) -> str:
    answer: dict[str, str] = await office.does("POST", "/views", {**UNREAD, **about}, who)
    return answer["view_id"]


async def names(office: Office, who: dict[str, str] | None = None) -> list[str]:
    return [each["name"] for each in (await office.sees("/views", who))["items"]]


async def test_s18_a_saved_view_shows_what_its_filters_would(office: Office) -> None:
    office.customer_writes("Olá")
    office.customer_writes("Oi", wa_id="5511987650000")
    view = await saves(office, office.agent())
    (shown,) = (await office.sees("/views", office.agent()))["items"]
    assert (shown["name"], shown["shared"]) == ("Para responder", False)
    assert shown["filters"] == {"view": "all", "unread": True, "state": ["open"], "text": "joao"}
    by_view = (await office.sees(f"/views/{view}/conversations?limit=1", office.agent()))["next_cursor"]
    page = await office.sees(f"/views/{view}/conversations?limit=1&cursor={by_view}", office.agent())
    by_filters = await office.sees("/conversations?unread=true&state=open&text=joao", office.agent())
    assert page["items"] == by_filters["items"][1:]


async def test_a_saved_view_is_its_owners_alone_until_an_administrator_shares_one(office: Office) -> None:
    own = await saves(office, office.agent(0), name="own")
    await saves(office, name="everybody's", shared=True)
    assert await names(office, office.agent(0)) == ["own", "everybody's"]
    assert await names(office, office.agent(1)) == await names(office) == ["everybody's"]
    await office.service.shown()
    for who in (office.agent(1), office.administrator):
        hidden = await office.client.get(f"/views/{own}/conversations", headers=who)
        assert (hidden.status_code, hidden.json()["rule"]) == (404, "view_not_found")


async def test_only_administrators_share_and_change_what_is_shared(office: Office) -> None:
    body = {**UNREAD, "shared": True}
    refused = await office.client.post("/views", json=body, headers=office.agent())
    assert (refused.status_code, refused.json()["rule"]) == (403, "no_permission")
    view = await saves(office, shared=True)
    for method, sent in (("PUT", UNREAD), ("DELETE", None)):
        refused = await office.client.request(method, f"/views/{view}", json=sent, headers=office.agent())
        assert (refused.status_code, refused.json()["rule"]) == (403, "no_permission")
    another = token("administrator", office.organisation)
    await office.does("PUT", f"/views/{view}", {**body, "name": "new"}, another)
    assert await names(office) == ["new"]


async def test_a_view_is_changed_and_removed_by_its_owner_and_a_repeat_leaves_no_fact(office: Office) -> None:
    view = await saves(office, office.agent())
    for _ in range(2):
        await office.does("PUT", f"/views/{view}", {"name": "x", "filters": {"view": "mine"}}, office.agent())
    assert len(office.service.facts(ViewSaved)) == 2
    assert (await office.sees("/views", office.agent()))["items"][0]["filters"] == {"view": "mine"}
    await office.does("DELETE", f"/views/{view}", None, office.agent())
    assert await names(office, office.agent()) == []
    gone = await office.client.delete(f"/views/{view}", headers=office.agent())
    assert gone.status_code == 404
    assert len(office.service.facts(ViewRemoved)) == 1


async def test_bad_input_83_views_of_another_organisation_are_as_if_they_did_not_exist(office: Office) -> None:
    view, stranger = await saves(office, shared=True), token("administrator", uuid4())
    await office.service.shown()
    for method, path, body in (("GET", "/conversations", None), ("PUT", "", UNREAD), ("DELETE", "", None)):
        theirs = await office.client.request(method, f"/views/{view}{path}", json=body, headers=stranger)
        nobodys = await office.client.request(method, f"/views/{uuid4()}{path}", json=body, headers=stranger)
        assert (theirs.status_code, theirs.json()) == (404, nobodys.json())
    assert (await office.sees("/views", stranger))["items"] == []


async def test_bad_input_92_who_lost_the_permission_keeps_no_views(office: Office) -> None:
    await saves(office, office.agent())
    await office.does("PUT", f"/users/{office.agents[0]}", {"name": "Agent 0", "role": "member"})
    await office.service.shown()
    for method, path, body in (("GET", "/views", None), ("POST", "/views", UNREAD)):
        refused = await office.client.request(method, path, json=body, headers=office.agent())
        assert (refused.status_code, refused.json()["rule"]) == (403, "no_permission")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"name": "", "filters": {}}, "invalid_request"),
        ({"name": "x" * 101, "filters": {}}, "invalid_request"),
        ({"name": "x"}, "invalid_request"),
        ({"name": "x", "filters": {"state": ["shut"]}}, "invalid_request"),
        ({"name": "x", "filters": {"company": "x"}}, "invalid_request"),
        ({"name": "x", "filters": {"text": "?!"}}, "nothing_to_search"),
        ({"name": "x", "filters": {"opened_from": "2026-02-01T00:00:00Z", "opened_until": "2026-01-01T00:00:00Z"}},
         "dates_reversed"),
    ],
)  # fmt: skip
async def test_a_view_that_cannot_be_is_refused_by_name(office: Office, body: dict[str, Any], told: str) -> None:
    refused = await office.client.post("/views", json=body, headers=office.administrator)
    assert (refused.status_code, refused.json()["rule"]) == (422, told)
    assert office.service.facts(ViewSaved) == []


async def test_there_is_room_for_a_hundred_of_ones_own(office: Office) -> None:
    for _ in range(100):
        await saves(office, office.agent(0))
    full = await office.client.post("/views", json=UNREAD, headers=office.agent(0))
    assert (full.status_code, full.json()["rule"]) == (409, "too_many_views")
    await saves(office, office.agent(1))


async def test_d1_saved_views_are_the_same_after_a_rebuild(office: Office) -> None:
    view = await saves(office)
    await saves(office, office.agent(), shared=False)
    await office.does("PUT", f"/views/{view}", {**UNREAD, "shared": True})
    await office.service.shown()
    before = office.service.digests()
    office.service.rebuild()
    assert office.service.digests() == before
