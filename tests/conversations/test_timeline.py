"""What the timeline and the lists show of messages: quotes, reactions, answers, failures, customers, unknown kinds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from conversations.application.scene import FOLDS
from recado_chassis.work import Work
from recado_events.content import Other
from recado_events.conversations import ConversationOpened, MessageReceived
from recado_events.envelope import Cause
from recado_events.ids import MessageId
from recado_events.inbound import InboundType

from tests.conversations.office import Office

CUSTOMER = "5511987654321"


@pytest.fixture
def talk(office: Office) -> UUID:
    """A customer has written."""
    office.customer_writes("Há outra cor?", wamid="wamid.first", wa_id=CUSTOMER)
    opened: ConversationOpened = office.service.facts(ConversationOpened)[0]
    return opened.conversation_id


async def lines(office: Office, talk: UUID) -> list[Any]:
    items: list[Any] = (await office.sees(f"/conversations/{talk}/messages"))["items"]
    return items


async def shown(office: Office, talk: UUID) -> Any:
    return await office.sees(f"/conversations/{talk}")


def writes(office: Office, kind: str = "text", **members: Any) -> None:
    office.meta_tells(InboundType.MESSAGE, **{"from": CUSTOMER, "id": "wamid.in", "type": kind, **members})


async def test_a_quote_of_our_own_message_names_the_one_in_the_timeline(office: Office, talk: UUID) -> None:
    released = await office.sends(talk, type="text", text="Azul.")
    office.accepted(released, "wamid.ours")
    writes(office, text={"body": "Essa!"}, context={"id": "wamid.ours"})
    writes(office, text={"body": "E essa?"}, context={"id": "wamid.first"}, id="wamid.in2")
    writes(office, text={"body": "?"}, context={"id": "wamid.never-seen"}, id="wamid.in3")
    by_text = {line["content"]["body"]: line for line in await lines(office, talk)}
    assert by_text["Essa!"]["reply_to"] == str(released.message_id)
    assert by_text["E essa?"]["reply_to"] == by_text["Há outra cor?"]["message_id"]
    assert by_text["?"]["reply_to"] not in {None, *(line["message_id"] for line in by_text.values())}


async def test_pain_13_messages_stand_where_they_were_written_however_late_they_come(
    office: Office, talk: UUID
) -> None:
    """By Meta's clock, then by their place in one webhook; what comes late is inserted."""
    now = int(datetime.now(UTC).timestamp())
    for text, seconds in [("quarta", 40), ("segunda", 60), ("quinta", 30), ("primeira", 90)]:
        writes(office, text={"body": text}, timestamp=str(now - seconds), id=f"wamid.{text}")
    together = [
        {"from": CUSTOMER, "id": f"wamid.{text}", "timestamp": str(now - 50), "type": "text", "text": {"body": text}}
        for text in ("terceira a", "terceira b")
    ]
    bodies = [office.inbound(update) | {"ordinal": at} for at, update in enumerate(together)]
    office.service.receives(InboundType.MESSAGE, office.organisation, *reversed(bodies))
    page: list[Any] = await lines(office, talk)
    told = [line["content"]["body"] for line in page]
    assert told == ["primeira", "segunda", "terceira a", "terceira b", "quarta", "quinta", "Há outra cor?"]
    assert [datetime.fromisoformat(line["occurred_at"]).timestamp() for line in page[:6]] == [
        now - seconds for seconds in (90, 60, 50, 50, 40, 30)
    ], "when it was written, not when it was processed"
    received = office.service.facts(MessageReceived)
    assert all(fact.received_at.timestamp() >= now for fact in received), "the other clock"


def wrote(office: Office, ago: int) -> None:
    """So many seconds ago."""
    at = str(int(datetime.now(UTC).timestamp()) - ago)
    office.meta_tells(
        InboundType.MESSAGE,
        **{"from": CUSTOMER, "id": f"wamid.{ago}", "type": "text", "text": {"body": str(ago)}, "timestamp": at},
    )


