"""S5, S20, rules 10 to 12 and 33: a contact for each new customer, found by any alias, owned by the first assignee."""

from __future__ import annotations

from uuid import uuid4

import pytest
from recado_events import conversations as told
from recado_events.crm import (
    ContactAliasesAdded,
    ContactConversationAssigned,
    ContactConversationClosed,
    ContactConversationReopened,
    ContactConversationStarted,
    ContactCreated,
    ContactFieldsEdited,
    ContactLinked,
    ContactOwnerChanged,
    ContactUsernameChanged,
    Link,
)
from recado_events.ids import ConversationId, CustomerId, OrganisationId, UserId

from tests.crm.stage import NUMBER, ORGANISATION, OTHER_NUMBER, Stage, number, user_alias


def test_s5_s20_a_new_customer_makes_a_contact_with_their_name_and_aliases(stage: Stage) -> None:
    customer = stage.identified(number("5511987654321"), user_alias("BR.1"), name="João")
    created = stage.one(ContactCreated)
    assert created.origin == "conversation"
    assert created.personal is not None
    assert created.personal.name == "João"
    assert created.personal.aliases == (number("5511987654321"), user_alias("BR.1"))
    linked = stage.one(ContactLinked)
    assert (linked.contact_id, linked.customer_id, linked.phone_number_id) == (created.contact_id, customer, NUMBER)
    assert linked.owner_id is None


def test_rule_10_a_customer_without_a_phone_and_without_a_name_is_a_contact(stage: Stage) -> None:
    stage.identified(user_alias("BR.1"), name=None)
    contact = stage.contact(stage.contacts()[0])
    assert contact.values["name"] is None
    assert contact.aliases == (user_alias("BR.1"),)


def test_rule_10_one_person_is_one_contact_whatever_the_business_number(stage: Stage) -> None:
    customers = [stage.identified(at=NUMBER), stage.identified(at=OTHER_NUMBER)]
    (contact,) = stage.contacts()
    assert [link.customer_id for link in stage.contact(contact).links] == customers


def test_another_organisation_has_contacts_of_its_own(stage: Stage) -> None:
    other = OrganisationId(uuid4())
    stage.identified()
    stage.identified(organisation=other)
    assert [fact.organisation_id for fact in stage.facts(ContactCreated)] == [ORGANISATION, other]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("5511987654321", "551187654321"),
        ("551187654321", "5511987654321"),
        ("5491123456789", "541123456789"),
        ("525512345678", "5215512345678"),
    ],
)
def test_rule_10_number_variants_name_the_same_contact_and_are_kept_as_told(
    stage: Stage, first: str, second: str
) -> None:
    stage.identified(number(first))
    stage.identified(number(second), at=OTHER_NUMBER)
    (contact,) = stage.contacts()
    assert stage.contact(contact).aliases == (number(first), number(second))


def test_rule_10_landlines_have_no_variant(stage: Stage) -> None:
    stage.identified(number("551132654321"))
    stage.identified(number("5511932654321"), at=OTHER_NUMBER)
    assert len(stage.contacts()) == 2


def test_the_same_text_as_number_and_as_user_id_are_two_people(stage: Stage) -> None:
    stage.identified(number("16505551234"))
    stage.identified(user_alias("16505551234"), at=OTHER_NUMBER)
    assert len(stage.contacts()) == 2


def test_rule_11_aliases_learned_later_find_the_contact_and_the_old_ones_still_do(stage: Stage) -> None:
    customer = stage.identified(number("16505551234"))
    stage.also_known_as(customer, number("12195555358"))
    assert stage.one(ContactAliasesAdded).personal is not None
    stage.identified(number("12195555358"), at=OTHER_NUMBER)
    stage.identified(number("16505551234"), at=OTHER_NUMBER)
    assert len(stage.contacts()) == 1


def test_rule_10_a_username_is_known_of_the_one_who_has_it_and_nobody_is_met_by_it(stage: Stage) -> None:
    """It changes hands: what Ana gave up is Bia's now."""
    ana = stage.identified(number("16505550001"), username="rosa")
    bia = stage.identified(number("16505550002"), username="rosa")
    stage.renamed(ana, None, username="ana")
    first, second = stage.contacts()
    assert dict(stage.contact(first).usernames) == {ana: "ana"}
    assert dict(stage.contact(second).usernames) == {bia: "rosa"}
    told_of = [(fact.contact_id, fact.customer_id) for fact in stage.facts(ContactUsernameChanged)]
    assert told_of == [(first, ana), (second, bia), (first, ana)]


