"""A template as conversations knows it: what may be sent of it, if anything (rules 20 to 22)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from recado_events.event import Event
from recado_events.ids import OrganisationId, WabaId
from recado_events.templates import TemplateForm

from conversations.commands import NoteTemplate
from conversations.domain.beginning_refusals import TemplateNotApproved, TemplateUnsupported, UnknownTemplate
from conversations.domain.noted import TemplateNoted

APPROVED = "approved"
MARKETING, AUTHENTICATION = "MARKETING", "AUTHENTICATION"


@dataclass(frozen=True, slots=True)
class Template:
    organisation_id: OrganisationId | None = None
    """None: there is no such template."""
    waba_id: WabaId | None = None
    standing: str | None = None
    form: TemplateForm | None = None
    category: str = ""
    """Meta's."""

    @property
    def is_marketing(self) -> bool:
        return self.category.upper() == MARKETING

    @property
    def needs_number(self) -> bool:
        """Meta sends such a one to no user id."""
        return self.category.upper() == AUTHENTICATION

    def known(self, organisation_id: OrganisationId, waba_id: WabaId | None) -> TemplateForm:
        """The form that was approved last, for numbers of its own WABA only."""
        if self.organisation_id != organisation_id or self.waba_id != waba_id or self.form is None:
            raise UnknownTemplate
        return self.form

    def sendable(self, organisation_id: OrganisationId, waba_id: WabaId | None) -> TemplateForm:
        """Its form, if it may be sent now."""
        form = self.known(organisation_id, waba_id)
        if self.standing != APPROVED:
            raise TemplateNotApproved(standing=self.standing)
        if form.unsupported:
            raise TemplateUnsupported(parts=list(form.unsupported))
        return form


UNKNOWN = Template()


def digest_of(form: TemplateForm) -> str:
    """The same for the same form, in whatever process, and whatever members later versions give it."""
    return sha256(form.model_dump_json(exclude_defaults=True).encode()).hexdigest()


def evolve(template: Template, event: Event) -> Template:
    match event:
        case TemplateNoted():
            return replace(
                template,
                organisation_id=event.organisation_id,
                waba_id=event.waba_id,
                standing=event.standing or template.standing,
                form=event.form or template.form,
                category=template.category if event.category is None else event.category,
            )
    return template


def note_template(command: NoteTemplate, template: Template) -> list[Event]:
    noted = TemplateNoted(
        organisation_id=command.organisation_id,
        waba_id=command.waba_id,
        template_id=command.template_id,
        standing=command.standing,
        form=command.form,
        category=command.category,
        noted_at=command.now,
    )
    return [] if evolve(template, noted) == template else [noted]
