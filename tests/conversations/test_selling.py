"""S9: a chat begun from a pipeline record, whose fields it may name; what crm tells of records and parted contacts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from conversations.adapters.kafka.noting import parted_of
from conversations.adapters.kafka.selling import pipeline_of, record_of
from conversations.domain.amounts import amount_text
from conversations.domain.beginning_refusals import (
    PipelineRecordOfAnother,
    PipelineRecordWithoutContact,
    UnknownContact,
    UnknownPipelineRecord,
    ValuesDoNotFit,
)
from conversations.domain.noted import ContactStandingNoted
from recado_events import crm, templates
from recado_events.content import OutgoingTemplate
from recado_events.conversations import ConversationOpened, CustomerIdentified, MessageRequested
from recado_events.event import Event
from recado_events.ids import ContactId, CustomerId, PipelineId, PipelineRecordId, StageId, UserId
from recado_events.templates import MergeField

from tests.conversations.business import CONTACT, FORM, MARIA, WABA, Business
from tests.conversations.office import CONTACT as SHOWN
from tests.conversations.office import TEMPLATE as SHOWN_TEMPLATE
from tests.conversations.office import Office
from tests.conversations.stage import NUMBER, ORGANISATION, number
from tests.harness.on_database import told

RECORD, PIPELINE = PipelineRecordId(uuid4()), PipelineId(uuid4())
ASKED, SOLD = StageId(uuid4()), StageId(uuid4())
FIELDS = ("name", "stage", "amount")
OFFER = FORM.model_copy(
    update={
        "body": "Olá #{contact.first_name}: #{pipeline_record.name}, #{pipeline_record.stage}, "
        "#{pipeline_record.amount}.",
        "fields": tuple(MergeField(name=f"pipeline_record.{field}", sample="x") for field in FIELDS),
    }
)
OTHER = number("5511955550000")


class Shop(Business):
    """What crm tells of pipelines and pipeline records; each thing twice."""

    def tells(
        self, kind: type[crm.OfPipelineRecord], record_id: PipelineRecordId = RECORD, **about: Any
    ) -> list[Event]:
        at: Any = {"organisation_id": ORGANISATION, "pipeline_record_id": record_id}
        return self.do(self.listening.note_pipeline_record, record_of(kind(**at, **about)))

    def defines(self, asked: str = "Pedido") -> list[Event]:
        stages = tuple(
            crm.Stage(stage_id=each, name=name, outcome="open") for each, name in ((ASKED, asked), (SOLD, "Vendido"))
        )
        told: Any = {"organisation_id": ORGANISATION, "pipeline_id": PIPELINE, "name": "Vendas", "stages": stages}
        event = crm.PipelineDefined(**told, defined_by=UserId(uuid4()), defined_at=self.now)
        return self.do(self.listening.note_pipeline, pipeline_of(event))

    def opens(
        self, contact: ContactId | None = CONTACT, owner: UserId | None = None, amount: int | None = 129_900
    ) -> None:
        self.defines()
        told: Any = {"origin": "person", "pipeline_id": PIPELINE, "stage_id": ASKED, "opened_at": self.now}
        price: Any = {"amount": amount, "currency": "BRL"} if amount is not None else {}
        details = crm.PipelineRecordDetails(name="Bicicleta")
        self.tells(crm.PipelineRecordOpened, **told, **price, contact_id=contact, owner_id=owner, personal=details)

    def parts(self, *customers: CustomerId) -> list[Event]:
        told = crm.ContactUnmerged(
            organisation_id=ORGANISATION,
            contact_id=CONTACT,
            unmerged_id=ContactId(uuid4()),
            customers=customers,
            conversations=(),
            unmerged_by=UserId(uuid4()),
            unmerged_at=self.now,
            personal=crm.Unmerged(aliases=(OTHER,)),
        )
        return self.do(self.listening.note_contact_parted, parted_of(told))

    def starts_from(self, **how: Any) -> str:
        """What the customer is asked to read."""
        self.about = RECORD
        self.starts(**how)
        return self.asked()

    def asked(self) -> str:
        """How the last message that was asked for reads."""
        asked = self.facts(MessageRequested)[-1]
        assert asked.personal is not None
        assert isinstance(asked.personal.content, OutgoingTemplate)
        return asked.personal.content.body

    about: PipelineRecordId | None = None

    def with_somebody(self, to: ContactId | str, by: Any, **values: str) -> dict[str, Any]:
        told = super().with_somebody(to, by, **values)
        return told if self.about is None else {**told, "contact_id": None, "pipeline_record_id": self.about}


@pytest.fixture
def stage() -> Shop:
    return Shop()


def test_s9_a_chat_from_a_pipeline_record_is_with_its_contact_and_names_its_fields(stage: Shop) -> None:
    stage.approves(OFFER)
    stage.knows()
    stage.opens()
    assert stage.starts_from() == "Olá Maria: Bicicleta, Pedido, R$ 1.299,00."
    asked = stage.one(MessageRequested)
    assert asked.personal is not None
    assert asked.personal.recipient.wa_id == MARIA.value
    assert stage.one(ConversationOpened).initiated_by == "business"
    assert [link.customer_id for link in stage.one(ContactStandingNoted).links] == [asked.customer_id]


def test_rule_4_a_chat_from_a_pipeline_record_goes_on_in_the_live_conversation(stage: Shop) -> None:
    stage.writes(MARIA)
    stage.knows()
    stage.opens()
    stage.starts_from()
    assert stage.one(MessageRequested).conversation_id == stage.one(ConversationOpened).conversation_id


def test_what_crm_tells_of_a_record_later_is_what_the_next_message_says(stage: Shop) -> None:
    stage.approves(OFFER)
    stage.knows()
    stage.opens()
    edits = crm.Edits(edits=(crm.FieldEdit(field="name", after="Triciclo"), crm.FieldEdit(field="x", after="y")))
    who = UserId(uuid4())
    stage.tells(crm.PipelineRecordFieldsEdited, fields=("name",), edited_by=who, edited_at=stage.now, personal=edits)
    moved: Any = {"pipeline_id": PIPELINE, "stage_id": SOLD, "previous_stage_id": ASKED, "outcome": "won"}
    stage.tells(crm.PipelineRecordMoved, **moved, moved_by=who, moved_at=stage.now)
    stage.tells(crm.PipelineRecordAmountSet, amount=5_000, currency="JPY", set_by=who, set_at=stage.now)
    assert stage.starts_from() == "Olá Maria: Triciclo, Vendido, JPY 5.000."
    stage.tells(crm.PipelineRecordMoved, **{**moved, "stage_id": ASKED}, moved_by=who, moved_at=stage.now)
    stage.defines("Perguntado")
    assert "Perguntado" in stage.starts_from()
    stage.tells(crm.PipelineRecordAmountSet, amount=None, currency=None, set_by=who, set_at=stage.now)
    with pytest.raises(ValuesDoNotFit) as refusal:
        stage.starts_from()
    assert [error["field"] for error in refusal.value.details["errors"]] == ["pipeline_record.amount"]


def test_without_a_record_its_fields_are_missing(stage: Shop) -> None:
    stage.approves(OFFER)
    stage.knows()
    with pytest.raises(ValuesDoNotFit) as refusal:
        stage.starts()
    assert [error["field"] for error in refusal.value.details["errors"]] == [
        f"pipeline_record.{field}" for field in FIELDS
    ]


def test_a_record_of_nobody_or_without_contact_starts_no_chat(stage: Shop) -> None:
    stage.knows()
    with pytest.raises(UnknownPipelineRecord):
        stage.starts_from()
    stage.opens(contact=None)
    with pytest.raises(PipelineRecordWithoutContact):
        stage.starts_from()
    stage.tells(
        crm.PipelineRecordRelated, contact_id=CONTACT, company_id=None, related_by=UserId(uuid4()), related_at=stage.now
    )
    assert stage.starts_from()


def test_rule_15_scope_own_starts_chats_from_ones_own_records_and_contacts(stage: Shop) -> None:
    stage.grant("view_reply", "own")
    mine, theirs = UserId(uuid4()), UserId(uuid4())
    for agent in (mine, theirs):
        stage.register(agent)
    stage.knows(owner=mine)
    stage.opens(owner=theirs)
    with pytest.raises(UnknownPipelineRecord):
        stage.starts_from(by=mine)
    changed: Any = {"owner_id": mine, "why": "person", "changed_at": stage.now}
    stage.tells(crm.PipelineRecordOwnerChanged, **changed)
    assert stage.starts_from(by=mine)
    stage.knows(owner=theirs)
    with pytest.raises(UnknownContact):
        stage.starts_from(by=mine)


def test_a_template_in_a_conversation_names_a_record_of_its_contact_and_of_nobody_else(stage: Shop) -> None:
    stage.approves(OFFER)
    stage.writes(MARIA)
    talk = stage.one(ConversationOpened)
    stage.knows()
    stage.links(talk.customer_id)
    stage.opens()
    stage.sends(talk.conversation_id, record=RECORD)
    assert stage.asked() == "Olá Maria: Bicicleta, Pedido, R$ 1.299,00."
    stage.tells(
        crm.PipelineRecordRelated,
        contact_id=ContactId(uuid4()),
        company_id=None,
        related_by=UserId(uuid4()),
        related_at=stage.now,
    )
    with pytest.raises(PipelineRecordOfAnother):
        stage.sends(talk.conversation_id, record=RECORD)


def test_rule_13_what_goes_back_to_another_contact_is_not_written_to_as_this_one(stage: Shop) -> None:
    stage.writes(OTHER)
    customer = stage.one(CustomerIdentified).customer_id
    stage.knows("Maria Silva", MARIA, OTHER)
    stage.links(customer)
    stage.starts()
    assert stage.one(MessageRequested).customer_id == customer
    stage.parts(customer)
    stage.starts()
    asked = stage.facts(MessageRequested)[-1]
    assert asked.customer_id != customer
    assert asked.personal is not None
    assert asked.personal.recipient.wa_id == MARIA.value
    assert asked.phone_number_id == NUMBER


async def test_s9_over_http_a_chat_is_begun_from_a_record_and_goes_on_about_it(shop: Office) -> None:
    at: Any = {"organisation_id": shop.organisation}
    stages = (crm.Stage(stage_id=ASKED, name="Pedido", outcome="open"),)
    by, now = UserId(uuid4()), datetime.now(UTC)
    pipeline: Any = {**at, "pipeline_id": PIPELINE, "defined_by": by, "defined_at": now}
    placed: Any = {**at, "pipeline_record_id": RECORD, "pipeline_id": PIPELINE, "stage_id": ASKED}
    record: Any = {**placed, "origin": "rule", "contact_id": SHOWN, "opened_at": now}
    approved: Any = {**at, "waba_id": WABA, "template_id": SHOWN_TEMPLATE, "meta_template_id": "1"}
    for event in (
        crm.PipelineDefined(**pipeline, name="Vendas", stages=stages),
        crm.PipelineRecordOpened(**record, personal=crm.PipelineRecordDetails(name="Bicicleta")),
        crm.PipelineRecordAmountSet(**at, pipeline_record_id=RECORD, amount=990, currency="BRL", set_by=by, set_at=now),
        templates.TemplateApproved(**approved, form=OFFER, category="UTILITY", approved_at=now),
    ):
        shop.service.hears(told(event))
    template = {"template_id": str(SHOWN_TEMPLATE)}
    body = {"phone_number_id": NUMBER, "pipeline_record_id": str(RECORD), "template": template}
    seen = await shop.does("POST", "/previews", body, shop.agent())
    assert (seen["body"], seen["errors"]) == ("Olá Maria: Bicicleta, Pedido, R$ 9,90.", [])
    chat = await shop.does("POST", "/conversations", body, shop.agent(), **{"Idempotency-Key": "1"})
    path = f"/conversations/{chat['conversation_id']}/messages"
    again = {"type": "template", **template, "pipeline_record_id": str(RECORD)}
    await shop.does("POST", path, again, shop.agent(), **{"Idempotency-Key": "2"})
    lines = (await shop.sees(path))["items"]
    assert [line["content"]["body"] for line in lines] == ["Olá Maria: Bicicleta, Pedido, R$ 9,90."] * 2
    for wrong, rule in (
        ({**body, "number": "+55 11 98765-4321"}, "contact_or_number"),
        ({**body, "pipeline_record_id": str(uuid4())}, "unknown_pipeline_record"),
    ):
        refused = await shop.client.post("/previews", json=wrong, headers=shop.agent())
        assert (refused.status_code, refused.json()["rule"]) == (422, rule)


def test_rule_13_a_customer_is_one_contact_at_a_time_and_may_go_back_to_the_one_before(stage: Shop) -> None:
    other = ContactId(uuid4())
    stage.writes(OTHER)
    customer = stage.one(CustomerIdentified).customer_id
    stage.knows()
    stage.links(customer)
    stage.links(customer, contact=other)
    stage.starts(CONTACT)
    assert stage.facts(MessageRequested)[-1].customer_id != customer
    stage.links(customer)
    assert stage.facts(ContactStandingNoted)[-1].contact_id == CONTACT
    stage.starts(CONTACT)
    assert stage.facts(MessageRequested)[-1].customer_id == customer


def test_a_record_of_a_contact_that_was_merged_is_the_survivors_customers_too(stage: Shop) -> None:
    stage.approves(OFFER)
    stage.writes(MARIA)
    talk = stage.one(ConversationOpened)
    stage.knows()
    stage.links(talk.customer_id)
    stage.opens()
    stage.links(talk.customer_id, contact=ContactId(uuid4()))
    stage.sends(talk.conversation_id, record=RECORD, contact__first_name="Maria")
    assert "Bicicleta" in stage.asked()


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (129_900, "BRL", "pt_BR", "R$ 1.299,00"),
        (5, "USD", "en_US", "US$ 0.05"),
        (123_456_789, "USD", "en", "US$ 1,234,567.89"),
        (1_299_00, "EUR", "fr", "€ 1 299,00"),
        (1_299_00, "MXN", "es_MX", "MXN 1,299.00"),
        (1_299_00, "ARS", "es_AR", "ARS 1.299,00"),
        (5_000, "JPY", "ja", "JPY 5,000"),
        (1_234, "KWD", "en", "KWD 1.234"),
        (2**53 - 1, "BRL", "pt_PT", "R$ 90.071.992.547.409,91"),
    ],
)
def test_an_amount_is_written_as_in_the_templates_language(minor: int, currency: str, language: str, text: str) -> None:
    assert amount_text(minor, currency, language) == text
