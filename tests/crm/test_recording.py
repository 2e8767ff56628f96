"""S25, S26, rules 15 and 34: fields, owner and notes, changed by whoever may, every change with who and from what."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from crm.commands import AddNote, ChangeOwner, EditFields, Person
from crm.domain.refusals import NoPermission, UnknownContact, UnknownUser, ViewOnly
from recado_events.crm import (
    ContactFieldsEdited,
    ContactLinked,
    ContactNoteAdded,
    ContactOwnerChanged,
    FieldEdit,
    Link,
)
from recado_events.event import Event
from recado_events.ids import ContactId, MessageId, NoteId, OrganisationId, ProfileId, UserId

from tests.crm.stage import ADMINISTRATOR, NUMBER, OTHER_NUMBER, PROFILE, Stage
from tests.harness.on_memory import CAUSE

CHANGES: dict[str, Callable[[Stage, ContactId, Person], list[Event]]] = {
    "fields": lambda stage, contact, by: stage.edits(contact, by, city="Recife"),
    "owner": lambda stage, contact, by: stage.gives(contact, stage.user(), by),
    "note": lambda stage, contact, by: stage.notes(contact, "prefers mornings", by=by),
}


@pytest.fixture
def contact(stage: Stage) -> ContactId:
    stage.identified(name="Sofia")
    return stage.contacts()[0]


def test_s25_fields_change_with_who_changed_them_and_what_they_were(stage: Stage, contact: ContactId) -> None:
    stage.edits(contact, company="ACME")
    stage.edits(contact, company="Acme Ltda.", email="sofia@example.com")
    edited = stage.facts(ContactFieldsEdited)[-1]
    assert (edited.edited_by, edited.fields) == (ADMINISTRATOR.user_id, ("company", "email"))
    assert edited.personal.edits == (
        FieldEdit(field="company", before="ACME", after="Acme Ltda."),
        FieldEdit(field="email", before=None, after="sofia@example.com"),
    )


def test_only_what_changes_is_told(stage: Stage, contact: ContactId) -> None:
    stage.edits(contact, company="ACME", city="Recife")
    stage.edits(contact, company="ACME", city="Olinda")
    assert stage.facts(ContactFieldsEdited)[-1].fields == ("city",)
    assert stage.edits(contact, company="ACME") == []
    assert stage.edits(contact) == []
    assert stage.edits(contact, website=None) == []


def test_a_field_can_be_emptied(stage: Stage, contact: ContactId) -> None:
    stage.edits(contact, company="ACME")
    stage.edits(contact, company=None)
    assert stage.contact(contact).values["company"] is None


def test_rule_34_a_note_made_from_a_message_keeps_its_id(stage: Stage, contact: ContactId) -> None:
    message = MessageId(uuid4())
    stage.notes(contact, "wants the blue one", message)
    note = stage.one(ContactNoteAdded)
    assert (note.message_id, note.added_by) == (message, ADMINISTRATOR.user_id)
    assert note.personal is not None
    assert note.personal.text == "wants the blue one"


def test_the_same_text_twice_is_two_notes(stage: Stage, contact: ContactId) -> None:
    stage.notes(contact, "called")
    stage.notes(contact, "called")
    assert len(stage.facts(ContactNoteAdded)) == 2


def test_rule_12_a_changed_owner_is_told_for_every_customer_of_the_contact(stage: Stage, contact: ContactId) -> None:
    first, ana = UserId(uuid4()), stage.user()
    customer = stage.identified(at=OTHER_NUMBER)
    stage.assigned(customer, stage.opened(customer, OTHER_NUMBER), first, OTHER_NUMBER)
    stage.gives(contact, ana)
    changed = stage.facts(ContactOwnerChanged)[-1]
    assert (changed.owner_id, changed.previous_id, changed.why) == (ana, first, "person")
    assert changed.changed_by == ADMINISTRATOR.user_id
    links = [Link(customer_id=f.customer_id, phone_number_id=f.phone_number_id) for f in stage.facts(ContactLinked)]
    assert changed.links == tuple(links)
    assert [link.phone_number_id for link in links] == [NUMBER, OTHER_NUMBER]


def test_rule_12_a_running_conversation_keeps_its_assignee(stage: Stage) -> None:
    customer, agent = stage.identified(), UserId(uuid4())
    talk = stage.opened(customer)
    stage.assigned(customer, talk, agent)
    (contact,) = stage.contacts()
    stage.gives(contact, stage.user())
    assert stage.contact(contact).talks[talk].assignee == agent


@pytest.mark.parametrize("known", ["never heard of", "deactivated"])
def test_an_owner_must_be_an_active_user(stage: Stage, contact: ContactId, known: str) -> None:
    nobody = UserId(uuid4()) if known == "never heard of" else stage.user(active=False)
    with pytest.raises(UnknownUser):
        stage.gives(contact, nobody)


def test_the_owner_that_already_is_changes_nothing(stage: Stage, contact: ContactId) -> None:
    ana = stage.user()
    stage.gives(contact, ana)
    assert stage.gives(contact, ana) == []


@pytest.mark.parametrize("change", CHANGES)
def test_rule_15_view_only_changes_nothing(stage: Stage, contact: ContactId, change: str) -> None:
    viewer = stage.member("view_only")
    with pytest.raises(ViewOnly):
        CHANGES[change](stage, contact, viewer)


@pytest.mark.parametrize("change", ["fields", "note"])
def test_rule_15_with_scope_own_only_ones_own_contacts_exist(stage: Stage, contact: ContactId, change: str) -> None:
    member = stage.member("view_reply", "own")
    with pytest.raises(UnknownContact):
        CHANGES[change](stage, contact, member)
    stage.gives(contact, member.user_id)
    assert len(CHANGES[change](stage, contact, member)) == 1


def test_rule_15_with_scope_own_a_contact_can_be_given_away_and_is_gone_then(stage: Stage, contact: ContactId) -> None:
    member, ana = stage.member("view_reply", "own"), stage.user()
    command = ChangeOwner(**stage.on(contact, member), owner_id=ana)
    with pytest.raises(UnknownContact):
        stage.do(stage.recording.change_owner, command)
    stage.gives(contact, member.user_id)
    stage.streams.transact(lambda work: stage.recording.change_owner(work, command, CAUSE))
    assert stage.contact(contact).owner_id == ana
    with pytest.raises(UnknownContact):
        stage.edits(contact, member, company="ACME")


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("profile", [None, ProfileId(uuid4())])
def test_rule_15_without_a_grant_nothing_may_be_done(
    stage: Stage, contact: ContactId, change: str, profile: ProfileId | None
) -> None:
    stage.member()
    with pytest.raises(NoPermission):
        CHANGES[change](stage, contact, Person(UserId(uuid4()), "member", profile))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", ["member", "administrator"])
def test_bad_input_92_a_deactivated_user_may_do_nothing(
    stage: Stage, contact: ContactId, change: str, role: str
) -> None:
    member = stage.member()
    stage.user(member.user_id, active=False)
    with pytest.raises(NoPermission):
        CHANGES[change](stage, contact, Person(member.user_id, role, PROFILE))
    stage.user(member.user_id)
    assert CHANGES[change](stage, contact, member)


@pytest.mark.parametrize("change", CHANGES)
def test_rule_15_a_grant_that_is_taken_back_no_longer_holds(stage: Stage, contact: ContactId, change: str) -> None:
    member = stage.member("view_reply")
    CHANGES[change](stage, contact, member)
    stage.member("view_only")
    with pytest.raises(ViewOnly):
        CHANGES[change](stage, contact, member)
    stage.withdrawn()
    with pytest.raises(NoPermission):
        CHANGES[change](stage, contact, member)
    stage.member("view_reply")
    CHANGES[change](stage, contact, member)


def test_another_organisations_administrator_finds_no_contact(stage: Stage, contact: ContactId) -> None:
    foreign = stage.on(contact, ADMINISTRATOR, OrganisationId(uuid4()))
    with pytest.raises(UnknownContact):
        stage.do(stage.recording.edit_fields, EditFields(**foreign, values={"name": "mine"}))
    with pytest.raises(UnknownContact):
        stage.do(stage.recording.add_note, AddNote(**foreign, note_id=NoteId(uuid4()), text="mine"))


def test_a_contact_that_does_not_exist_is_refused(stage: Stage) -> None:
    for change in CHANGES.values():
        with pytest.raises(UnknownContact):
            change(stage, ContactId(uuid4()), ADMINISTRATOR)