async def test_rule_6_a_timeline_is_read_from_its_end_too_without_loss_or_repeat_while_late_ones_come(
    office: Office, talk: UUID
) -> None:
    for ago in range(300, 50, -10):
        wrote(office, ago)
    path, seen = f"/conversations/{talk}/messages?order=newest&limit=10", list[str]()
    cursor: str | None = ""
    while cursor is not None:
        page = await office.sees(path + (f"&cursor={cursor}" if cursor else ""))
        seen += [line["content"]["body"] for line in page["items"]]
        cursor = page["next_cursor"]
        wrote(office, 1_000 + len(seen))
    assert seen[:4] == ["Há outra cor?", "60", "70", "80"]
    oldest_first = [line["content"]["body"] for line in await lines(office, talk)]
    assert seen == [body for body in reversed(oldest_first) if body in seen]
    assert {str(ago) for ago in range(300, 50, -10)} < set(seen)
    refused = await office.client.get(f"/conversations/{talk}/messages?order=up", headers=office.agent())
    assert refused.status_code == 422


@pytest.mark.parametrize("lost", ["rejected", "failed"])
async def test_a_reaction_of_ours_that_did_not_arrive_is_not_shown(office: Office, talk: UUID, lost: str) -> None:
    target = office.service.facts(MessageReceived)[0].message_id
    first = await office.sends(talk, type="reaction", message_id=str(target), emoji="👍")
    office.accepted(first, "wamid.r1")
    second = await office.sends(talk, type="reaction", message_id=str(target), emoji="🎉")
    (line,) = await lines(office, talk)
    assert line["reactions"] == {"business": "🎉"}
    if lost == "rejected":
        office.rejected(second)
    else:
        office.accepted(second, "wamid.r2")
        office.meta_tells(InboundType.STATUS, id="wamid.r2", status="failed", errors=[{"code": 131009}])
    (line,) = await lines(office, talk)
    assert line["reactions"] == {"business": "👍"}, "the one before still stands"


async def test_the_last_reaction_of_each_side_is_shown_until_it_is_taken_back(office: Office, talk: UUID) -> None:
    target = str(office.service.facts(MessageReceived)[0].message_id)
    await office.sends(talk, type="reaction", message_id=target, emoji="👍")
    writes(office, "reaction", reaction={"message_id": "wamid.first", "emoji": "❤️"})
    writes(office, "reaction", reaction={"message_id": "wamid.first", "emoji": "😂"}, id="wamid.in2")
    (line,) = await lines(office, talk)
    assert line["reactions"] == {"business": "👍", "customer": "😂"}
    await office.sends(talk, type="reaction", message_id=target, emoji="")
    writes(office, "reaction", reaction={"message_id": "wamid.first"}, id="wamid.in3")
    (line,) = await lines(office, talk)
    assert line["reactions"] == {}


async def test_a_reaction_from_the_phone_app_is_shown_as_the_businesss_and_is_no_line(
    office: Office, talk: UUID
) -> None:
    reaction = {"message_id": "wamid.first", "emoji": "🎉"}
    office.meta_tells(InboundType.ECHO, to=CUSTOMER, id="wamid.app", type="reaction", reaction=reaction)
    (line,) = await lines(office, talk)
    assert line["reactions"] == {"business": "🎉"}
    assert not (await shown(office, talk))["answered"]


@pytest.mark.parametrize("lost", ["rejected", "failed"])
async def test_a_reply_that_did_not_arrive_is_no_answer(office: Office, talk: UUID, lost: str) -> None:
    released = await office.sends(talk, type="text", text="Azul.")
    assert (await shown(office, talk))["answered"]
    if lost == "rejected":
        office.rejected(released)
    else:
        office.accepted(released, "wamid.ours")
        office.meta_tells(InboundType.STATUS, id="wamid.ours", status="failed", errors=[{"code": 131026}])
    assert not (await shown(office, talk))["answered"]
    await office.sends(talk, type="text", text="Azul!")
    assert (await shown(office, talk))["answered"]


