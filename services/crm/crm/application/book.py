"""The address book: contacts by alias, by customer and by conversation, loaded into a unit of work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from recado_chassis.fingerprints import Fingerprints
from recado_chassis.store import UniqueKey
from recado_chassis.work import Fold, Work
from recado_events.crm import (
    CompanyCreated,
    CompanyFieldsEdited,
    ContactAliasesAdded,
    ContactConversationStarted,
    ContactCreated,
    ContactLinked,
    ContactRestored,
    PipelineRecordOpened,
)
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.identity import Alias, spellings
from recado_events.ids import (
    CompanyId,
    ContactId,
    ConversationId,
    CustomerId,
    OrganisationId,
    PipelineRecordId,
)

from crm.domain import company, contact, importing, pipeline_record, setup, staff
from crm.domain.company import Company
from crm.domain.contact import NAME, Contact
from crm.domain.importing import Import
from crm.domain.pipeline_record import PipelineRecord
from crm.domain.setup import Setup
from crm.domain.staff import Staff
from crm.views.folding import folded

FOLDS: dict[str, Fold[Any]] = {
    "contact": Fold(contact.ABSENT, contact.evolve),
    "staff": Fold(staff.Staff(), staff.evolve),
    "company": Fold(company.NO_COMPANY, company.evolve),
    "organisation": Fold(setup.Setup(), setup.evolve),
    "import": Fold(importing.NO_IMPORT, importing.evolve),
    "record": Fold(pipeline_record.NO_RECORD, pipeline_record.evolve),
}


def fold_of(stream: str) -> Fold[Any]:
    return FOLDS[stream.split("-", 1)[0]]


class Book:
    def __init__(self, fingerprints: Fingerprints) -> None:
        self._fingerprints = fingerprints

    def contact(self, work: Work, contact_id: ContactId) -> Contact:
        return cast(Contact, work.state(f"contact-{contact_id}", FOLDS["contact"]))

    def staff(self, work: Work, organisation_id: OrganisationId) -> Staff:
        return cast(Staff, work.state(f"staff-{organisation_id}", FOLDS["staff"]))

    def company(self, work: Work, company_id: CompanyId) -> Company:
        return cast(Company, work.state(f"company-{company_id}", FOLDS["company"]))

    def setup(self, work: Work, organisation_id: OrganisationId) -> Setup:
        return cast(Setup, work.state(f"organisation-{organisation_id}", FOLDS["organisation"]))

    def pipeline_record(self, work: Work, record_id: PipelineRecordId) -> PipelineRecord:
        return cast(PipelineRecord, work.state(f"record-{record_id}", FOLDS["record"]))

    def company_named(self, work: Work, organisation_id: OrganisationId, name: str) -> CompanyId | None:
        """Names are the same whatever their case and accents. The first company of a name is found by it."""
        owner = work.find(self._company_key(organisation_id, name))
        return None if owner is None else CompanyId(UUID(owner))

    def record_of(
        self, work: Work, organisation_id: OrganisationId, conversation_id: ConversationId
    ) -> PipelineRecordId | None:
        """The pipeline record that a rule opened for the conversation."""
        owner = work.find(record_key(organisation_id, conversation_id))
        return None if owner is None else PipelineRecordId(UUID(owner))

    def alias_keys(self, organisation_id: OrganisationId, aliases: Iterable[Alias]) -> list[UniqueKey]:
        """Every spelling under which these aliases may be known, as keys without personal data."""
        scope = str(organisation_id)
        return [UniqueKey("alias", scope, self._fingerprints.of(scope, *told)) for told in spellings(aliases)]

    def named_by(self, work: Work, keys: Sequence[UniqueKey]) -> list[ContactId]:
        """The contacts that these keys name, each once, in the order of the keys; survivors for superseded ones."""
        work.look_up(keys)
        owners = dict.fromkeys(owner for key in keys if (owner := work.find(key)) is not None)
        return list(dict.fromkeys(self.survivor(work, ContactId(UUID(owner))) for owner in owners))

    def contact_of(self, work: Work, organisation_id: OrganisationId, customer_id: CustomerId) -> ContactId | None:
        return next(iter(self.named_by(work, [customer_key(organisation_id, customer_id)])), None)

    def contact_with(
        self, work: Work, organisation_id: OrganisationId, conversation_id: ConversationId
    ) -> ContactId | None:
        """Where the conversation began: that contact keeps it, superseded or not."""
        owner = work.find(conversation_key(organisation_id, conversation_id))
        return None if owner is None else ContactId(UUID(owner))

    def survivor(self, work: Work, contact_id: ContactId) -> ContactId:
        while (by := self.contact(work, contact_id).superseded_by) is not None:
            contact_id = by
        return contact_id

    def imported(self, work: Work, import_id: UUID) -> Import:
        return cast(Import, work.state(f"import-{import_id}", FOLDS["import"]))

    def with_number(self, work: Work, organisation_id: OrganisationId, number: str) -> ContactId | None:
        """The contact that has exactly this number, as whoever it is met now."""
        alias = Alias(kind="wa_id", value=number)
        for contact_id in self.named_by(work, self.alias_keys(organisation_id, [alias])):
            if any(each.value == number for each in self.contact(work, contact_id).aliases):
                return contact_id
        return None

    def met_as(self, work: Work, contact_id: ContactId) -> list[tuple[ContactId, Contact]]:
        """What a contact is superseded by, one after the other; the last is whom everybody meets."""
        found: list[tuple[ContactId, Contact]] = []
        at = self.contact(work, contact_id).superseded_by
        while at is not None:
            found.append((at, self.contact(work, at)))
            at = found[-1][1].superseded_by
        return found

    def homes_in(self, work: Work, contact_id: ContactId, survivor: Contact) -> set[ContactId]:
        """This contact, and of the homes that the survivor knows those superseded by it."""
        homes = set(survivor.homes.values())
        return {contact_id} | {home for home in homes if contact_id in {each for each, _ in self.met_as(work, home)}}

    def home_of(
        self, work: Work, whose: tuple[OrganisationId, CustomerId], aliases: Sequence[Alias], at: ContactId
    ) -> ContactId | None:
        """The contact superseded by `at` whose customer this is: by its link, else by the first alias that is known."""
        organisation_id, customer_id = whose
        contact = self.contact(work, at)
        if any(link.customer_id == customer_id for link in contact.links):
            return contact.homes.get(customer_id)
        for alias in aliases:
            if alias in contact.homes:
                return contact.homes[alias]
            for key in self.alias_keys(organisation_id, [alias]):
                owner = work.find(key)
                if owner is not None:
                    return None if owner == str(at) else ContactId(UUID(owner))
        return None

    def record(self, work: Work, facts: Sequence[Event], cause: Cause) -> None:
        work.load({fact.stream: fold_of(fact.stream) for fact in facts})
        work.record(facts, cause)
        for fact in facts:
            self._index(work, fact)

    def _index(self, work: Work, fact: Event) -> None:
        match fact:
            case ContactCreated() | ContactAliasesAdded() if fact.personal is not None:
                self._own(work, fact, fact.personal.aliases)
            case ContactLinked():
                work.move(customer_key(fact.organisation_id, fact.customer_id), str(fact.contact_id))
            case ContactRestored():
                self._take_back(work, fact)
            case ContactConversationStarted():
                work.claim(conversation_key(fact.organisation_id, fact.conversation_id), str(fact.contact_id))
            case PipelineRecordOpened() if fact.origin == "rule" and fact.conversation_id is not None:
                work.claim(record_key(fact.organisation_id, fact.conversation_id), str(fact.pipeline_record_id))
            case CompanyCreated() if fact.personal is not None:
                self._call(work, fact, fact.personal.name)
            case CompanyFieldsEdited() if fact.personal is not None and NAME in fact.fields:
                self._rename(work, fact)

    def _take_back(self, work: Work, fact: ContactRestored) -> None:
        """Conversations, and the aliases that were learned meanwhile, by whomever it was met as then."""
        org, owner = fact.organisation_id, str(fact.contact_id)
        for talk in fact.conversations:
            work.move(conversation_key(org, talk.conversation_id), owner)
        left = {*self.alias_keys(org, self.contact(work, fact.survivor_id).aliases)}
        back = self.alias_keys(org, [each.alias for each in fact.personal.aliases] if fact.personal else ())
        work.look_up(back)
        for key in back:
            if key not in left and self.named_by(work, [key]) == [fact.survivor_id]:
                work.move(key, owner)

    def _rename(self, work: Work, fact: CompanyFieldsEdited) -> None:
        for edit in fact.personal.edits if fact.personal else ():
            if edit.field != NAME:
                continue
            before = self._company_key(fact.organisation_id, str(edit.before))
            if work.find(before) == str(fact.company_id):
                work.release(before)
            self._call(work, fact, str(edit.after))

    def _call(self, work: Work, fact: CompanyCreated | CompanyFieldsEdited, name: str) -> None:
        key = self._company_key(fact.organisation_id, name)
        if work.find(key) is None:
            work.claim(key, str(fact.company_id))

    def _company_key(self, organisation_id: OrganisationId, name: str) -> UniqueKey:
        scope = str(organisation_id)
        return UniqueKey("company", scope, self._fingerprints.of(scope, "company", " ".join(folded(name).split())))

    def _own(self, work: Work, fact: ContactCreated | ContactAliasesAdded, aliases: Sequence[Alias]) -> None:
        """What names another contact goes on naming it: they are one person, so one of them supersedes the other."""
        keys = self.alias_keys(fact.organisation_id, aliases)
        work.look_up(keys)
        for key in keys:
            if work.find(key) is None:
                work.claim(key, str(fact.contact_id))


def customer_key(organisation_id: OrganisationId, customer_id: CustomerId) -> UniqueKey:
    return UniqueKey("customer", str(organisation_id), str(customer_id))


def conversation_key(organisation_id: OrganisationId, conversation_id: ConversationId) -> UniqueKey:
    return UniqueKey("conversation", str(organisation_id), str(conversation_id))


def record_key(organisation_id: OrganisationId, conversation_id: ConversationId) -> UniqueKey:
    return UniqueKey("record", str(organisation_id), str(conversation_id))
