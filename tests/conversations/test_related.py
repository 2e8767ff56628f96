"""Rule 35: conversations by their contact's company and by the stage of a pipeline record, as crm tells of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from conversations.domain.noted import ContactCompanyNoted
from recado_events import crm
from recado_events.conversations import ConversationOpened
from recado_events.ids import CompanyId, ContactId, PhoneNumberId, PipelineId, PipelineRecordId, StageId, UserId

from tests.conversations.office import NUMBER, Office
from tests.harness.on_database import told

COMPANY, OTHER = CompanyId(uuid4()), CompanyId(uuid4())
ASKED, SOLD = StageId(uuid4()), StageId(uuid4())


class Crm:
    """What crm tells of one organisation; each thing twice."""

    def __init__(self, office: Office) -> None:
        self._office, self._now = office, datetime.now(UTC)
        self._customers: dict[ContactId, Any] = {}

    def links(self) -> ContactId:
        """The newest conversation's customer."""
        talk, contact_id = self._office.service.facts(ConversationOpened)[-1], ContactId(uuid4())
        self._customers[contact_id] = talk.customer_id
        link: Any = {"customer_id": talk.customer_id, "phone_number_id": PhoneNumberId(NUMBER), "owner_id": None}
        self.tells(crm.ContactLinked(**self._of(contact_id=contact_id), **link, linked_at=self._now))
        return contact_id

    def chooses(self, contact_id: ContactId, company_id: CompanyId | None) -> None:
        chosen: Any = {"company_id": company_id, "why": "person", "chosen_at": self._now}
        self.tells(crm.ContactCompanyChosen(**self._of(contact_id=contact_id), **chosen))

    def opens(self, stage_id: StageId, owner_id: Any, **about: Any) -> PipelineRecordId:
        record_id = PipelineRecordId(uuid4())
        place: Any = {"pipeline_id": PipelineId(uuid4()), "stage_id": stage_id, "owner_id": UserId(owner_id)}
        at = self._of(pipeline_record_id=record_id)
        named = crm.PipelineRecordDetails(name="x")
        self.tells(
            crm.PipelineRecordOpened(**at, **place, **about, origin="person", opened_at=self._now, personal=named)
        )
        return record_id

    def merges(self, contact_id: ContactId, survivor_id: ContactId) -> None:
        merged: Any = {"survivor_id": survivor_id, "merged_by": UserId(uuid4()), "merged_at": self._now}
        self.tells(crm.ContactMergedInto(**self._of(contact_id=contact_id), **merged))
        self._meets_as(contact_id, survivor_id)

    def supersedes(self, contact_id: ContactId, survivor_id: ContactId) -> None:
        """Identities showed that they are one person."""
        at = self._of(contact_id=contact_id)
        self.tells(crm.ContactSuperseded(**at, survivor_id=survivor_id, superseded_at=self._now))
        self._meets_as(contact_id, survivor_id)

    def restores(self, contact_id: ContactId, survivor_id: ContactId) -> None:
        back: Any = {"customers": (), "conversations": (), "restored_by": UserId(uuid4()), "personal": None}
        at = self._of(contact_id=contact_id)
        self.tells(crm.ContactRestored(**at, survivor_id=survivor_id, **back, restored_at=self._now))
        self._meets_as(contact_id, contact_id)

    def _meets_as(self, home_id: ContactId, contact_id: ContactId) -> None:
        customer_id = self._customers[home_id]
        link: Any = {"customer_id": customer_id, "phone_number_id": PhoneNumberId(NUMBER), "owner_id": None}
        self.tells(crm.ContactLinked(**self._of(contact_id=contact_id), **link, linked_at=self._now))

    def moves(self, record_id: PipelineRecordId, stage_id: StageId) -> None:
        moved: Any = {"pipeline_id": PipelineId(uuid4()), "stage_id": stage_id, "previous_stage_id": ASKED}
        by: Any = {"outcome": "open", "moved_by": UserId(uuid4()), "moved_at": self._now}
        self.tells(crm.PipelineRecordMoved(**self._of(pipeline_record_id=record_id), **moved, **by))

    def relates(self, record_id: PipelineRecordId, contact_id: ContactId | None) -> None:
        by: Any = {"related_by": UserId(uuid4()), "related_at": self._now}
        at = self._of(pipeline_record_id=record_id)
        self.tells(crm.PipelineRecordRelated(**at, contact_id=contact_id, company_id=None, **by))

    def tells(self, event: Any) -> None:
        self._office.service.hears(told(event), told(event))

    def _of(self, **about: Any) -> Any:
        return {"organisation_id": self._office.organisation, **about}


@pytest.fixture
def records(office: Office) -> Crm:
    return Crm(office)


async def found(office: Office, query: str, who: dict[str, str] | None = None) -> set[str]:
    return {each["conversation_id"] for each in (await office.sees(f"/conversations?{query}", who))["items"]}


def opened(office: Office) -> list[str]:
    """Oldest first."""
    return [str(each.conversation_id) for each in office.service.facts(ConversationOpened)]


