"""What facts leave in the unique rows by which things are found."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from recado_chassis.store import UniqueKey
from recado_chassis.work import Work
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
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import ContactId

from crm.application.keys import Keys, conversation_key, customer_key, owners_of, record_key
from crm.application.people import People
from crm.domain.contact import NAME


class Index:
    def __init__(self, keys: Keys, people: People) -> None:
        self._keys = keys
        self._people = people

    def enter(self, work: Work, fact: Event) -> None:
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

    def _own(self, work: Work, fact: ContactCreated | ContactAliasesAdded, aliases: Sequence[Alias]) -> None:
        """What names another contact goes on naming it: they are one person, so one of them supersedes the other."""
        keys = self._keys.aliases(fact.organisation_id, aliases)
        work.look_up(keys)
        for key in keys:
            if work.find(key) is None:
                work.claim(key, str(fact.contact_id))

    def _take_back(self, work: Work, fact: ContactRestored) -> None:
        """Conversations, and the aliases that were learned meanwhile, by whichever contact it was met as then."""
        org, owner = fact.organisation_id, str(fact.contact_id)
        for talk in fact.conversations:
            work.move(conversation_key(org, talk.conversation_id), owner)
        for key in self._keys.aliases(org, [each.alias for each in fact.personal.aliases] if fact.personal else ()):
            holder = work.find(key)
            if holder is None or self._is_lost(work, fact, key, ContactId(UUID(holder))):
                work.move(key, owner)

    def _is_lost(self, work: Work, fact: ContactRestored, key: UniqueKey, holder: ContactId) -> bool:
        """Whether neither its holder nor the survivor has an alias of that spelling any more."""
        if self._people.survivor(work, holder) != fact.survivor_id:
            return False
        left = [alias for each in (holder, fact.survivor_id) for alias in self._people.contact(work, each).aliases]
        return key not in self._keys.aliases(fact.organisation_id, left)

    def _rename(self, work: Work, fact: CompanyFieldsEdited) -> None:
        for edit in fact.personal.edits if fact.personal else ():
            if edit.field != NAME:
                continue
            before, after = (
                self._keys.companies(fact.organisation_id, str(each)) for each in (edit.before, edit.after)
            )
            if before != after:
                self._let_go(work, before, str(fact.company_id))
                self._call(work, fact, str(edit.after))

    def _let_go(self, work: Work, keys: Sequence[UniqueKey], company: str) -> None:
        """The next company of that name is found by it from now on."""
        owners = owners_of(work, keys)
        others = [owner for owner in owners if owner != company]
        for key, owner in zip(keys, others, strict=False):
            work.move(key, owner)
        for key in keys[len(others) : len(owners)]:
            work.release(key)

    def _call(self, work: Work, fact: CompanyCreated | CompanyFieldsEdited, name: str) -> None:
        keys = self._keys.companies(fact.organisation_id, name)
        free = keys[len(owners_of(work, keys)) :]
        if free:
            work.claim(free[0], str(fact.company_id))
