"""What administrators do with templates."""

from __future__ import annotations

from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.ids import TemplateId
from recado_events.templates import TemplateForm

from templates.application.shelf import Shelf
from templates.commands import (
    DeleteTemplate,
    DraftTemplate,
    DuplicateTemplate,
    EditTemplate,
    OnTemplate,
    SubmitTemplate,
)
from templates.domain import editing
from templates.domain.checking import Surroundings
from templates.domain.refusals import UnknownTemplate
from templates.domain.template import Template


class Writing:
    """One method a command; each may be repeated and then changes nothing."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def draft(self, work: Work, command: DraftTemplate, cause: Cause) -> None:
        account = self._shelf.account(work, command.organisation_id, command.waba_id)
        at = (command.organisation_id, command.waba_id)
        owner = self._shelf.named(work, *at, command.form.name, command.form.language)
        around = Surroundings(account, owner not in (None, command.template_id))
        template = self._shelf.template(work, command.template_id)
        self._shelf.record(work, editing.draft(command, template, around), cause)

    def duplicate(self, work: Work, command: DuplicateTemplate, cause: Cause) -> None:
        original = self._mine(work, command, command.original_id)
        language = command.language or (original.form.language if original.form else "")
        at = (command.organisation_id, original.waba_id)
        owner = self._shelf.named(work, *at, command.name, language)
        around = Surroundings(self._shelf.account(work, *at), owner not in (None, command.template_id))
        copy = self._shelf.template(work, command.template_id)
        self._shelf.record(work, editing.duplicate(command, original, copy, around), cause)

    def edit(self, work: Work, command: EditTemplate, cause: Cause) -> None:
        template = self._mine(work, command)
        around = self._around(work, template, command.form)
        self._shelf.record(work, editing.edit(command, template, around), cause)

    def submit(self, work: Work, command: SubmitTemplate, cause: Cause) -> None:
        template = self._mine(work, command)
        around = self._around(work, template, template.form)
        self._shelf.record(work, editing.submit(command, template, around), cause)

    def delete(self, work: Work, command: DeleteTemplate, cause: Cause) -> None:
        template = self._mine(work, command)
        self._shelf.record(work, editing.delete(command, template), cause)

    def _mine(self, work: Work, command: OnTemplate, template_id: TemplateId | None = None) -> Template:
        """Raises UnknownTemplate, before anything of another organisation is looked at."""
        template = self._shelf.template(work, template_id or command.template_id)
        if template.organisation_id != command.organisation_id:
            raise UnknownTemplate
        return template

    def _around(self, work: Work, template: Template, form: TemplateForm | None) -> Surroundings:
        organisation_id = template.organisation_id
        if organisation_id is None or form is None:
            raise UnknownTemplate
        at = (organisation_id, template.waba_id)
        owner = self._shelf.named(work, *at, form.name, form.language)
        return Surroundings(self._shelf.account(work, *at), owner not in (None, template.id))
