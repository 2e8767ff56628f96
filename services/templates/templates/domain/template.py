"""A template: what people wrote, what Meta has of it, and what Meta said last of each thing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from recado_events.event import Event
from recado_events.ids import OrganisationId, RequestId, TemplateId, UserId, WabaId
from recado_events.templates import (
    TemplateDeleted,
    TemplateDeletionFailed,
    TemplateDeletionRequested,
    TemplateDrafted,
    TemplateEdited,
    TemplateForm,
    TemplateFound,
    TemplateReviewOverdue,
    TemplateSubmissionFailed,
    TemplateSubmitted,
)

from templates.domain.limits import MONTH
from templates.domain.private import MetaSaid, RequestTaken
from templates.domain.words import APPROVED, CONTENT, DELETED, PAUSED, PENDING, Said, Word

_NOTHING_SAID = Said()
_NO_ACCOUNT = WabaId("")
DRAFT, DELETING = "draft", "deleting"


def template_stream(template_id: TemplateId) -> str:
    return f"template-{template_id}"


@dataclass(frozen=True, slots=True)
class Request:
    """A submission that Meta has not answered yet."""

    id: RequestId
    form: TemplateForm
    asked_at: datetime
    is_counted: bool
    """Whether it is one of the few edits that an approved template may have."""


@dataclass(frozen=True, slots=True)
class Deletion:
    id: RequestId
    by: UserId


@dataclass(frozen=True, slots=True)
class Template:
    id: TemplateId | None = None
    """None: there is no such template."""
    organisation_id: OrganisationId | None = None
    waba_id: WabaId = _NO_ACCOUNT
    form: TemplateForm | None = None
    """As people wrote it last."""
    live: TemplateForm | None = None
    """As Meta has it."""
    accepted: TemplateForm | None = None
    """As Meta took it last from here, or as it was found: which fields its places are."""
    meta_template_id: str | None = None
    request: Request | None = None
    taken: RequestId | None = None
    """The last submission that Meta has taken."""
    deletion: Deletion | None = None
    said: Said = _NOTHING_SAID
    edits: tuple[datetime, ...] = ()
    """Of an approved template, those that Meta took in the last 30 days."""
    submitted_at: datetime | None = None
    pending_since: datetime | None = None
    """When it was submitted, or Meta began to look at it again."""
    overdue: bool = False
    deleted: bool = False

    @property
    def state(self) -> str:
        if self.deleted:
            return DELETED
        return DELETING if self.deletion else self.standing

    @property
    def standing(self) -> str:
        """What it is at Meta, whether or not somebody wants it deleted."""
        if self.meta_template_id is None:
            return DRAFT if self.request is None else PENDING
        return self.said.status.meaning if self.said.status else PENDING

    @property
    def reason(self) -> str | None:
        """Meta's own, of its status."""
        return self.said.status.reason if self.said.status else None

    @property
    def category(self) -> str:
        """Meta's, or the one asked for as long as Meta has said nothing."""
        known = self.live or self.form
        return self.said.category.word if self.said.category else known.category if known else ""

    @property
    def quality(self) -> str | None:
        return self.said.quality.word if self.said.quality else None

    @property
    def counts(self) -> bool:
        """Whether it is one of the account's 200."""
        return self.id is not None and not self.deleted and self.standing != DRAFT

    @property
    def names(self) -> bool:
        """Whether its name is taken by it."""
        return self.id is not None and not self.deleted


ABSENT = Template()


def evolve(template: Template, event: Event) -> Template:
    match event:
        case TemplateDrafted():
            return Template(event.template_id, event.organisation_id, event.waba_id, event.form)
        case TemplateFound():
            return _found(template, event)
        case TemplateEdited():
            return template if event.edited_by is None else replace(template, form=event.form)
        case TemplateSubmitted():
            at = event.submitted_at
            request = Request(event.request_id, event.form, at, template.standing in (APPROVED, PAUSED))
            return replace(template, request=request, submitted_at=at, pending_since=at, overdue=False)
        case RequestTaken():
            return _taken(template, event)
        case TemplateSubmissionFailed():
            return replace(template, request=None)
        case MetaSaid():
            return _said(template, event)
        case TemplateReviewOverdue():
            return replace(template, overdue=True)
        case TemplateDeletionRequested():
            return replace(template, deletion=Deletion(event.request_id, event.requested_by))
        case TemplateDeletionFailed():
            return replace(template, deletion=None)
        case TemplateDeleted():
            return replace(template, deleted=True, request=None, deletion=None)
    return template


def _found(draft: Template, event: TemplateFound) -> Template:
    """A draft of the same name becomes a change of it that was not sent yet."""
    return Template(
        event.template_id,
        event.organisation_id,
        event.waba_id,
        draft.form or event.form,
        event.form,
        event.form,
        event.meta_template_id,
        pending_since=event.found_at,
    )


def _taken(template: Template, event: RequestTaken) -> Template:
    request = template.request
    if request is None or request.id != event.request_id:
        return template
    kept = tuple(at for at in template.edits if at > request.asked_at - MONTH)
    return replace(
        template,
        request=None,
        taken=request.id,
        live=request.form,
        accepted=request.form,
        meta_template_id=event.meta_template_id,
        edits=(*kept, request.asked_at) if request.is_counted else template.edits,
    )


def _said(template: Template, event: MetaSaid) -> Template:
    word = Word(event.about, event.word, event.said_at, event.reason, event.form)
    after = replace(template, said=template.said.heard(word))
    if PENDING == after.standing != template.standing:
        after = replace(after, pending_since=event.said_at, overdue=False)
    if event.about != CONTENT or event.form is None:
        return after
    written = event.form if template.form == template.live else template.form
    return replace(after, live=event.form, form=written)