def test_rule_10_a_username_told_after_a_merge_is_known_of_the_contact_whose_customer_has_it(stage: Stage) -> None:
    customer = stage.identified(number("16505550001"), username="ana")
    stage.identified(number("16505550002"))
    left, kept = stage.contacts()
    stage.merges(kept, left)
    assert stage.renamed(customer, None, username="ana") == []
    stage.renamed(customer, None, username="rosa")
    stage.unmerges(left)
    assert [dict(stage.contact(each).usernames) for each in (left, kept)] == [{customer: "rosa"}, {}]


def test_aliases_that_are_known_already_are_not_told_again(stage: Stage) -> None:
    customer = stage.identified(number("16505551234"))
    assert stage.also_known_as(customer, number("16505551234")) == []


def test_s5_the_owner_is_the_first_assignee_and_conversations_is_told_for_whom(stage: Stage) -> None:
    agent = UserId(uuid4())
    customer = stage.identified()
    talk = stage.opened(customer)
    facts = stage.assigned(customer, talk, agent)
    assert [type(fact) for fact in facts] == [ContactConversationAssigned, ContactOwnerChanged]
    owned = stage.one(ContactOwnerChanged)
    assert (owned.owner_id, owned.previous_id, owned.why, owned.changed_by) == (agent, None, "assigned", None)
    assert owned.links == (Link(customer_id=customer, phone_number_id=NUMBER),)


def test_rule_12_later_assignees_do_not_replace_the_owner(stage: Stage) -> None:
    first, second = UserId(uuid4()), UserId(uuid4())
    customer = stage.identified()
    talk = stage.opened(customer)
    stage.assigned(customer, talk, first)
    stage.assigned(customer, talk, second)
    stage.assigned(customer, stage.opened(customer), second)
    assert stage.one(ContactOwnerChanged).owner_id == first
    assert stage.contact(stage.contacts()[0]).talks[talk].assignee == second


def test_rule_12_a_customer_met_at_another_number_is_linked_with_the_owner(stage: Stage) -> None:
    agent = UserId(uuid4())
    customer = stage.identified()
    stage.assigned(customer, stage.opened(customer), agent)
    stage.identified(at=OTHER_NUMBER)
    assert [fact.owner_id for fact in stage.facts(ContactLinked)] == [None, agent]


def test_s21_the_conversations_of_a_contact_are_known_with_their_states(stage: Stage) -> None:
    customer = stage.identified()
    talk = stage.opened(customer)
    stage.closed(customer, talk)
    assert stage.contact(stage.contacts()[0]).talks[talk].state == "closed"
    stage.reopened(customer, talk)
    assert stage.contact(stage.contacts()[0]).talks[talk].state == "open"
    assert len(stage.facts(ContactConversationStarted)) == 1
    assert stage.one(ContactConversationClosed).reason == "person"
    assert stage.one(ContactConversationReopened).conversation_id == talk


def test_the_name_follows_the_profile_until_a_person_gives_one(stage: Stage) -> None:
    customer = stage.identified(name="Sofia")
    (contact,) = stage.contacts()
    stage.renamed(customer, "Sofia R.")
    followed = stage.one(ContactFieldsEdited)
    assert followed.edited_by is None
    assert followed.personal is not None
    assert [(edit.before, edit.after) for edit in followed.personal.edits] == [("Sofia", "Sofia R.")]
    stage.edits(contact, name="Dona Sofia")
    assert stage.renamed(customer, "sofi") == []
    assert stage.contact(contact).values["name"] == "Dona Sofia"


def test_a_name_that_a_person_emptied_stays_empty(stage: Stage) -> None:
    customer = stage.identified(name="Sofia")
    (contact,) = stage.contacts()
    stage.edits(contact, name=None)
    assert stage.renamed(customer, "sofi") == []


def test_a_contact_without_a_name_takes_the_one_another_number_is_told(stage: Stage) -> None:
    stage.identified(name=None)
    stage.identified(name="Sofia", at=OTHER_NUMBER)
    assert stage.contact(stage.contacts()[0]).values["name"] == "Sofia"


