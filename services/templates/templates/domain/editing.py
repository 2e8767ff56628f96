"""What administrators do with templates; every limit that a form breaks is named at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from recado_events.event import Event
from recado_events.ids import RequestId
from recado_events.templates import (
    TemplateDeleted,
    TemplateDeletionRequested,
    TemplateDrafted,
    TemplateEdited,
    TemplateForm,
    TemplateSubmitted,
)

from templates.commands import (
    DeleteTemplate,
    DraftTemplate,
    DuplicateTemplate,
    EditTemplate,
    OnTemplate,
    SubmitTemplate,
)
from templates.domain import forms, limits, texts
from templates.domain.account import Account
from templates.domain.refusals import (
    EditedTooOften,
    NotEditable,
    NothingToSubmit,
    TemplateInvalid,
    TemplateUnsupported,
    UnderReview,
    UnknownAccount,
    UnknownTemplate,
)
from templates.domain.story import Place
from templates.domain.template import DELETING, DRAFT, Template
from templates.domain.violations import Violation
from templates.domain.words import APPROVED, DELETED, PAUSED, PENDING, REJECTED


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is looked at beside the template itself."""

    account: Account
    is_name_taken: bool = False
    """By another template of the account, in the same language."""


def draft(
    command: DraftTemplate, template: Template, around: Surroundings, original: Template | None = None
) -> list[Event]:
    if template.id is not None:
        return []
    if not around.account.connected:
        raise UnknownAccount
    form = forms.normalised(command.form)
    _check(form, template, around, submits=command.request_id is not None, places=_places(original or template))
    place = Place(organisation_id=command.organisation_id, waba_id=command.waba_id, template_id=command.template_id)
    drafted = TemplateDrafted(**place, form=form, drafted_by=command.by, drafted_at=command.now)
    submitted = [] if command.request_id is None else [_submitted(place, None, form, command.request_id, command)]
    return [drafted, *submitted]


def duplicate(command: DuplicateTemplate, original: Template, copy: Template, around: Surroundings) -> list[Event]:
    """A draft that says the same under another name or in another language."""
    if copy.id is not None:
        return []
    if original.organisation_id != command.organisation_id or original.form is None:
        raise UnknownTemplate
    if parts := _unsupported(original):
        raise TemplateUnsupported(parts=list(parts))
    named = {"name": command.name, "language": command.language or original.form.language}
    made = DraftTemplate(
        organisation_id=command.organisation_id,
        template_id=command.template_id,
        by=command.by,
        now=command.now,
        waba_id=original.waba_id,
        form=original.form.model_copy(update=named),
        request_id=None,
    )
    return draft(made, copy, around, original)


def edit(command: EditTemplate, template: Template, around: Surroundings) -> list[Event]:
    place = _place(command, template)
    if _is_done(template, command.request_id):
        return []
    _check_editable(template)
    form = forms.normalised(_as_it_was_made(command.form, template))
    _check(form, template, around, submits=command.request_id is not None, places=_places(template))
    facts: list[Event] = []
    if form != template.form:
        facts.append(TemplateEdited(**place, form=form, edited_by=command.by, edited_at=command.now))
    if command.request_id is not None:
        facts.append(_resubmitted(place, template, form, command.request_id, command))
    return facts


def submit(command: SubmitTemplate, template: Template, around: Surroundings) -> list[Event]:
    place = _place(command, template)
    if _is_done(template, command.request_id):
        return []
    _check_editable(template)
    form = template.form
    if form is None:
        raise UnknownTemplate
    _check(form, template, around, submits=True, places=_places(template))
    return [_resubmitted(place, template, form, command.request_id, command)]


def delete(command: DeleteTemplate, template: Template) -> list[Event]:
    place = _place(command, template)
    if template.state in (DELETED, DELETING):
        return []
    if template.request is not None:
        raise UnderReview
    if template.meta_template_id is None or template.form is None:
        return [TemplateDeleted(**place, deleted_by=command.by, deleted_at=command.now)]
    return [
        TemplateDeletionRequested(
            **place,
            request_id=command.request_id,
            meta_template_id=template.meta_template_id,
            name=template.form.name if template.live is None else template.live.name,
            requested_by=command.by,
            requested_at=command.now,
        )
    ]


