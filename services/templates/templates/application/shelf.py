"""The templates of all organisations: by id, by Meta's id and by name, loaded into a unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from recado_chassis.store import UniqueKey
from recado_chassis.work import Fold, Work
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import OrganisationId, PhoneNumberId, TemplateId, WabaId

from templates.commands import OfMeta
from templates.domain import account, staff, template
from templates.domain.account import Account, account_stream
from templates.domain.languages import as_meta_writes
from templates.domain.private import TemplateCounted, TemplateUncounted
from templates.domain.staff import Staff
from templates.domain.template import Template, template_stream

FOLDS: dict[str, Fold[Any]] = {
    "template": Fold(template.ABSENT, template.evolve),
    "account": Fold(account.Account(), account.evolve),
    "staff": Fold(staff.Staff(), staff.evolve),
}


def fold_of(stream: str) -> Fold[Any]:
    return FOLDS[stream.split("-", 1)[0]]


class Shelf:
    def template(self, work: Work, template_id: TemplateId) -> Template:
        return cast(Template, work.state(template_stream(template_id), FOLDS["template"]))

    def account(self, work: Work, organisation_id: OrganisationId, waba_id: WabaId) -> Account:
        return cast(Account, work.state(account_stream(organisation_id, waba_id), FOLDS["account"]))

    def staff(self, work: Work, organisation_id: OrganisationId) -> Staff:
        return cast(Staff, work.state(f"staff-{organisation_id}", FOLDS["staff"]))

    def named(
        self, work: Work, organisation_id: OrganisationId, waba_id: WabaId, name: str, language: str
    ) -> TemplateId | None:
        return _id(work.find(name_key(organisation_id, waba_id, name, language)))

    def of_meta(self, work: Work, command: OfMeta) -> TemplateId | None:
        """Which template Meta talks of: the one of its id, else the one of its name."""
        keys = keys_of(command)
        work.look_up(keys)
        return next((_id(owner) for key in keys if (owner := work.find(key)) is not None), None)

    def record(self, work: Work, facts: Sequence[Event], cause: Cause) -> None:
        """With what follows for the account's count and for names, in the same transaction."""
        work.load({fact.stream: fold_of(fact.stream) for fact in facts})
        for fact in facts:
            if fact.stream.startswith("template-"):
                self._record_of_template(work, fact, cause)
            else:
                work.record([fact], cause)

    def _record_of_template(self, work: Work, fact: Event, cause: Cause) -> None:
        before = work.state(fact.stream, FOLDS["template"])
        work.record([fact], cause)
        after = work.state(fact.stream, FOLDS["template"])
        _index(work, before, after)
        if before.counts != after.counts:
            counting = _counting(after, fact)
            work.load({counting.stream: FOLDS["account"]})
            work.record([counting], cause)


def _counting(template: Template, fact: Event) -> Event:
    about: Any = {"organisation_id": template.organisation_id, "waba_id": template.waba_id, "template_id": template.id}
    if template.counts:
        return TemplateCounted(**about, counted_at=fact.happened_at)
    return TemplateUncounted(**about, uncounted_at=fact.happened_at)


def _index(work: Work, before: Template, after: Template) -> None:
    old, new = _names(before), _names(after)
    for key in old - new:
        if work.find(key) == str(after.id):
            work.release(key)
    for key in new - old:
        work.move(key, str(after.id))
    if after.meta_template_id != before.meta_template_id and after.organisation_id and after.meta_template_id:
        work.move(meta_key(after.organisation_id, after.waba_id, after.meta_template_id), str(after.id))


def _names(template: Template) -> set[UniqueKey]:
    """Both as written and as Meta has it: a draft is not renamed into another one's name, nor found by a third."""
    if not template.names or template.organisation_id is None:
        return set()
    forms = (form for form in (template.form, template.live) if form is not None)
    return {name_key(template.organisation_id, template.waba_id, form.name, form.language) for form in forms}


def _id(owner: str | None) -> TemplateId | None:
    return None if owner is None else TemplateId(UUID(owner))


def name_key(organisation_id: OrganisationId, waba_id: WabaId, name: str, language: str) -> UniqueKey:
    return UniqueKey("name", str(organisation_id), f"{waba_id}/{as_meta_writes(language)}/{name}")


def meta_key(organisation_id: OrganisationId, waba_id: WabaId, meta_template_id: str) -> UniqueKey:
    return UniqueKey("meta", str(organisation_id), f"{waba_id}/{meta_template_id}")


def number_key(organisation_id: OrganisationId, phone_number_id: PhoneNumberId) -> UniqueKey:
    return UniqueKey("number", str(organisation_id), phone_number_id)


def keys_of(command: OfMeta) -> list[UniqueKey]:
    at = (command.organisation_id, command.waba_id)
    named = [name_key(*at, command.name, command.language)] if command.name else []
    return ([meta_key(*at, command.meta_template_id)] if command.meta_template_id else []) + named