async def test_rule_35_conversations_are_found_by_the_company_that_their_contact_belongs_to(
    office: Office, records: Crm
) -> None:
    office.customer_writes()
    office.customer_writes(wa_id="5511987650000")
    contact = records.links()
    records.chooses(contact, OTHER)
    records.chooses(contact, COMPANY)
    assert await found(office, f"company={COMPANY}") == {opened(office)[1]}
    assert await found(office, f"company={COMPANY}&state=open&text=ola") == {opened(office)[1]}
    assert await found(office, f"company={OTHER}") == set()
    records.chooses(contact, None)
    assert await found(office, f"company={COMPANY}") == set()
    noted = [each.company_id for each in office.service.facts(ContactCompanyNoted)]
    assert noted == [OTHER, COMPANY, None], "what is told again changes nothing"


async def test_rule_35_conversations_are_found_by_the_stage_of_a_pipeline_record(office: Office, records: Crm) -> None:
    office.customer_writes()
    contact = records.links()
    office.customer_writes(wa_id="5511987650000")
    first, second = opened(office)
    records.opens(SOLD, office.agents[0], conversation_id=second)
    record = records.opens(ASKED, office.agents[0], contact_id=contact)
    assert await found(office, f"stage={ASKED}") == {first}
    assert await found(office, f"stage={SOLD}") == {second}
    assert await found(office, f"stage={ASKED}&stage={SOLD}") == {first, second}
    records.moves(record, SOLD)
    assert await found(office, f"stage={ASKED}") == set()
    assert await found(office, f"stage={SOLD}") == {first, second}
    records.relates(record, None)
    assert await found(office, f"stage={SOLD}") == {second}


@pytest.mark.parametrize("how", ["merges", "supersedes"])
async def test_rule_13_what_is_related_to_a_contact_that_was_merged_later_finds_its_conversations(
    office: Office, records: Crm, how: str
) -> None:
    office.customer_writes()
    merged = records.links()
    office.customer_writes(wa_id="5511987650000")
    survivor = records.links()
    first, second = opened(office)
    records.chooses(merged, COMPANY)
    record = records.opens(ASKED, office.agents[0], contact_id=merged)
    getattr(records, how)(merged, survivor)
    both = {first, second}
    for query in (f"stage={ASKED}", f"company={COMPANY}", f"contact={survivor}", f"contact={merged}"):
        assert await found(office, query) == both, query
    records.moves(record, SOLD)
    assert await found(office, f"stage={SOLD}&company={COMPANY}&text=ola") == both


async def test_rule_13_what_is_related_to_a_contact_that_was_unmerged_finds_its_own_conversations_again(
    office: Office, records: Crm
) -> None:
    office.customer_writes()
    merged = records.links()
    office.customer_writes(wa_id="5511987650000")
    survivor = records.links()
    first, second = opened(office)
    records.opens(ASKED, office.agents[0], contact_id=merged)
    records.chooses(survivor, COMPANY)
    records.merges(merged, survivor)
    assert await found(office, f"company={COMPANY}") == {first, second}
    records.restores(merged, survivor)
    assert await found(office, f"stage={ASKED}") == {first}
    assert await found(office, f"company={COMPANY}") == {second}
    before = office.service.digests()
    office.service.rebuild()
    assert office.service.digests() == before


async def test_rule_15_with_scope_own_only_ones_own_pipeline_records_say_at_which_stage_a_conversation_is(
    office: Office, records: Crm
) -> None:
    await office.does("PUT", f"/profiles/{office.profile}/grant", {"level": "view_reply", "scope": "own"})
    office.customer_writes()
    (talk,) = opened(office)
    await office.does("POST", f"/conversations/{talk}/assign", {"user_id": str(office.agents[0])})
    records.opens(ASKED, office.agents[1], conversation_id=talk)
    records.opens(SOLD, office.agents[0], conversation_id=talk)
    assert await found(office, f"stage={ASKED}", office.agent(0)) == set()
    assert await found(office, f"stage={SOLD}", office.agent(0)) == {talk}
    assert await found(office, f"stage={ASKED}") == {talk}


async def test_bad_input_83_a_record_of_another_organisation_names_no_conversation_of_ours(
    office: Office, records: Crm
) -> None:
    office.customer_writes()
    theirs = Office(office.service, office.client)
    Crm(theirs).opens(ASKED, theirs.agents[0], conversation_id=opened(office)[0])
    assert await found(office, f"stage={ASKED}") == set()
    assert await found(theirs, f"stage={ASKED}") == set()


async def test_s18_d1_a_saved_view_keeps_company_and_stage_and_a_rebuild_finds_the_same(
    office: Office, records: Crm
) -> None:
    office.customer_writes()
    contact = records.links()
    records.chooses(contact, COMPANY)
    records.opens(ASKED, office.agents[0], contact_id=contact)
    filters = {"company": str(COMPANY), "stage": [str(ASKED)]}
    view = (await office.does("POST", "/views", {"name": "Asked", "filters": filters}))["view_id"]
    (shown,) = (await office.sees("/views"))["items"]
    assert shown["filters"] == {"view": "all", **filters}
    items = (await office.sees(f"/views/{view}/conversations"))["items"]
    assert [each["conversation_id"] for each in items] == opened(office)
    before = office.service.digests()
    office.service.rebuild()
    assert office.service.digests() == before