def _place(command: OnTemplate, template: Template) -> Place:
    if template.organisation_id != command.organisation_id:
        raise UnknownTemplate
    return Place(organisation_id=command.organisation_id, waba_id=template.waba_id, template_id=command.template_id)


def _is_done(template: Template, request_id: RequestId | None) -> bool:
    return request_id is not None and template.request is not None and template.request.id == request_id


def _check_editable(template: Template) -> None:
    if template.state == PENDING:
        raise UnderReview
    if template.state not in (DRAFT, APPROVED, REJECTED, PAUSED) or _unsupported(template):
        raise NotEditable


def _unsupported(template: Template) -> tuple[str, ...]:
    written = template.live or template.form
    return written.unsupported if written else ()


def _as_it_was_made(form: TemplateForm, template: Template) -> TemplateForm:
    """How its places are told apart is not for people to write."""
    before = template.live or template.form
    return form if before is None else form.model_copy(update={"parameter_format": before.parameter_format})


def _places(template: Template) -> frozenset[str]:
    """The fields that it may have because it was made elsewhere."""
    return frozenset(name for form in (template.form, template.live) if form for name in texts.used(form))


def _check(
    form: TemplateForm, template: Template, around: Surroundings, *, submits: bool, places: frozenset[str]
) -> None:
    if submits and not around.account.connected:
        raise UnknownAccount
    found = [*forms.violations(form, template.category, places), *_beside(form, template, around, submits=submits)]
    if found:
        raise TemplateInvalid(violations=[violation.told() for violation in found])


def _beside(form: TemplateForm, template: Template, around: Surroundings, *, submits: bool) -> Iterator[Violation]:
    if around.is_name_taken:
        yield Violation("name_taken", "name", "This account has a template of this name in this language.")
    live = template.live
    if live is not None and (form.name, form.language) != (live.name, live.language):
        yield Violation("name_fixed", "name", "Meta keeps name and language; duplicate the template instead.")
    if template.standing in (APPROVED, PAUSED) and form.category not in (template.category, live and live.category):
        yield Violation("category_fixed", "category", "The category of an approved template stays.")
    rows = len(around.account.rows)
    if submits and not template.counts and rows >= limits.ROWS:
        told = f"At most {limits.ROWS} templates an account; drafts and deleted ones do not count."
        yield Violation("too_many_templates", "waba_id", told, limits.ROWS, rows)


def _resubmitted(
    place: Place, template: Template, form: TemplateForm, request_id: RequestId, command: OnTemplate
) -> TemplateSubmitted:
    if template.standing in (APPROVED, PAUSED):
        if form == template.live:
            raise NothingToSubmit
        _check_edits(template, command.now)
    asks_category = template.meta_template_id is not None and form.category != template.category
    submitted = _submitted(place, template.meta_template_id, form, request_id, command)
    return submitted.model_copy(update={"asks_category": asks_category and template.standing == REJECTED})


def _check_edits(template: Template, now: datetime) -> None:
    last_day = [at for at in template.edits if at > now - limits.DAY]
    month = [at for at in template.edits if at > now - limits.MONTH]
    if len(last_day) >= limits.EDITS_A_DAY:
        raise EditedTooOften(again_at=(min(last_day) + limits.DAY).isoformat())
    if len(month) >= limits.EDITS_A_MONTH:
        raise EditedTooOften(again_at=(min(month) + limits.MONTH).isoformat())


def _submitted(
    place: Place, meta_template_id: str | None, form: TemplateForm, request_id: RequestId, command: OnTemplate
) -> TemplateSubmitted:
    return TemplateSubmitted(
        **place,
        request_id=request_id,
        meta_template_id=meta_template_id,
        form=form,
        submitted_by=command.by,
        submitted_at=command.now,
    )
