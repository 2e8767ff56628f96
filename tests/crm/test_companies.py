"""S8, S20, rule 33: companies made by people, typed on a contact, or named by a card that the customer shares."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from crm.commands import AddCompanyNote, ChangeCompanyOwner, ChooseCompany, CreateCompany, EditCompany, Person
from crm.domain.refusals import NoPermission, UnknownCompany, UnknownRelation, ViewOnly
from recado_events.crm import (
    CompanyCreated,
    CompanyFieldsEdited,
    CompanyNoteAdded,
    CompanyOwnerChanged,
    ContactCompanyChosen,
    ContactFieldsEdited,
)
from recado_events.ids import CompanyId, ContactId, MessageId, NoteId, OrganisationId, UserId

from tests.crm.stage import ADMINISTRATOR, Stage


@pytest.fixture
def contact(stage: Stage) -> ContactId:
    stage.identified(name="Sofia")
    return stage.contacts()[0]


def test_rule_33_a_company_typed_on_the_contact_is_made_and_is_theirs(stage: Stage, contact: ContactId) -> None:
    stage.edits(contact, company="Padaria Aurora")
    made, chosen = stage.one(CompanyCreated), stage.one(ContactCompanyChosen)
    assert (made.origin, made.contact_id, made.created_by) == ("typed", contact, ADMINISTRATOR.user_id)
    assert made.personal is not None
    assert made.personal.name == "Padaria Aurora"
    assert (chosen.company_id, chosen.why, chosen.chosen_by) == (made.company_id, "typed", ADMINISTRATOR.user_id)


def test_the_same_name_whatever_its_case_and_accents_is_the_same_company(stage: Stage, contact: ContactId) -> None:
    known = stage.named("Pão & Cia")
    stage.edits(contact, company="PAO  &  cia")
    assert stage.contact(contact).company_id == known
    assert len(stage.facts(CompanyCreated)) == 1


def test_a_company_that_is_called_differently_now_is_found_by_its_new_name_alone(
    stage: Stage, contact: ContactId
) -> None:
    known = stage.named("Aurora")
    stage.do(stage.registering.edit_company, EditCompany(**on(stage, known), values={"name": "Boreal"}))
    stage.edits(contact, company="boreal")
    assert stage.contact(contact).company_id == known
    stage.edits(contact, company="Aurora")
    assert stage.contact(contact).company_id not in {known, None}


def test_a_contact_saved_as_it_is_stays_with_its_company_however_that_is_called_now(
    stage: Stage, contact: ContactId
) -> None:
    known = stage.named("Aurora")
    stage.edits(contact, company="Aurora")
    stage.do(stage.registering.edit_company, EditCompany(**on(stage, known), values={"name": "Boreal"}))
    stage.edits(contact, company="Aurora", city="Recife")
    assert (stage.contact(contact).company_id, stage.contact(contact).values["city"]) == (known, "Recife")
    stage.one(CompanyCreated)


def test_a_contact_saved_as_it_is_stays_with_the_second_company_of_a_name(stage: Stage, contact: ContactId) -> None:
    stage.named("Aurora")
    second = stage.named("Aurora")
    stage.do(stage.recording.choose_company, ChooseCompany(**stage.on(contact, ADMINISTRATOR), company_id=second))
    assert stage.edits(contact, company="Aurora") == []
    assert stage.contact(contact).company_id == second


def test_when_the_first_company_of_a_name_is_called_differently_the_second_is_found(
    stage: Stage, contact: ContactId
) -> None:
    first, second, third = (stage.named(name) for name in ("Aurora", "AURORA", "aurora"))
    for renamed, found in ((first, second), (second, third)):
        stage.do(stage.registering.edit_company, EditCompany(**on(stage, renamed), values={"name": f"Not {found}"}))
        stage.edits(contact, company="Aurora")
        assert stage.contact(contact).company_id == found
        stage.edits(contact, company=None)
    stage.do(stage.registering.edit_company, EditCompany(**on(stage, first), values={"name": "Aurora"}))
    stage.edits(contact, company="Aurora")
    assert stage.contact(contact).company_id == third
    assert len(stage.facts(CompanyCreated)) == 3


def test_another_spelling_of_its_name_leaves_a_company_the_first_of_it(stage: Stage, contact: ContactId) -> None:
    first, _ = stage.named("Aurora"), stage.named("Aurora")
    stage.do(stage.registering.edit_company, EditCompany(**on(stage, first), values={"name": "AURORA"}))
    stage.edits(contact, company="aurora")
    assert stage.contact(contact).company_id == first


def test_rule_15_with_scope_own_a_typed_name_reaches_no_company_of_somebody_else(stage: Stage) -> None:
    theirs, member = stage.named("Aurora"), stage.member("view_reply", "own")
    mine = [stage.creates(None, member, name=name) for name in ("Ana", "Bia")]
    for contact in mine:
        stage.edits(contact, member, company="aurora")
    (found,) = {stage.contact(contact).company_id for contact in mine}
    assert found not in {theirs, None}
    made = stage.facts(CompanyCreated)[-1]
    assert (made.company_id, made.owner_id) == (found, member.user_id)


def test_an_emptied_company_is_the_contacts_no_more(stage: Stage, contact: ContactId) -> None:
    stage.edits(contact, company="Aurora")
    stage.edits(contact, company=None)
    assert stage.contact(contact).company_id is None
    assert stage.facts(ContactCompanyChosen)[-1].previous_id == stage.one(CompanyCreated).company_id


def test_rule_33_a_shared_card_that_names_a_company_makes_it_once_a_conversation(stage: Stage) -> None:
    customer = stage.identified()
    talk, agent = stage.opened(customer), UserId(uuid4())
    stage.assigned(customer, talk, agent)
    message = stage.shares_card(customer, talk, None, " ", "Aurora", "Boreal")
    made = stage.one(CompanyCreated)
    assert (made.origin, made.message_id, made.conversation_id, made.owner_id) == ("card", message, talk, agent)
    (contact,) = stage.contacts()
    assert stage.contact(contact).company_id == made.company_id
    assert stage.contact(contact).values["company"] == "Aurora"
    stage.edits(contact, company=None)
    stage.shares_card(customer, talk, "Boreal")
    assert len(stage.facts(CompanyCreated)) == 1
    stage.shares_card(customer, stage.opened(customer), "Boreal")
    assert len(stage.facts(CompanyCreated)) == 2


def test_rule_33_a_card_replaces_no_company_that_is_known(stage: Stage, contact: ContactId) -> None:
    stage.edits(contact, company="Aurora")
    customer = stage.identified()
    stage.shares_card(customer, stage.opened(customer), "Boreal")
    assert stage.contact(contact).values["company"] == "Aurora"
    assert len(stage.facts(CompanyCreated)) == 1


def test_rule_33_a_channels_rule_can_say_that_cards_make_no_company(stage: Stage) -> None:
    stage.rules(company=False)
    customer = stage.identified()
    stage.shares_card(customer, stage.opened(customer), "Aurora")
    assert stage.facts(CompanyCreated) == []


def test_a_chosen_company_is_written_on_the_contact_too(stage: Stage, contact: ContactId) -> None:
    company = stage.named("Aurora")
    stage.do(stage.recording.choose_company, ChooseCompany(**stage.on(contact, ADMINISTRATOR), company_id=company))
    assert stage.one(ContactCompanyChosen).why == "person"
    assert stage.one(ContactFieldsEdited).fields == ("company",)


def test_a_company_that_is_not_there_cannot_be_chosen(stage: Stage, contact: ContactId) -> None:
    for company in (CompanyId(uuid4()), foreign(stage)):
        with pytest.raises(UnknownRelation):
            stage.do(
                stage.recording.choose_company, ChooseCompany(**stage.on(contact, ADMINISTRATOR), company_id=company)
            )


def test_every_change_of_a_company_tells_by_whom_and_from_what(stage: Stage) -> None:
    company, ana, message = stage.named("Aurora"), stage.user(), MessageId(uuid4())
    stage.do(stage.registering.edit_company, EditCompany(**on(stage, company), values={"city": "Recife"}))
    stage.do(stage.registering.change_owner, ChangeCompanyOwner(**on(stage, company), owner_id=ana))
    note = AddCompanyNote(**on(stage, company), note_id=NoteId(uuid4()), text="pays late", message_id=message)
    stage.do(stage.registering.add_note, note)
    assert stage.one(CompanyFieldsEdited).edited_by == ADMINISTRATOR.user_id
    changed = stage.one(CompanyOwnerChanged)
    assert (changed.owner_id, changed.previous_id) == (ana, ADMINISTRATOR.user_id)
    assert stage.one(CompanyNoteAdded).message_id == message


def test_rule_15_companies_are_changed_by_whoever_may(stage: Stage) -> None:
    company = stage.named("Aurora")

    def edit(company_id: CompanyId, by: Person) -> list[Any]:
        command = EditCompany(**on(stage, company_id, by), values={"city": "Recife"})
        return stage.do(stage.registering.edit_company, command)

    for level, scope, refusal in (("view_only", "all", ViewOnly), ("view_reply", "own", UnknownCompany)):
        with pytest.raises(refusal):
            edit(company, stage.member(level, scope))
    with pytest.raises(NoPermission):
        edit(company, Person(UserId(uuid4()), "member"))
    member = stage.member("view_reply", "own")
    assert edit(stage.named("Boreal", member), member)


def test_rule_15_with_scope_own_anothers_company_cannot_be_chosen(stage: Stage, contact: ContactId) -> None:
    company, member = stage.named("Aurora"), stage.member("view_reply", "own")
    stage.gives(contact, member.user_id)
    with pytest.raises(UnknownRelation):
        stage.do(stage.recording.choose_company, ChooseCompany(**stage.on(contact, member), company_id=company))


def on(stage: Stage, company_id: CompanyId, by: Person = ADMINISTRATOR) -> Any:
    return {**stage.by(by), "company_id": company_id}


def foreign(stage: Stage) -> CompanyId:
    """A company of another organisation."""
    company_id = CompanyId(stage.ids.new())
    who = {**on(stage, company_id), "organisation_id": OrganisationId(uuid4())}
    stage.do(stage.registering.create_company, CreateCompany(**who, name="Alheia", values={}))
    return company_id
