"""conversations from its own build(), on a real database: facts in, facts out, HTTP, views, rebuild."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from recado_events.conversations import (
    ConversationOpened,
    MessageReceived,
    MessageReleased,
    ReadReceiptReleased,
)
from recado_events.inbound import InboundType

from tests.conversations.office import Office
from tests.harness.on_database import ServiceOnDatabase, token


async def test_a_customers_message_becomes_an_owned_conversation_with_a_timeline(office: Office) -> None:
    office.customer_writes("Há outra cor?")
    (shown,) = (await office.sees("/conversations"))["items"]
    assert shown["customer"]["name"] == "João"
    assert shown["assignee"] == str(office.agents[0])
    assert (shown["state"], shown["unread"], shown["answered"]) == ("open", 1, False)
    assert shown["window"]["open"]
    (line,) = (await office.sees(f"/conversations/{shown['conversation_id']}/messages"))["items"]
    assert (line["direction"], line["content"]["body"]) == ("in", "Há outra cor?")


async def test_a_reply_is_released_and_its_status_is_shown(office: Office) -> None:
    office.customer_writes()
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    path = f"/conversations/{talk}/messages"
    body = {"type": "text", "text": "Bom dia!"}
    answer = await office.does("POST", path, body, office.agent(), **{"Idempotency-Key": "k1"})
    again = await office.does("POST", path, body, office.agent(), **{"Idempotency-Key": "k1"})
    assert answer == again
    (released,) = office.service.facts(MessageReleased)
    assert str(released.message_id) == answer["message_id"]
    office.accepted(released, "wamid.out")
    status = {"id": "wamid.out", "status": "read", "timestamp": str(int(datetime.now(UTC).timestamp()))}
    office.service.receives(InboundType.STATUS, office.organisation, office.inbound(status))
    _, line = (await office.sees(path))["items"]
    assert (line["direction"], line["status"], line["sent_by"]) == ("out", "read", str(office.agents[0]))
    assert set(line["statuses"]) == {"accepted", "read"}
    assert (await office.sees(f"/conversations/{talk}"))["answered"]


async def test_the_same_key_with_another_body_is_refused(office: Office) -> None:
    office.customer_writes()
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    path = f"/conversations/{talk}/messages"
    headers = {**office.agent(), "Idempotency-Key": "k1"}
    await office.client.post(path, json={"type": "text", "text": "one"}, headers=headers)
    refused = await office.client.post(path, json={"type": "text", "text": "two"}, headers=headers)
    assert (refused.status_code, refused.json()["rule"]) == (422, "idempotency_key_reused")
    missing = await office.client.post(path, json={"type": "text", "text": "x"}, headers=office.agent())
    assert missing.json()["rule"] == "idempotency_key_required"


async def test_refusals_are_problems_that_carry_their_rule(office: Office) -> None:
    office.customer_writes()
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    await office.does("POST", f"/conversations/{talk}/close", None)
    headers = {**office.agent(), "Idempotency-Key": "k1"}
    refused = await office.client.post(
        f"/conversations/{talk}/messages", json={"type": "text", "text": "x"}, headers=headers
    )
    assert refused.headers["content-type"] == "application/problem+json"
    assert (refused.status_code, refused.json()["rule"]) == (409, "conversation_closed")
    unknown = await office.client.post(f"/conversations/{uuid4()}/close", headers=office.administrator)
    assert unknown.status_code == 404


async def test_bad_input_73_members_that_are_not_the_clients_to_set_are_refused(office: Office) -> None:
    office.customer_writes()
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    for extra in ({"last_inbound_at": 1}, {"status": "read"}, {"assignee": str(uuid4())}, {"price": 0}):
        answer = await office.client.post(
            f"/conversations/{talk}/messages",
            json={"type": "text", "text": "x", **extra},
            headers={**office.agent(), "Idempotency-Key": str(uuid4())},
        )
        assert answer.status_code == 422, answer.text
    assert office.service.facts(MessageReleased) == []


async def test_rule_17_counters_are_per_user_and_cleared_by_their_own_marker(office: Office) -> None:
    for _ in range(3):
        office.customer_writes()
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    assert await office.sees("/counters", office.agent(0)) == {"unread": 3, "conversations": {str(talk): 3}}
    second = office.service.facts(MessageReceived)[1].message_id
    await office.does("POST", f"/conversations/{talk}/read", {"up_to_id": str(second)}, office.agent(0))
    assert (await office.sees("/counters", office.agent(0)))["unread"] == 1
    assert (await office.sees("/counters", office.agent(1)))["unread"] == 3
    await office.does("POST", f"/conversations/{talk}/read", {"notify_customer": True}, office.agent(0))
    assert (await office.sees("/counters", office.agent(0)))["unread"] == 0
    assert len(office.service.facts(ReadReceiptReleased)) == 1


async def test_views_mine_unassigned_and_closed_limit_the_list(office: Office) -> None:
    for index in range(4):
        office.customer_writes(wa_id=f"1650555{index:04d}")
    talks = [fact.conversation_id for fact in office.service.facts(ConversationOpened)]
    await office.does("POST", f"/conversations/{talks[0]}/close", None)

    async def listed(view: str, index: int = 0) -> set[str]:
        items = (await office.sees(f"/conversations?view={view}", office.agent(index)))["items"]
        return {item["conversation_id"] for item in items}

    assert len(await listed("all")) == 4
    assert await listed("mine", 1) == {str(talks[1]), str(talks[3])}
    assert await listed("closed") == {str(talks[0])}
    assert await listed("unassigned") == set()


async def test_lists_are_paged_without_loss_or_repeat(office: Office) -> None:
    for index in range(7):
        office.customer_writes(wa_id=f"1650555{index:04d}")
    seen: list[str] = []
    path: str | None = "/conversations?limit=3"
    while path is not None:
        page = await office.sees(path)
        seen += [item["conversation_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        path = None if cursor is None else f"/conversations?limit=3&cursor={cursor}"
    assert len(seen) == len(set(seen)) == 7


async def test_rule_15_administrators_see_what_profiles_are_granted_and_withdraw_it(office: Office) -> None:
    (shown,) = (await office.sees("/profiles"))["items"]
    assert shown == {"profile_id": str(office.profile), "level": "view_reply", "scope": "all"}
    office.customer_writes()
    await office.does("DELETE", f"/profiles/{office.profile}/grant")
    assert (await office.sees("/profiles"))["items"] == []
    for path in ("/conversations", "/counters", "/users", "/views", "/quick-replies"):
        refused = await office.client.get(path, headers=office.agent(0))
        assert (refused.status_code, refused.json()["rule"]) == (403, "no_permission"), path
    for method, path in (("GET", "/profiles"), ("DELETE", f"/profiles/{office.profile}/grant")):
        refused = await office.client.request(method, path, headers=office.agent(0))
        assert (refused.status_code, refused.json()["rule"]) == (403, "role_not_allowed")


async def test_rule_15_scope_own_limits_lists_counters_and_timelines(office: Office) -> None:
    await office.does("PUT", f"/profiles/{office.profile}/grant", {"level": "view_only", "scope": "own"})
    office.customer_writes(wa_id="16505550001")
    office.customer_writes(wa_id="16505550002")
    talk = office.service.facts(ConversationOpened)[1].conversation_id
    items = (await office.sees("/conversations", office.agent(0)))["items"]
    assert items == []
    await office.service.shown()
    foreign = await office.client.get(f"/conversations/{talk}/messages", headers=office.agent(0))
    assert foreign.status_code == 404


async def test_another_organisation_sees_nothing(office: Office) -> None:
    office.customer_writes()
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    stranger = token("administrator", uuid4())
    assert (await office.sees("/conversations", stranger))["items"] == []
    for method, path in (("GET", ""), ("GET", "/messages"), ("POST", "/close")):
        answer = await office.client.request(method, f"/conversations/{talk}{path}", headers=stranger)
        assert answer.status_code == 404


async def test_bad_input_92_a_deactivated_agent_is_refused_at_once(office: Office) -> None:
    assert (await office.sees("/conversations", office.agent(0)))["items"] == []
    body = {"name": "Agent 0", "role": "member", "profile_id": str(office.profile), "active": False}
    await office.does("PUT", f"/users/{office.agents[0]}", body)
    answer = await office.client.get("/conversations", headers=office.agent(0))
    assert answer.status_code == 401


async def test_bad_input_100_a_profile_changed_after_the_token_was_issued_is_honoured_at_once(office: Office) -> None:
    office.customer_writes()
    talk, other = office.service.facts(ConversationOpened)[0].conversation_id, uuid4()
    await office.does("PUT", f"/profiles/{other}/grant", {"level": "view_only", "scope": "all"})
    person = {"name": "Agent 0", "role": "member"}
    await office.does("PUT", f"/users/{office.agents[0]}", {**person, "profile_id": str(other)})
    path = f"/conversations/{talk}/close"
    refused = await office.client.post(path, headers=office.agent(0))
    assert (refused.status_code, refused.json()["rule"]) == (403, "view_only")
    await office.does("PUT", f"/users/{office.agents[0]}", person)
    refused = await office.client.post(path, headers=office.agent(0))
    assert refused.json()["rule"] == "no_permission"
    await office.does("PUT", f"/users/{office.agents[0]}", {**person, "profile_id": str(office.profile)})
    await office.does("POST", path, None, office.agent(0))


async def test_bad_input_17_18_the_same_wamid_has_one_effect_and_other_content_is_a_conflict(office: Office) -> None:
    for text in ("one", "one", "two", "two"):
        office.customer_writes(text, wamid="wamid.same")
    facts = [
        type(fact).__name__ for fact in office.service.facts() if fact.TYPE.split(".")[1][:7] in {"message", "conflic"}
    ]
    assert facts == ["MessageReceived", "ConflictingRedelivery"]
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    (line,) = (await office.sees(f"/conversations/{talk}/messages"))["items"]
    assert line["content"]["body"] == "one"


async def test_bad_input_33_nul_is_stored_and_shown_losslessly(office: Office) -> None:
    office.customer_writes("a\x00b")
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    (line,) = (await office.sees(f"/conversations/{talk}/messages"))["items"]
    assert line["content"]["body"] == "a\x00b"


async def test_pain_18_edits_revocations_and_reactions_are_shown_on_their_message(office: Office) -> None:
    office.customer_writes("Ola", wamid="wamid.a")
    office.customer_writes("apagar", wamid="wamid.b")
    at = str(int(datetime.now(UTC).timestamp()))
    common = {"from": "5511987654321", "timestamp": at}
    edit = {"original_message_id": "wamid.a", "message": {"type": "text", "text": {"body": "Olá"}}}
    updates = [
        {**common, "id": "wamid.c", "type": "edit", "edit": edit},
        {**common, "id": "wamid.d", "type": "revoke", "revoke": {"original_message_id": "wamid.b"}},
        {**common, "id": "wamid.e", "type": "reaction", "reaction": {"message_id": "wamid.a", "emoji": "👍"}},
    ]
    office.service.receives(InboundType.MESSAGE, office.organisation, *[office.inbound(u) for u in updates])
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    first, second = (await office.sees(f"/conversations/{talk}/messages"))["items"]
    assert (first["content"]["body"], first["reactions"]) == ("Olá", {"customer": "👍"})
    assert first["edited_at"]
    assert second["content"] is None
    assert second["revoked_at"]


async def test_d1_a_rebuild_changes_nothing(office: Office, service: ServiceOnDatabase) -> None:
    for index in range(5):
        office.customer_writes(wa_id=f"1650555{index:04d}")
        office.customer_writes(wa_id=f"1650555{index:04d}")
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    await office.does("POST", f"/conversations/{talk}/read", {})
    await service.shown()
    before = service.digests()
    service.rebuild()
    assert service.digests() == before


@pytest.mark.parametrize("service", [{}, {"reactions_open_window": False}], ids=["usual", "off"], indirect=True)
async def test_rule_1_whether_a_reaction_counts_as_a_message_is_a_setting(office: Office) -> None:
    office.meta_tells(InboundType.ECHO, to="5511987654321", id="wamid.e", type="text", text={"body": "x"})
    reaction = {"message_id": "wamid.e", "emoji": "👍"}
    office.meta_tells(
        InboundType.MESSAGE, **{"from": "5511987654321"}, id="wamid.r", type="reaction", reaction=reaction
    )
    counts = office.service.options.get("reactions_open_window", True)
    (talk,) = (await office.sees("/conversations"))["items"]
    assert (talk["window"]["open"], talk["state"]) == (counts, "open" if counts else "awaiting_reply")


async def test_bad_input_83_marking_as_read_tells_nobody_what_other_organisations_have(office: Office) -> None:
    office.customer_writes()
    await office.service.shown()
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    stranger = token("administrator", uuid4())
    theirs = await office.client.post(f"/conversations/{talk}/read", json={}, headers=stranger)
    nobodys = await office.client.post(f"/conversations/{uuid4()}/read", json={}, headers=stranger)
    assert (theirs.status_code, theirs.json()) == (404, nobodys.json())


async def test_reading_where_nothing_was_received_is_refused(office: Office) -> None:
    at = str(int(datetime.now(UTC).timestamp()))
    echo = {"to": "5511987654321", "id": "wamid.echo", "timestamp": at, "type": "text", "text": {"body": "oi"}}
    office.service.receives(InboundType.ECHO, office.organisation, office.inbound(echo))
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    refused = await office.client.post(f"/conversations/{talk}/read", json={}, headers=office.administrator)
    assert (refused.status_code, refused.json()["rule"]) == (422, "unknown_message")


async def test_bad_input_31_33_no_word_or_number_of_metas_stops_the_view(office: Office) -> None:
    """NUL and sizes that columns do not have, wherever Meta may write them."""
    at = str(int(datetime.now(UTC).timestamp()))
    who = {"profile": {"name": "a\x00" * 50_000, "username": "\x00"}, "wa_id": "5511\x00"}
    message = {"from": "5511\x00", "id": "wamid.in\x00", "timestamp": at, "type": "new\x00", "new\x00": {"a": "\x00"}}
    reaction = {"message_id": "wamid.in\x00", "emoji": "\x00"}
    reacted = {"from": "5511\x00", "id": "wamid.r", "timestamp": at, "type": "reaction", "reaction": reaction}
    for update in (message, reacted):
        office.service.receives(InboundType.MESSAGE, office.organisation, office.inbound(update, [who]))
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    path = f"/conversations/{talk}/messages"
    await office.does("POST", path, {"type": "text", "text": "Oi"}, None, **{"Idempotency-Key": "k1"})
    (released,) = office.service.facts(MessageReleased)
    office.accepted(released, "wamid.out")
    errors = [{"code": code, "title": "\x00"} for code in (-1, 131047, 10**12, 10**300)]
    for word in ("failed", "new\x00"):
        status = {"id": "wamid.out", "status": word, "timestamp": at, "errors": errors}
        office.service.receives(InboundType.STATUS, office.organisation, office.inbound(status))
    first, sent = (await office.sees(path))["items"]
    assert first["kind"].startswith("new")
    assert sent["error"]["codes"] == [-1, 131047, 10**12]
