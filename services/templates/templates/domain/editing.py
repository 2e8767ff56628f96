"""What administrators do with templates; every limit that a form breaks is named at once."""

from __future__ import annotations

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
from templates.domain import forms
from templates.domain.checking import (
    Surroundings,
    as_it_was_made,
    check,
    check_editable,
    check_edits,
    places,
    unsupported,
)
from templates.domain.refusals import (
    NothingToSubmit,
    TemplateUnsupported,
    UnderReview,
    UnknownAccount,
    UnknownTemplate,
)
from templates.domain.story import Place
from templates.domain.template import DELETING, Template
from templates.domain.words import APPROVED, DELETED, PAUSED, REJECTED


def draft(
    command: DraftTemplate, template: Template, around: Surroundings, original: Template | None = None
) -> list[Event]:
    if template.id is not None:
        return []
    if not around.account.connected:
        raise UnknownAccount
    form = forms.normalised(command.form)
    check(form, template, around, submits=command.request_id is not None, places=places(original or template))
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
    if parts := unsupported(original):
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
    check_editable(template)
    form = forms.normalised(as_it_was_made(command.form, template))
    check(form, template, around, submits=command.request_id is not None, places=places(template))
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
    check_editable(template)
    form = template.form
    if form is None:
        raise UnknownTemplate
    form = as_it_was_made(form, template)
    check(form, template, around, submits=True, places=places(template))
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
            settles=template.taken,
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


def _resubmitted(
    place: Place, template: Template, form: TemplateForm, request_id: RequestId, command: OnTemplate
) -> TemplateSubmitted:
    if template.standing in (APPROVED, PAUSED):
        if form == template.live:
            raise NothingToSubmit
        check_edits(template, command.now)
    asks_category = template.meta_template_id is not None and form.category != template.category
    submitted = _submitted(place, template.meta_template_id, form, request_id, command)
    return submitted.model_copy(update={"asks_category": asks_category and template.standing == REJECTED})


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