@pytest.mark.parametrize("order", [("failed", "delivered"), ("delivered", "failed")])
async def test_pain_08_what_arrived_and_failed_is_shown_as_delivered_with_an_error_in_whatever_order(
    office: Office, talk: UUID, order: tuple[str, ...]
) -> None:
    """Of several devices of a customer one has it, another has not."""
    released = await office.sends(talk, type="text", text="Azul.")
    office.accepted(released, "wamid.ours")
    for word in order:
        errors = {"errors": [{"code": 131026}]} if word == "failed" else {}
        office.meta_tells(InboundType.STATUS, id="wamid.ours", status=word, **errors)
    (line,) = [line for line in await lines(office, talk) if line["direction"] == "out"]
    assert (line["status"], line["error"]["codes"]) == ("delivered", [131026])
    assert {"delivered", "failed"} <= set(line["statuses"]), "both facts are kept"
    assert (line["failure"]["reason"], line["failure"]["code"]) == ("arrived_with_error", 131026)
    assert "was delivered" in line["failure"]["texts"]["en"]
    assert (await shown(office, talk))["answered"]


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
async def test_rule_7_the_codes_of_a_failure_are_the_same_in_whatever_order_they_come(
    office: Office, talk: UUID, order: tuple[int, ...]
) -> None:
    released = await office.sends(talk, type="text", text="Azul.")
    office.accepted(released, "wamid.ours")
    now = int(datetime.now(UTC).timestamp())
    for index in order:
        errors = [{"code": 131000 + index}]
        office.meta_tells(
            InboundType.STATUS, id="wamid.ours", status="failed", timestamp=str(now - 10 + index), errors=errors
        )
    _, line = sorted(await lines(office, talk), key=lambda each: each["direction"])
    assert line["error"]["codes"] == [131000]


async def test_pain_17_an_answer_from_the_phone_app_within_the_same_second_is_one_until_the_customer_writes_again(
    office: Office, talk: UUID
) -> None:
    """Meta tells whole seconds, and an automatic greeting is quick."""
    at = str(int(datetime.now(UTC).timestamp()))
    writes(office, text={"body": "Oi"}, timestamp=at)
    greeting = {"to": CUSTOMER, "type": "text", "text": {"body": "Já respondemos"}, "timestamp": at}
    office.meta_tells(InboundType.ECHO, id="wamid.app", **greeting)
    assert (await shown(office, talk))["answered"]
    writes(office, text={"body": "Rápido!"}, timestamp=at, id="wamid.in2")
    assert not (await shown(office, talk))["answered"]


async def test_statuses_of_a_message_from_the_phone_app_are_shown(office: Office, talk: UUID) -> None:
    office.meta_tells(InboundType.ECHO, to=CUSTOMER, id="wamid.app", type="text", text={"body": "do celular"})
    office.meta_tells(InboundType.STATUS, id="wamid.app", status="read")
    (line,) = [line for line in await lines(office, talk) if line["direction"] == "app"]
    assert line["status"] == "read"


async def test_a_customer_without_a_name_is_shown_by_number_or_username(office: Office) -> None:
    writes(office, text={"body": "Oi"})
    who = {"profile": {"username": "@sofia"}, "user_id": "BR.1"}
    update = {"from_user_id": "BR.1", "id": "wamid.b", "type": "text", "text": {"body": "Oi"}}
    office.service.receives(InboundType.MESSAGE, office.organisation, office.inbound(update, [who]))
    people = [item["customer"] for item in (await office.sees("/conversations"))["items"]]
    told = {(each["name"], each["wa_id"], each["username"], each["user_id"]) for each in people}
    assert told == {(None, CUSTOMER, None, None), (None, None, "@sofia", "BR.1")}


async def test_the_number_shown_is_the_one_replies_go_to(office: Office, talk: UUID) -> None:
    for index, wa_id in enumerate(["551187654321", CUSTOMER, "551187654321"]):
        office.customer_writes(wamid=f"wamid.{index}", wa_id=wa_id)
        assert (await shown(office, talk))["customer"]["wa_id"] == wa_id


