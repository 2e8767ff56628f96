"""Rule 18: what merge fields say of a company comes from the one that the contact belongs to, as it is called now."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from conversations.adapters.kafka.noting import company_of, told_company_of
from conversations.domain.noted import CompanyNoted
from recado_events import crm
from recado_events.event import Event
from recado_events.ids import CompanyId, UserId
from recado_events.templates import MergeField

from tests.conversations.business import CONTACT, FORM, MARIA
from tests.conversations.stage import ORGANISATION
from tests.conversations.test_quick_replies import Writing

ACME, AURORA = CompanyId(uuid4()), CompanyId(uuid4())
OFFER = FORM.model_copy(
    update={
        "body": "Olá, #{company.name}, seu pedido está pronto.",
        "fields": (MergeField(name="company.name", sample="ACME", fallback="cliente"),),
    }
)


class Trade(Writing):
    """What crm tells of companies; each thing twice."""

    def __init__(self) -> None:
        super().__init__()
        self.approves(OFFER)
        self.knows()

    def founds(self, company_id: CompanyId, name: str) -> list[Event]:
        details = crm.CompanyDetails(name=name)
        created = crm.CompanyCreated(**self._of(company_id), origin="person", created_at=self.now, personal=details)
        return self.do(self.listening.note_company, told_company_of(created))

    def edits_company(self, company_id: CompanyId, **values: str | None) -> list[Event]:
        edits = crm.Edits(edits=tuple(crm.FieldEdit(field=field, after=value) for field, value in values.items()))
        edited = crm.CompanyFieldsEdited(
            **self._of(company_id),
            fields=tuple(values),
            edited_by=UserId(uuid4()),
            edited_at=self.now,
            personal=edits,
        )
        return self.do(self.listening.note_company, told_company_of(edited))

    def belongs(self, company_id: CompanyId | None, written: str | None) -> None:
        """As crm tells it: the company, and its name as it is written on the contact."""
        about: Any = {"organisation_id": ORGANISATION, "contact_id": CONTACT}
        chosen = crm.ContactCompanyChosen(**about, company_id=company_id, why="person", chosen_at=self.now)
        self.do(self.listening.note_contact_company, company_of(chosen))
        self.edits(company=written)

    def _of(self, company_id: CompanyId) -> Any:
        return {"organisation_id": ORGANISATION, "company_id": company_id}

    def greets(self) -> str:
        """The template, to the contact."""
        return self.previews()[0].content.body.split(", ")[1]


@pytest.fixture
def trade() -> Trade:
    return Trade()


def test_rule_18_company_fields_come_from_the_company_that_the_contact_is_linked_to(trade: Trade) -> None:
    trade.founds(ACME, "ACME Ltda.")
    trade.belongs(ACME, "acme")
    assert trade.greets() == "ACME Ltda."


def test_rule_18_a_company_that_is_renamed_is_called_so_in_the_next_message(trade: Trade) -> None:
    trade.founds(ACME, "ACME")
    trade.belongs(ACME, "ACME")
    trade.edits_company(ACME, name="ACME do Brasil", city="Recife")
    assert trade.greets() == "ACME do Brasil"


def test_rule_18_a_contact_that_moves_to_another_company_or_to_none_takes_its_fields_along(trade: Trade) -> None:
    trade.founds(ACME, "ACME")
    trade.founds(AURORA, "Padaria Aurora")
    trade.belongs(ACME, "ACME")
    trade.belongs(AURORA, "Padaria Aurora")
    assert trade.greets() == "Padaria Aurora"
    trade.belongs(None, None)
    assert trade.greets() == "cliente"


def test_a_company_that_crm_has_not_told_of_is_called_as_it_is_written_on_the_contact(trade: Trade) -> None:
    trade.belongs(ACME, "ACME")
    assert trade.greets() == "ACME"


def test_rule_18_quick_replies_name_the_company_as_templates_do(trade: Trade) -> None:
    trade.writes(MARIA)
    trade.links(trade.somebody())
    trade.founds(ACME, "ACME")
    trade.belongs(ACME, "ACME")
    trade.edits_company(ACME, name="ACME do Brasil")
    trade.words(text="Para a #{company.name}.")
    ((_, text, faults),) = trade.sees()
    assert (text, faults) == ("Para a ACME do Brasil.", ())


def test_what_crm_tells_again_of_a_company_changes_nothing(trade: Trade) -> None:
    trade.founds(ACME, "ACME")
    trade.edits_company(ACME, name="ACME")
    assert len(trade.facts(CompanyNoted)) == 1
