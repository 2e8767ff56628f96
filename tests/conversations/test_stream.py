"""GET /stream on a real server and a real database: what each screen is told, and when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from recado_events import crm
from recado_events.conversations import ConversationOpened
from recado_events.ids import ContactId, UserId
from recado_events.inbound import InboundType

from tests.conversations.filing import FilingOffice, puts_aside_for_replies
from tests.conversations.listening import Address, served
from tests.conversations.office import Office
from tests.harness.on_database import ServiceOnDatabase, token, told


@pytest.fixture
async def street(service: ServiceOnDatabase) -> AsyncIterator[Address]:
    async with served(service) as address:
        yield address


async def grant(office: Office, level: str, scope: str, profile: Any = None) -> None:
    await office.does("PUT", f"/profiles/{profile or office.profile}/grant", {"level": level, "scope": scope})


async def test_a_screen_is_told_of_messages_statuses_assignments_and_counters(office: Office, street: Address) -> None:
    async with street.reader(office.agent(0)) as screen:
        office.customer_writes("Há outra cor?")
        (message,) = await screen.says("message")
        assert message.data["content"] == {"kind": "text", "body": "Há outra cor?"}
        talk = message.data["conversation_id"]
        assigned = [each.data for each in screen.named("conversation") if each.data["type"] == "conversation-assigned"]
        assert [(each["conversation_id"], each["user_id"]) for each in assigned] == [(talk, str(office.agents[0]))]
        await screen.until(lambda told: told.unread == 1, "a counter")
        assert screen.named("counters")[-1].data["conversations"] == {talk: 1}
        released = await office.sends(talk, type="text", text="Bom dia!")
        office.accepted(released, "wamid.out")
        read = {"id": "wamid.out", "status": "read", "timestamp": str(int(datetime.now(UTC).timestamp()))}
        office.service.receives(InboundType.STATUS, office.organisation, office.inbound(read))
        statuses = await screen.says("status", 2)
        assert [each.data["type"] for each in statuses] == ["acceptance-noted", "message-read"]
        assert {each.data["message_id"] for each in statuses} == {str(released.message_id)}
        ids = [each.id for each in screen.heard if each.id is not None]
        assert ids == sorted(set(ids))


async def test_no_wamid_number_or_recipient_is_told_beside_what_a_screen_shows(office: Office, street: Address) -> None:
    async with street.reader(office.agent(0)) as screen:
        office.customer_writes("Oi", wamid="wamid.secret")
        (message,) = await screen.says("message")
        await office.sends(message.data["conversation_id"], type="text", text="Bom dia!")
        await screen.says("message", 2)
        told = str(screen.heard)
        assert "wamid" not in told
        assert "5511987654321" not in told


async def test_who_reads_a_list_after_an_event_finds_it_there(office: Office, street: Address) -> None:
    async with street.reader(office.agent(0)) as screen:
        for index in range(5):
            office.customer_writes(f"{index}", wa_id=f"1650555000{index}")
            (*_, message) = await screen.says("message", index + 1)
            listed = await office.client.get("/conversations", headers=office.agent(0))
            assert message.data["conversation_id"] in {each["conversation_id"] for each in listed.json()["items"]}


async def test_last_event_id_resumes_without_loss_or_repeat(office: Office, street: Address) -> None:
    async with street.reader(office.agent(0)) as screen:
        office.customer_writes("1")
        await screen.says("message")
        after = screen.last_id
    for text in ("2", "3"):
        office.customer_writes(text)
    await office.service.shown()
    async with street.reader(office.agent(0), after) as screen:
        office.customer_writes("4")
        told = await screen.says("message", 3)
        assert [each.data["content"]["body"] for each in told] == ["2", "3", "4"]
    async with street.reader(office.agent(0), screen.last_id) as screen:
        office.customer_writes("5")
        told = await screen.says("message")
        assert [each.data["content"]["body"] for each in told] == ["5"]


async def test_a_position_the_log_has_never_had_begins_anew(office: Office, street: Address) -> None:
    async with street.reader(office.agent(0), after=10**9) as screen:
        await screen.says("reset")
        office.customer_writes()
        await screen.says("message")


async def test_rule_17_counters_are_those_of_the_list(office: Office, street: Address) -> None:
    async with street.reader(office.agent(0)) as first, street.reader(office.agent(1)) as second:
        for index in (0, 0, 1):
            office.customer_writes(wa_id=f"1650555000{index}")
        for screen in (first, second):
            await screen.until(lambda told: told.unread == 3, "three")
        talk = office.service.facts(ConversationOpened)[0].conversation_id
        await office.does("POST", f"/conversations/{talk}/read", {}, office.agent(0))
        await first.until(lambda told: told.unread == 1, "one")
        assert first.named("counters")[-1].data["conversations"] == {str(talk): 0}
        for index, screen in enumerate((first, second)):
            assert screen.unread == (await office.sees("/counters", office.agent(index)))["unread"]
        assert second.unread == 3
    async with street.reader(office.agent(0)) as again:
        await again.until(lambda told: told.unread == 1, "the badge at the beginning")


# Permission --------------------------------------------------------------------------------------


async def test_rule_15_scope_own_is_told_of_ones_own_conversations_alone(office: Office, street: Address) -> None:
    await grant(office, "view_only", "own")
    async with street.reader(office.administrator) as everything, street.reader(office.agent(0)) as own:
        await grant(office, "view_reply", "own")
        for index in range(2):
            office.customer_writes(wa_id=f"1650555000{index}")
        await everything.says("message", 2)
        mine = [fact.conversation_id for fact in office.service.facts(ConversationOpened)]
        (told,) = await own.says("message")
        assert told.data["conversation_id"] == str(mine[0])
        await own.until(lambda screen: screen.unread == 1, "a counter")
        assert str(mine[1]) not in str(own.heard)


async def test_rule_15_a_conversation_given_to_somebody_else_is_told_of_no_more(
    office: Office, street: Address
) -> None:
    await grant(office, "view_reply", "own")
    async with street.reader(office.agent(0)) as before, street.reader(office.agent(1)) as after:
        office.customer_writes()
        (message,) = await before.says("message")
        talk = message.data["conversation_id"]
        await office.does("POST", f"/conversations/{talk}/assign", {"user_id": str(office.agents[1])})
        office.customer_writes("later")
        await after.says("message")
        await before.until(lambda screen: "conversation-lost" in screen.types(), "the loss")
        await before.until(lambda screen: screen.unread == 0, "a counter without it")
        assert [each.data["content"]["body"] for each in after.named("message")] == ["later"]
        assert len(before.named("message")) == 1
        assert before.types()[-1] == "conversation-lost"


async def test_rule_15_a_narrower_grant_is_told_and_holds_at_once(office: Office, street: Address) -> None:
    async with street.reader(office.agent(1)) as screen, street.reader(office.administrator) as everything:
        office.customer_writes("1")
        await screen.says("message")
        await grant(office, "view_only", "own")
        office.customer_writes("2")
        await everything.says("message", 2)
        (told,) = await screen.says("permission")
        assert told.data == {"level": "view_only", "scope": "own"}
        await grant(office, "view_only", "all")
        office.customer_writes("3")
        await screen.says("message", 2)
        assert [each.data["content"]["body"] for each in screen.named("message")] == ["1", "3"]


async def test_bad_input_92_the_stream_of_a_deactivated_user_ends_at_once(office: Office, street: Address) -> None:
    async with street.reader(office.agent(0)) as screen, street.reader(office.administrator) as everything:
        body = {"name": "Agent 0", "role": "member", "profile_id": str(office.profile), "active": False}
        await office.does("PUT", f"/users/{office.agents[0]}", body)
        office.customer_writes()
        await everything.says("message")
        await screen.until(lambda told: told.ended, "the end")
        assert [each.data for each in screen.named("ended")] == [{"reason": "permission_withdrawn"}]
        assert screen.named("message") == []
    refused = await street.http.get(f"{street.url}/stream", headers=office.agent(0))
    assert refused.status_code == 401


async def test_rule_15_a_grant_that_is_withdrawn_ends_the_stream_and_opens_no_other(
    office: Office, street: Address
) -> None:
    async with street.reader(office.agent(0)) as screen, street.reader(office.administrator) as everything:
        await office.does("DELETE", f"/profiles/{office.profile}/grant")
        office.customer_writes()
        await everything.says("message")
        await screen.until(lambda told: told.ended, "the end")
        assert [each.data for each in screen.named("ended")] == [{"reason": "permission_withdrawn"}]
        assert screen.named("message") == []
    refused = await street.http.get(f"{street.url}/stream", headers=office.agent(0))
    assert (refused.status_code, refused.json()["rule"]) == (403, "no_permission")


async def test_rule_15_a_profile_without_a_grant_follows_nothing(office: Office, street: Address) -> None:
    nobody = token("member", office.organisation, uuid4(), uuid4())
    refused = await street.http.get(f"{street.url}/stream", headers=nobody)
    assert (refused.status_code, refused.json()["rule"]) == (403, "no_permission")
    for wrong in ("x", "-1", "1.5", str(2**63)):
        refused = await street.http.get(f"{street.url}/stream", headers={**office.agent(), "Last-Event-ID": wrong})
        assert (refused.status_code, refused.json()["rule"]) == (422, "invalid_request")


async def test_another_organisation_is_told_nothing(office: Office, street: Address) -> None:
    stranger = token("administrator", uuid4())
    async with street.reader(stranger) as theirs, street.reader(office.agent(0)) as ours:
        office.customer_writes()
        await ours.says("message")
        assert {each.name for each in theirs.heard} <= {"ready", "counters"}
    async with street.reader(stranger, after=0) as theirs:
        await asyncio.sleep(0.3)
        assert {each.name for each in theirs.heard} <= {"ready", "counters"}


async def test_what_was_missed_is_told_as_far_as_it_may_be_seen_now(office: Office, street: Address) -> None:
    for index in range(2):
        office.customer_writes(wa_id=f"1650555000{index}")
    await office.service.shown()
    talks = [str(fact.conversation_id) for fact in office.service.facts(ConversationOpened)]
    async with street.reader(office.agent(0), after=0) as screen:
        assert {each.data["conversation_id"] for each in await screen.says("message", 2)} == set(talks)
    await grant(office, "view_reply", "own")
    await office.service.shown()
    async with street.reader(office.agent(0), after=0) as screen:
        assert [each.data["conversation_id"] for each in screen.named("message")] == talks[:1]


# The desk itself ---------------------------------------------------------------------------------


async def test_s24_a_screen_is_told_who_goes_online_and_what_becomes_of_the_team(
    office: Office, street: Address
) -> None:
    ana, bruno = office.agents
    await grant(office, "view_only", "own")
    async with street.reader(office.agent(1)) as screen:
        await office.does("PUT", f"/users/{ana}/availability", {"online": True})
        await office.does("PUT", f"/users/{ana}/availability", {"online": False})
        renamed = {"name": "Ana Lima", "role": "member", "profile_id": str(office.profile)}
        await office.does("PUT", f"/users/{ana}", renamed)
        told = [each.data for each in await screen.says("team", 3)]
        assert [each["type"] for each in told] == ["user-went-online", "user-went-offline", "user-renamed"]
        assert {each["user_id"] for each in told} == {str(ana)}
        assert told[-1]["name"] == "Ana Lima"
        await office.does("PUT", f"/users/{bruno}", {**renamed, "active": False})
        await screen.until(lambda told: told.ended, "the end")
        assert len(screen.named("team")) == 3, "who may see nothing any more is told of nobody"


async def test_s27_a_screen_is_told_of_quick_replies_as_they_change(office: Office, street: Address) -> None:
    async with street.reader(office.agent(0)) as screen:
        put = (await puts_aside_for_replies(office)).json()["attachment_id"]
        body = {"shortcut": "menu", "title": "Menu", "text": "Veja", "attachment_id": put}
        made = await office.does("POST", "/quick-replies", body)
        await office.does("DELETE", f"/quick-replies/{made['quick_reply_id']}")
        written, removed = [each.data for each in await screen.says("quick_reply", 2)]
        assert [written["type"], removed["type"]] == ["quick-reply-written", "quick-reply-removed"]
        assert (written["shortcut"], written["file"]["name"]) == ("menu", "foto.jpg")
        assert "key" not in written["file"]
        assert written["quick_reply_id"] == removed["quick_reply_id"] == made["quick_reply_id"]


async def test_rule_32_a_screen_is_told_when_a_customers_file_is_there_or_lost(office: Office, street: Address) -> None:
    filing = FilingOffice.of(office)
    await grant(office, "view_reply", "own")
    async with street.reader(office.agent(0)) as screen, street.reader(office.agent(1)) as other:
        first, second = await filing.customer_sends(), await filing.customer_sends()
        filing.fetched(first)
        filing.lost(second)
        told = [each.data for each in await screen.says("attachment", 2)]
        assert [(each["message_id"], each["state"], each["reason"]) for each in told] == [
            (str(first), "stored", None),
            (str(second), "lost", "gone"),
        ]
        assert "file_key" not in told[0]
        assert other.named("attachment") == [], "another's conversation"
        line = await filing.shown(UUID(told[0]["conversation_id"]), first)
        assert line["attachment"]["state"] == "stored"


async def test_rule_13_a_screen_is_told_of_customers_and_contacts_that_are_one(office: Office, street: Address) -> None:
    await grant(office, "view_reply", "own")
    async with street.reader(office.agent(0)) as screen, street.reader(office.agent(1)) as other:
        office.customer_writes("1")
        (opened,) = office.service.facts(ConversationOpened)
        at: Any = {"organisation_id": office.organisation}
        link: Any = {"customer_id": opened.customer_id, "phone_number_id": opened.phone_number_id}
        merged, survivor, now = ContactId(uuid4()), ContactId(uuid4()), datetime.now(UTC)
        events = (
            crm.ContactLinked(**at, **link, contact_id=survivor, linked_at=now),
            crm.ContactMergedInto(
                **at, contact_id=merged, survivor_id=survivor, merged_by=UserId(uuid4()), merged_at=now
            ),
        )
        office.service.hears(*[told(event) for event in events])
        (contact,) = await screen.says("contact")
        assert (contact.data["contact_id"], contact.data["survivor_id"]) == (str(merged), str(survivor))

        office.meta_tells(InboundType.MESSAGE, **text_from(None, "BR.1"))
        office.meta_tells(InboundType.MESSAGE, **text_from("5511987654321", "BR.1"))
        await screen.until(lambda told: "customers-merged" in told.types(), "the merge")
        await other.until(lambda told: "customer-merged-into" in told.types(), "the same from the other side")
        assert "contact" not in {each.name for each in other.heard}


def text_from(number: str | None, user_id: str) -> dict[str, Any]:
    who = {"from_user_id": user_id, **({"from": number} if number else {})}
    return {**who, "id": f"wamid.{uuid4().hex}", "type": "text", "text": {"body": "Oi"}}


async def test_bad_input_86_a_stream_of_another_organisations_channel_or_conversation_is_refused(
    office: Office, street: Address
) -> None:
    office.customer_writes()
    await office.service.shown()
    opened = office.service.facts(ConversationOpened)[0]
    stranger = token("administrator", uuid4())
    for name, value in (
        ("conversation_id", opened.conversation_id),
        ("channel", opened.phone_number_id),
        ("phone_number_id", opened.phone_number_id),
        ("organisation_id", office.organisation),
    ):
        refused = await street.http.get(f"{street.url}/stream", params={name: str(value)}, headers=stranger)
        assert (refused.status_code, refused.json()["rule"]) == (422, "invalid_request")
        assert str(value) not in refused.text
    claiming = {**stranger, "X-Organisation-Id": str(office.organisation)}
    async with street.reader(claiming, after=0) as theirs, street.reader(office.agent(0)) as ours:
        office.customer_writes("2")
        await ours.says("message")
        assert {each.name for each in theirs.heard} <= {"ready", "counters"}


# Ends --------------------------------------------------------------------------------------------


async def test_a_silent_stream_shows_that_it_is_alive_and_moves_its_id(office: Office, street: Address) -> None:
    (screens,) = office.service.service.always
    screens.bounds = type(screens.bounds)(heartbeat=0.1)
    async with street.reader(token("administrator", uuid4())) as screen:
        office.customer_writes()
        end = office.service.store.end()
        await screen.until(lambda told: told.pulses and told.last_id == end, "a pulse with the last position")


async def test_a_stream_ends_with_its_token(office: Office, street: Address) -> None:
    async with street.reader(token("administrator", office.organisation, seconds=2)) as screen:
        await screen.until(lambda told: told.ended, "the end")
        assert screen.named("ended")[-1].data == {"reason": "token_expired"}


async def test_rule_17_whatever_happens_the_last_counters_are_those_of_the_list(
    office: Office, street: Address
) -> None:
    chance = Random(17)
    await office.does("PUT", f"/profiles/{(own := uuid4())}/grant", {"level": "view_reply", "scope": "own"})
    person = {"name": "Agent 1", "role": "member", "profile_id": str(own)}
    await office.does("PUT", f"/users/{office.agents[1]}", person)
    async with street.reader(office.agent(0)) as first, street.reader(office.agent(1)) as second:
        for _ in range(40):
            office.customer_writes(wa_id=f"1650555000{chance.randrange(4)}")
            talks = [fact.conversation_id for fact in office.service.facts(ConversationOpened)]
            talk, user = chance.choice(talks), office.agents[chance.randrange(2)]
            match chance.randrange(4):
                case 0:
                    await office.does("POST", f"/conversations/{talk}/assign", {"user_id": str(user)})
                case 1:
                    await office.service.shown()
                    await office.client.post(f"/conversations/{talk}/read", json={}, headers=office.agent(0))
                    await office.client.post(f"/conversations/{talk}/read", json={}, headers=office.agent(1))
        for index, screen in enumerate((first, second)):
            listed = await office.sees("/counters", office.agent(index))
            await asyncio.sleep(0.6)
            assert screen.unread == listed["unread"]
            told = {
                talk: count for each in screen.named("counters") for talk, count in each.data["conversations"].items()
            }
            assert {talk: told[talk] for talk in listed["conversations"]} == listed["conversations"]
