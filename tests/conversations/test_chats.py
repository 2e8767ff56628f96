"""Chats begun with a template, over HTTP on a real database: asked for, paid for, shown, and why they failed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from conversations.adapters.postgres import InboxQuestions
from conversations.application import Expiring, Listening
from conversations.application.scene import Scene
from recado_chassis.ports import SystemClock
from recado_events import billing, templates
from recado_events.conversations import (
    ConversationOpened,
    CustomerIdentified,
    MessageReleased,
    MessageRequested,
    MessageWithdrawn,
)
from recado_events.inbound import InboundType

from tests.conversations.office import CONTACT, NUMBER, TEMPLATE, WABA, Office
from tests.harness.on_database import token, told
from tests.harness.on_memory import FINGERPRINTS


def chat(**about: Any) -> dict[str, Any]:
    return {"phone_number_id": NUMBER, "template": {"template_id": str(TEMPLATE)}, **about}


async def starts(shop: Office, body: dict[str, Any], who: dict[str, str] | None = None) -> httpx.Response:
    headers = {**(who or shop.agent()), "Idempotency-Key": str(uuid4())}
    return await shop.client.post("/conversations", json=body, headers=headers)


def bills(shop: Office, refused: str | None = None) -> None:
    """billing answers to the last request."""
    asked = shop.service.facts(MessageRequested)[-1]
    names = ("organisation_id", "phone_number_id", "customer_id", "message_id")
    charge: Any = {name: getattr(asked, name) for name in names}
    now = datetime.now(UTC)
    if refused:
        shop.service.hears(told(billing.ReservationRefused(**charge, reason=refused, refused_at=now)))
    else:
        shop.service.hears(told(billing.CreditsReserved(**charge, amount=1, category="UTILITY", reserved_at=now)))


async def line(shop: Office) -> Any:
    """The last one of the timeline."""
    talk = shop.service.facts(ConversationOpened)[-1].conversation_id
    return (await shop.sees(f"/conversations/{talk}/messages"))["items"][-1]


async def test_s15_a_chat_is_asked_for_shown_as_it_reads_and_becomes_available_with_the_answer(shop: Office) -> None:
    answer = await starts(shop, chat(contact_id=str(CONTACT)))
    assert answer.status_code == 202, answer.text
    (item,) = (await shop.sees("/conversations?view=awaiting"))["items"]
    assert item["conversation_id"] == answer.json()["conversation_id"]
    assert (item["state"], item["initiated_by"], item["assignee"]) == (
        "awaiting_reply",
        "business",
        str(shop.agents[0]),
    )
    assert (item["unread"], item["answered"]) == (0, True)
    assert (item["customer"]["name"], item["customer"]["contact_id"]) == ("Maria Silva", str(CONTACT))
    shown = await line(shop)
    assert (shown["kind"], shown["status"], shown["direction"]) == ("template", "requested", "out")
    assert shown["content"]["body"] == "Olá Maria, seu pedido está pronto."
    bills(shop)
    assert (await line(shop))["status"] == "queued"
    (released,) = shop.service.facts(MessageReleased)
    assert str(released.message_id) == answer.json()["message_id"]
    shop.accepted(released, "wamid.t")
    assert (await line(shop))["status"] == "accepted"
    assert (await line(shop))["failure"] is None
    shop.customer_writes("Obrigada!", wa_id="5511912345678")
    (item,) = (await shop.sees("/conversations"))["items"]
    assert (item["state"], item["unread"], item["window"]["open"]) == ("open", 1, True)
    assert (await shop.sees("/conversations?view=awaiting"))["items"] == []


async def test_bad_input_78_79_a_double_click_starts_one_chat_and_another_body_is_refused(shop: Office) -> None:
    headers = {**shop.agent(), "Idempotency-Key": "k1"}
    body = chat(contact_id=str(CONTACT))
    answers = [await shop.client.post("/conversations", json=body, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(shop.service.facts(MessageRequested)) == 1
    other = await shop.client.post("/conversations", json=chat(number="+55 11 98765-4321"), headers=headers)
    assert (other.status_code, other.json()["rule"]) == (422, "idempotency_key_reused")
    missing = await shop.client.post("/conversations", json=body, headers=shop.agent())
    assert missing.json()["rule"] == "idempotency_key_required"


async def test_rule_5_many_chats_begun_at_once_with_one_new_person_are_one_conversation(shop: Office) -> None:
    body = chat(number="+55 11 98765-4321", template=with_name())
    answers = await asyncio.gather(*(starts(shop, body, shop.agent(index % 2)) for index in range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["conversation_id"] for answer in answers}) == 1
    assert len(shop.service.facts(ConversationOpened)) == 1
    assert len(shop.service.facts(CustomerIdentified)) == 1
    assert len(shop.service.facts(MessageRequested)) == 8


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("(11) 98765-4321", "5511987654321"),
        ("+55 11 98765-4321", "5511987654321"),
        ("\u202a+55 11 98765 4321\u202c", "5511987654321"),
        ("+1 650-555-1234", "16505551234"),
        ("0049 30 123456", None),
        ("+49 30 1234567", "49301234567"),
    ],
)
async def test_a_typed_number_is_read_with_the_channels_country(shop: Office, typed: str, digits: str | None) -> None:
    values = [{"field": "contact.first_name", "value": "Rita"}]
    answer = await starts(shop, chat(number=typed, template={"template_id": str(TEMPLATE), "values": values}))
    if digits is None:
        assert (answer.status_code, answer.json()["rule"]) == (422, "invalid_number")
        return
    assert answer.status_code == 202, answer.text
    (asked,) = shop.service.facts(MessageRequested)
    assert asked.personal.recipient.wa_id == digits


async def test_rule_11_a_chat_begun_with_the_old_number_is_with_whoever_writes_from_the_new_one(shop: Office) -> None:
    """Meta told of the change before anybody was seen under either."""
    moved = {"type": "user_changed_number", "wa_id": "5511900000002", "body": "x"}
    shop.meta_tells(
        InboundType.MESSAGE, **{"from": "5511900000001", "id": "wamid.moved", "type": "system", "system": moved}
    )
    assert shop.service.facts(CustomerIdentified) == []
    values = [{"field": "contact.first_name", "value": "Rita"}]
    body = chat(number="(11) 90000-0001", template={"template_id": str(TEMPLATE), "values": values})
    assert (await starts(shop, body)).status_code == 202
    (asked,) = shop.service.facts(MessageRequested)
    assert asked.personal.recipient.wa_id == "5511900000001", "a typed number is written to as such"
    shop.customer_writes("Oi", wa_id="5511900000002")
    shop.customer_writes("Oi", wa_id="5511900000001")
    assert len(shop.service.facts(CustomerIdentified)) == len(shop.service.facts(ConversationOpened)) == 1


@pytest.mark.parametrize(
    "number", ["12", "abc", "11 98765-4321 ramal 5", "1-800-FLOWERS", "+55 11 1", "+999 123456789", "++", "🎂", " "]
)
async def test_a_number_that_cannot_be_is_refused_before_anything_happens(shop: Office, number: str) -> None:
    answer = await starts(shop, chat(number=number))
    assert (answer.status_code, answer.json()["rule"]) == (422, "invalid_number")
    assert shop.service.facts(MessageRequested) == []


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (chat(), "contact_or_number"),
        (chat(contact_id=str(CONTACT), number="+55 11 98765-4321"), "contact_or_number"),
        (chat(contact_id=str(uuid4())), "unknown_contact"),
        (chat(contact_id=str(CONTACT), phone_number_id="1"), "unknown_channel"),
        (chat(contact_id=str(CONTACT), template={"template_id": str(uuid4())}), "unknown_template"),
        (chat(contact_id="x"), "invalid_request"),
        (chat(contact_id=str(CONTACT), price=0), "invalid_request"),
        (
            chat(contact_id=str(CONTACT), template={"template_id": str(TEMPLATE), "category": "UTILITY"}),
            "invalid_request",
        ),
    ],
)
async def test_a_chat_that_makes_no_sense_is_refused_with_its_rule(shop: Office, body: Any, rule: str) -> None:
    answer = await starts(shop, body)
    assert (answer.status_code, answer.json()["rule"]) == (422, rule)
    assert shop.service.facts(ConversationOpened) == []


async def test_bad_input_76_values_that_do_not_fit_are_named_and_nothing_is_reserved(shop: Office) -> None:
    wrong = [{"field": "contact.first_name", "value": "a\nb"}, {"field": "no.such", "value": "x"}]
    body = chat(contact_id=str(CONTACT), template={"template_id": str(TEMPLATE), "values": wrong})
    answer = await starts(shop, body)
    assert (answer.status_code, answer.json()["rule"]) == (422, "values_do_not_fit")
    errors = {(error["kind"], error["field"]) for error in answer.json()["errors"]}
    assert errors == {("invalid_value", "contact.first_name"), ("unknown_field", "no.such")}
    nameless = await starts(shop, chat(number="+55 11 98765-4321"))
    assert [error["kind"] for error in nameless.json()["errors"]] == ["missing_value"]
    assert shop.service.facts(MessageRequested) == []


async def test_s16_a_template_is_sent_within_a_conversation_by_the_same_route_as_replies(shop: Office) -> None:
    shop.customer_writes()
    talk = shop.service.facts(ConversationOpened)[0].conversation_id
    path, headers = f"/conversations/{talk}/messages", {"Idempotency-Key": "k1"}
    answer = await shop.does("POST", path, {"type": "template", "template_id": str(TEMPLATE)}, shop.agent(), **headers)
    (asked,) = shop.service.facts(MessageRequested)
    assert str(asked.message_id) == answer["message_id"]
    assert asked.personal.content.body == "Olá João, seu pedido está pronto."
    assert (await line(shop))["status"] == "requested"


@pytest.mark.parametrize(
    ("refused", "reason", "words"),
    [
        ("insufficient_credits", "insufficient_credits", ("credits", "créditos")),
        ("frozen", "edition_frozen", ("edition", "edição")),
        ("something_of_later", "other", ("not delivered", "Não foi entregue")),
    ],
)
async def test_a_refused_message_says_why_in_both_languages(
    shop: Office, refused: str, reason: str, words: tuple[str, str]
) -> None:
    await starts(shop, chat(contact_id=str(CONTACT)))
    bills(shop, refused=refused)
    shown = await line(shop)
    assert (shown["status"], shown["failure"]["reason"], shown["failure"]["code"]) == ("refused", reason, None)
    assert words[0] in shown["failure"]["texts"]["en"]
    assert words[1] in shown["failure"]["texts"]["pt-BR"]
    assert shop.service.facts(MessageReleased) == []


async def test_a_withdrawn_message_says_why(shop: Office) -> None:
    await starts(shop, chat(contact_id=str(CONTACT)))
    at: Any = {"organisation_id": shop.organisation, "waba_id": WABA, "template_id": TEMPLATE}
    shop.service.hears(told(templates.TemplatePaused(**at, paused_at=datetime.now(UTC))))
    bills(shop)
    shown = await line(shop)
    assert (shown["status"], shown["failure"]["reason"]) == ("withdrawn", "template_not_approved")


async def test_a_message_that_billing_never_answers_does_not_wait_for_ever(shop: Office) -> None:
    await starts(shop, chat(contact_id=str(CONTACT)))
    await starts(shop, chat(contact_id=str(CONTACT)))
    bills(shop)
    await shop.service.shown()
    clock, streams = Ahead(), shop.service.service.streams
    streams.clock = clock
    questions = InboxQuestions(shop.service.store.connection)
    listening = Listening(Scene(FINGERPRINTS))
    expiring = Expiring(streams, listening, questions)
    assert await asyncio.to_thread(expiring.expire) == 0
    clock.ahead = timedelta(minutes=15, seconds=1)
    assert await asyncio.to_thread(expiring.expire) == 1
    await shop.service.shown()
    assert await asyncio.to_thread(expiring.expire) == 0
    (asked, _) = shop.service.facts(MessageRequested)
    (withdrawn,) = shop.service.facts(MessageWithdrawn)
    assert withdrawn.message_id == asked.message_id, "the other one was answered"
    talk = shop.service.facts(ConversationOpened)[0].conversation_id
    shown = (await shop.sees(f"/conversations/{talk}/messages"))["items"][0]
    assert (shown["status"], shown["failure"]["reason"]) == ("withdrawn", "expired")
    assert "not sent" in shown["failure"]["texts"]["en"]


class Ahead(SystemClock):
    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (131047, "window_closed"),
        (131049, "marketing_limit"),
        (131050, "marketing_stopped"),
        (130472, "in_experiment"),
        (131026, "undeliverable"),
        (130403, "blocked_by_business"),
        (132000, "values_refused"),
        (132001, "template_missing"),
        (132005, "template_too_long"),
        (132007, "template_against_policy"),
        (132012, "values_refused"),
        (132015, "template_paused"),
        (132016, "template_disabled"),
        (130429, "too_many_messages"),
        (190, "authorisation_lost"),
        (131016, "meta_unavailable"),
        (999999, "other"),
    ],
)
async def test_pain_22_metas_errors_come_back_as_reasons_with_metas_code_kept(
    shop: Office, code: int, reason: str
) -> None:
    """By its answer to the call, and by a status that comes later."""
    await starts(shop, chat(contact_id=str(CONTACT)))
    bills(shop)
    (released,) = shop.service.facts(MessageReleased)
    shop.rejected(released, code)
    rejected = await line(shop)
    await starts(shop, chat(number="+55 11 98765-4321", template=with_name()))
    bills(shop)
    shop.accepted(shop.service.facts(MessageReleased)[-1], "wamid.later")
    shop.meta_tells(InboundType.STATUS, id="wamid.later", status="failed", errors=[{"code": code, "title": "x"}])
    failed = await line(shop)
    assert (rejected["status"], failed["status"]) == ("rejected", "failed")
    for shown in (rejected, failed):
        assert (shown["failure"]["reason"], shown["failure"]["code"]) == (reason, code)
        assert set(shown["failure"]["texts"]) == {"en", "pt-BR"}


async def test_bad_input_81_who_opted_out_or_is_blocked_is_refused(shop: Office) -> None:
    """Blocked is at Meta: nobody but Meta knows of it for sure, and what was reserved is given back."""
    at: Any = {"organisation_id": shop.organisation, "waba_id": WABA, "template_id": TEMPLATE}
    marketing: Any = {"category": "MARKETING", "previous": "UTILITY", "recategorised_at": datetime.now(UTC)}
    shop.service.hears(told(templates.TemplateRecategorised(**at, **marketing)))
    for number, code in (("11 98765-4321", 131050), ("11 98765-4322", 130403)):
        await starts(shop, chat(number=number, template=with_name()))
        bills(shop)
        shop.rejected(shop.service.facts(MessageReleased)[-1], code)
    assert (await line(shop))["failure"]["reason"] == "blocked_by_business"
    asked = shop.service.facts(MessageRequested)
    again = await starts(shop, chat(number="11 98765-4321", template=with_name()))
    assert (again.status_code, again.json()["rule"]) == (409, "marketing_stopped")
    assert shop.service.facts(MessageRequested) == asked


def with_name() -> dict[str, Any]:
    return {"template_id": str(TEMPLATE), "values": [{"field": "contact.first_name", "value": "Rita"}]}


async def test_a_preview_renders_for_a_real_contact_names_what_is_in_the_way_and_sends_nothing(shop: Office) -> None:
    end = shop.service.store.end()
    seen = await shop.does("POST", "/previews", chat(contact_id=str(CONTACT)), shop.agent())
    assert seen == {
        "header": None,
        "body": "Olá Maria, seu pedido está pronto.",
        "footer": None,
        "buttons": [],
        "errors": [],
    }
    long = [{"field": "contact.first_name", "value": "x" * 1024}]
    body = chat(contact_id=str(CONTACT), template={"template_id": str(TEMPLATE), "values": long})
    seen = await shop.does("POST", "/previews", body, shop.agent())
    assert [error["kind"] for error in seen["errors"]] == ["too_long"]
    assert shop.service.store.end() == end
    at: Any = {"organisation_id": shop.organisation, "waba_id": WABA, "template_id": TEMPLATE}
    shop.service.hears(told(templates.TemplatePaused(**at, paused_at=datetime.now(UTC))))
    seen = await shop.does("POST", "/previews", chat(contact_id=str(CONTACT)), shop.agent())
    assert [error["kind"] for error in seen["errors"]] == ["template_not_approved"]


async def test_another_organisation_knows_neither_contact_nor_template(shop: Office) -> None:
    stranger = token("administrator", uuid4())
    for path in ("/conversations", "/previews"):
        answer = await shop.client.post(
            path, json=chat(contact_id=str(CONTACT)), headers={**stranger, "Idempotency-Key": str(uuid4())}
        )
        assert answer.status_code == 422, answer.text
        assert answer.json()["rule"] in {"unknown_contact", "unknown_channel"}


async def test_d1_a_rebuild_of_requests_and_their_ends_changes_nothing(shop: Office) -> None:
    for refused in (None, "insufficient_credits", "nothing"):
        answer = await starts(shop, chat(contact_id=str(CONTACT)))
        UUID(answer.json()["message_id"])
        if refused != "nothing":
            bills(shop, refused)
    await shop.service.shown()
    before = shop.service.digests()
    shop.service.rebuild()
    assert shop.service.digests() == before