def test_a_renaming_without_a_name_changes_nothing(stage: Stage) -> None:
    customer = stage.identified(name="Sofia")
    assert stage.renamed(customer, None) == []


@pytest.mark.parametrize("first", ["opened", "assigned", "closed", "reopened", "renamed", "also_known_as"])
def test_a_customer_whose_beginning_was_never_heard_becomes_a_contact_all_the_same(stage: Stage, first: str) -> None:
    customer, talk, agent = CustomerId(uuid4()), ConversationId(uuid4()), UserId(uuid4())
    match first:
        case "opened":
            talk = stage.opened(customer)
        case "assigned":
            stage.assigned(customer, talk, agent)
        case "closed":
            stage.closed(customer, talk)
        case "reopened":
            stage.reopened(customer, talk)
        case "renamed":
            stage.renamed(customer, "Sofia")
        case _:
            stage.also_known_as(customer, number("5511987654321"))
    (contact,) = stage.contacts()
    assert [link.customer_id for link in stage.contact(contact).links] == [customer]
    stage.also_known_as(customer, number("5511987654321"))
    stage.renamed(customer, "Sofia")
    stage.assigned(customer, talk, agent)
    state = stage.contact(contact)
    assert (state.values["name"], state.owner_id, state.aliases) == ("Sofia", agent, (number("5511987654321"),))
    assert set(state.talks) == {talk}
    assert len(stage.contacts()) == 1


def test_erased_customers_still_make_contacts_and_learn_nothing(stage: Stage) -> None:
    place = stage.place(CustomerId(uuid4()))
    stage.hears(told.CustomerIdentified(**place, identified_at=stage.now, personal=None))
    assert stage.hears(told.CustomerRenamed(**place, renamed_at=stage.now, personal=None)) == []
    assert stage.hears(told.CustomerAliasesAdded(**place, reason="seen", added_at=stage.now, personal=None)) == []
    contact = stage.contact(stage.contacts()[0])
    assert (contact.values["name"], contact.aliases) == (None, ())


def test_a_contact_without_a_name_takes_what_the_phone_calls_them_until_they_tell_their_own(stage: Stage) -> None:
    place = stage.place(CustomerId(uuid4()))

    def called(**names: str) -> str | bool | None:
        who = told.Identity(aliases=(number("5511987654321"),), **names)
        stage.hears(told.CustomerIdentified(**place, identified_at=stage.now, personal=who))
        return stage.contact(stage.contacts()[0]).values["name"]

    assert called() is None
    assert called(book_name="Dona Rita") == "Dona Rita"
    assert called(book_name="Rita da loja") == "Dona Rita", "a contact is renamed in the CRM"
    assert called(profile_name="Rita Prado", book_name="Dona Rita") == "Rita Prado"
    assert called(book_name="Dona Rita") == "Rita Prado"


def test_s15_a_chat_begun_with_a_typed_number_makes_a_contact_owned_by_who_began_it(stage: Stage) -> None:
    ana = UserId(uuid4())
    customer = stage.identified(number("5511900001111"), name=None)
    talk = stage.opened(customer, initiated_by="business")
    stage.assigned(customer, talk, ana)
    contact = stage.contact(stage.contacts()[0])
    assert (contact.owner_id, contact.values["name"]) == (ana, None)
    assert [link.customer_id for link in contact.links] == [customer]
    assert contact.talks[talk].assignee == ana


def test_s15_a_chat_begun_from_a_contact_at_another_number_is_linked_to_it_and_its_owner_stays(stage: Stage) -> None:
    ana, bia = UserId(uuid4()), UserId(uuid4())
    customer = stage.identified(name="Maria")
    stage.assigned(customer, stage.opened(customer), ana)
    begun = stage.identified(name=None, at=OTHER_NUMBER)
    stage.assigned(begun, stage.opened(begun, at=OTHER_NUMBER, initiated_by="business"), bia, at=OTHER_NUMBER)
    (contact_id,) = stage.contacts()
    contact = stage.contact(contact_id)
    assert [link.customer_id for link in contact.links] == [customer, begun]
    assert (contact.owner_id, contact.values["name"]) == (ana, "Maria")
