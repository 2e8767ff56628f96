"""Rule 13 for the business that writes first: a contact that was merged is written to as the one it is met as."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from conversations.adapters.kafka.noting import contact_of, standing_of, superseded_of
from conversations.application.records import Records
from conversations.domain.refusals import OutOfScope
from recado_events import crm
from recado_events.conversations import ConversationOpened, MessageRequested
from recado_events.event import Event
from recado_events.ids import ContactId, UserId

from tests.conversations.business import CONTACT, MARIA
from tests.conversations.stage import ADMINISTRATOR, ORGANISATION, number
from tests.conversations.test_selling import RECORD, Shop

OTHER, ELSEWHERE = ContactId(uuid4()), number("5511955550000")


class People(Shop):
    """Contacts that crm tells of: `CONTACT` with the number MARIA, `OTHER` with ELSEWHERE."""

    def knows_both(self, owner: UserId | None = None) -> None:
        self.knows("Maria Silva")
        at: Any = {"organisation_id": ORGANISATION, "contact_id": OTHER}
        details = crm.ContactDetails(name="Rita Prado", aliases=(ELSEWHERE,))
        created = crm.ContactCreated(**at, origin="person", created_at=self.now, personal=details)
        self.do(self.listening.note_contact, contact_of(created))
        if owner is not None:
            owned = crm.ContactOwnerChanged(**at, owner_id=owner, why="person", links=(), changed_at=self.now)
            self.do(self.listening.note_contact_standing, standing_of(owned))

    def merges(self, merged: ContactId = CONTACT, into: ContactId = OTHER) -> list[Event]:
        told = crm.ContactMergedInto(
            **self._at(merged), survivor_id=into, merged_by=ADMINISTRATOR.user_id, merged_at=self.now
        )
        return self.do(self.listening.note_contact_superseded, superseded_of(told))

    def restores(self, merged: ContactId = CONTACT, from_: ContactId = OTHER) -> list[Event]:
        told = crm.ContactRestored(
            **self._at(merged),
            survivor_id=from_,
            customers=(),
            conversations=(),
            restored_by=ADMINISTRATOR.user_id,
            restored_at=self.now,
            personal=None,
        )
        return self.do(self.listening.note_contact_superseded, superseded_of(told))

    def _at(self, contact_id: ContactId) -> Any:
        return {"organisation_id": ORGANISATION, "contact_id": contact_id}

    def wrote_to(self) -> tuple[str | None, str]:
        """The number, and how the message begins."""
        asked = self.facts(MessageRequested)[-1]
        assert asked.personal is not None
        return asked.personal.recipient.wa_id, self.asked().split(",")[0]


@pytest.fixture
def people() -> People:
    return People()


def test_rule_13_a_chat_from_a_merged_contact_is_with_the_survivor_and_says_its_fields(people: People) -> None:
    people.knows_both()
    people.merges()
    people.starts(CONTACT)
    assert people.wrote_to() == (ELSEWHERE.value, "Olá Rita")


def test_rule_4_a_chat_from_a_merged_contact_goes_on_in_the_survivors_live_conversation(people: People) -> None:
    people.writes(ELSEWHERE)
    people.knows_both()
    people.merges()
    people.starts(CONTACT)
    assert people.one(MessageRequested).conversation_id == people.one(ConversationOpened).conversation_id


def test_rule_13_a_chat_from_a_pipeline_record_of_a_merged_contact_is_with_the_survivor(people: People) -> None:
    people.knows_both()
    people.opens(CONTACT)
    people.merges()
    people.about = RECORD
    people.starts(CONTACT)
    assert people.wrote_to() == (ELSEWHERE.value, "Olá Rita")
    people.about = None
    people.sends(record=RECORD)
    assert people.facts(MessageRequested)[-1].conversation_id == people.one(ConversationOpened).conversation_id


def test_rule_13_a_chat_from_a_contact_that_was_parted_again_is_with_itself(people: People) -> None:
    people.knows_both()
    people.merges()
    people.restores()
    people.starts(CONTACT)
    assert people.wrote_to() == (MARIA.value, "Olá Maria")


def test_rule_13_one_after_the_other_is_met_as_the_last(people: People) -> None:
    people.knows_both()
    third = ContactId(uuid4())
    details = crm.ContactDetails(name="Ana", aliases=(number("5511944440000"),))
    created = crm.ContactCreated(**people._at(third), origin="person", created_at=people.now, personal=details)
    people.do(people.listening.note_contact, contact_of(created))
    people.merges(CONTACT, OTHER)
    people.merges(OTHER, third)
    people.starts(CONTACT)
    assert people.wrote_to() == ("5511944440000", "Olá Ana")


def test_rule_15_a_contact_merged_into_a_colleagues_is_the_colleagues(people: People) -> None:
    ana, bruno = people.agents(2)
    people.grant("view_reply", "own")
    people.knows_both(owner=bruno)
    people.knows("Maria Silva", owner=ana)
    people.merges()
    with pytest.raises(OutOfScope):
        people.starts(CONTACT, by=ana)


def test_rule_13_a_customer_linked_to_a_merged_contact_is_whom_that_is_met_as(people: People) -> None:
    people.writes(MARIA)
    talk = people.one(ConversationOpened)
    people.knows_both()
    people.links(talk.customer_id)
    people.merges()
    records, customer = Records(people.scene), people.customer(talk.customer_id)
    known = people.streams.transact(lambda work: records.contact_of(work, ORGANISATION, customer)).value
    assert known.contact_id == OTHER