async def test_bad_input_26_a_kind_that_is_not_known_is_shown_as_unsupported(office: Office, talk: UUID) -> None:
    writes(office, "hologram", hologram={"depth": 3})
    writes(office, "unsupported", errors=[{"code": 131051, "title": "Message type unknown"}], id="wamid.in2")
    writes(office, "order", order="none", id="wamid.in3")
    known, *unknown = sorted(await lines(office, talk), key=lambda line: line["kind"] != "text")
    assert known["supported"]
    assert [line["supported"] for line in unknown] == [False] * 3
    assert '"depth":3' in next(line["content"]["raw"] for line in unknown if line["kind"] == "hologram")


async def test_pain_18_a_kind_that_a_release_learns_is_shown_once_its_view_is_built_anew(
    office: Office, talk: UUID
) -> None:
    """As the log of an earlier release has it: whole, under a name that it did not know."""
    (first,) = office.service.facts(MessageReceived)
    place = {"latitude": -23.5, "longitude": -46.6, "name": "Padaria Aurora"}
    told = {"from": CUSTOMER, "id": "wamid.place", "type": "location", "location": place}
    kept = first.personal.model_copy(update={"content": Other(kind="location", raw=json.dumps(told))})
    earlier = first.model_copy(update={"message_id": MessageId(uuid4()), "kind": "location", "personal": kept})

    def stored(work: Work) -> None:
        work.state(earlier.stream, FOLDS["message"])
        work.record([earlier], Cause("an earlier release"))

    office.service.service.streams.transact(stored)
    office.service.rebuild()
    line = (await lines(office, talk))[-1]
    assert (line["kind"], line["supported"]) == ("location", True)
    assert line["content"]["name"] == "Padaria Aurora"
    found = (await office.sees("/conversations?text=aurora"))["items"]
    assert [item["conversation_id"] for item in found] == [str(talk)]


async def test_d1_what_is_shown_of_messages_is_the_same_after_a_rebuild(office: Office, talk: UUID) -> None:
    target = str(office.service.facts(MessageReceived)[0].message_id)
    office.rejected(await office.sends(talk, type="reaction", message_id=target, emoji="👍"))
    writes(office, "reaction", reaction={"message_id": "wamid.first", "emoji": "😂"})
    await office.service.shown()
    before = office.service.digests()
    office.service.rebuild()
    assert office.service.digests() == before


AD = {"source_type": "ad", "source_id": "120", "headline": "Bicicletas", "ctwa_clid": "x"}


async def test_rule_9_the_ad_and_the_product_that_a_customer_came_from_are_shown_with_their_message(
    office: Office, talk: UUID
) -> None:
    product = {"catalog_id": "7", "product_retailer_id": "azul"}
    writes(office, text={"body": "Vi o anúncio"}, referral=AD)
    writes(office, text={"body": "E esta?"}, context={"referred_product": product}, id="wamid.product")
    by_text = {line["content"]["body"]: line for line in await lines(office, talk)}
    ad, asked, plain = (by_text[text] for text in ("Vi o anúncio", "E esta?", "Há outra cor?"))
    assert {name: ad["referral"][name] for name in AD} == AD
    assert (ad["referred_product"], asked["referral"], asked["referred_product"]) == (None, None, product)
    assert (plain["referral"], plain["referred_product"]) == (None, None)


async def test_rule_38_a_conversation_shows_whether_its_customer_wants_marketing(office: Office, talk: UUID) -> None:
    assert (await shown(office, talk))["marketing"] is None

    def wishes(value: str, at: int) -> None:
        update = {"wa_id": CUSTOMER, "category": "marketing_messages", "value": value, "timestamp": at}
        office.service.receives(InboundType.PREFERENCE, office.organisation, office.inbound(update))

    wishes("stop", 1_790_000_000)
    assert (await shown(office, talk))["marketing"] == {
        "wanted": False, "told_at": "2026-09-21T14:13:20Z", "evidence": "user_preferences",
    }  # fmt: skip
    wishes("resume", 1_790_000_060)
    wishes("stop", 1_790_000_030)
    assert (await shown(office, talk))["marketing"]["wanted"] is True
