"""Events of templates: what a business may say first, drafted here, judged by Meta."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.event import Event, Fact
from recado_events.ids import RequestId, TemplateId, UserId, WabaId


class MergeField(Fact):
    """One value that is put in when the template is sent."""

    name: str
    """`contact.first_name` and its like, see `recado_events.merging`; `parameter.…` in templates made elsewhere."""
    sample: str
    """What Meta's reviewers see."""
    fallback: str | None = None
    """What is sent where the value is missing; without one such a send is refused."""


class TemplateButton(Fact):
    """`kind` is quick_reply, url, phone_number, copy_code, or a later one."""

    kind: str
    text: str | None = None
    url: str | None = None
    """May end with one merge field."""
    phone_number: str | None = None
    code: str | None = None
    """The sample of a code to copy."""


class TemplateForm(Fact):
    """A template as people write it. Merge fields stand in the texts by name: `Hello #{contact.first_name}!`."""

    name: str
    language: str
    """Meta's code, exactly: pt_BR is not pt_PT."""
    category: str
    """What was asked for; Meta decides."""
    header: str | None = None
    body: str
    footer: str | None = None
    buttons: tuple[TemplateButton, ...] = ()
    fields: tuple[MergeField, ...] = ()
    parameter_format: str = "positional"
    """Meta's word: positional, or named in templates made elsewhere."""
    unsupported: tuple[str, ...] = ()
    """Parts of a template made elsewhere that cannot be filled here; one with any cannot be sent from here."""


class OfTemplate(Event):
    STREAM: ClassVar[str] = "template-{template_id}"
    SUBJECT: ClassVar[str] = "{template_id}"
    KEY: ClassVar[str] = "{organisation_id}:{waba_id}"

    waba_id: WabaId
    template_id: TemplateId


class TemplateDrafted(OfTemplate):
    TYPE: ClassVar[str] = "templates.template-drafted.v1"
    form: TemplateForm
    drafted_by: UserId
    drafted_at: AwareDatetime


class TemplateEdited(OfTemplate):
    TYPE: ClassVar[str] = "templates.template-edited.v1"
    form: TemplateForm
    edited_by: UserId | None = None
    """None: it was edited at Meta, which has it as `form` says."""
    edited_at: AwareDatetime


class TemplateFound(OfTemplate):
    """Meta has one that was not made here. What is true of it follows as of any other."""

    TYPE: ClassVar[str] = "templates.template-found.v1"
    meta_template_id: str
    form: TemplateForm
    found_at: AwareDatetime


class TemplateSubmitted(OfTemplate):
    """The gateway brings it to Meta, once: a new template, or an edit of `meta_template_id`."""

    TYPE: ClassVar[str] = "templates.template-submitted.v1"
    request_id: RequestId
    meta_template_id: str | None = None
    form: TemplateForm
    asks_category: bool = False
    """An edit that asks for another category too."""
    submitted_by: UserId
    submitted_at: AwareDatetime


class TemplateReviewStarted(OfTemplate):
    """Meta has it."""

    TYPE: ClassVar[str] = "templates.template-review-started.v1"
    meta_template_id: str
    category: str
    """Meta's category."""
    started_at: AwareDatetime


class TemplateSubmissionFailed(OfTemplate):
    """Meta did not take it; the template is a draft again, or what it was before the edit."""

    TYPE: ClassVar[str] = "templates.template-submission-failed.v1"
    request_id: RequestId
    reason: str
    meta_code: int | None = None
    meta_subcode: int | None = None
    failed_at: AwareDatetime


class TemplateReviewOverdue(OfTemplate):
    """Meta has not answered for 24 hours."""

    TYPE: ClassVar[str] = "templates.template-review-overdue.v1"
    submitted_at: AwareDatetime
    noticed_at: AwareDatetime


class TemplateApproved(OfTemplate):
    """It may be sent, as `form` says, until another fact of this stream says otherwise."""

    TYPE: ClassVar[str] = "templates.template-approved.v1"
    meta_template_id: str
    form: TemplateForm
    category: str
    """Meta's category: price and consent follow it."""
    approved_at: AwareDatetime


class TemplateRejected(OfTemplate):
    TYPE: ClassVar[str] = "templates.template-rejected.v1"
    reason: str
    """language_mismatch, spam_content, wrong_category or other."""
    meta_reason: str | None = None
    """Meta's code, as it came."""
    rejected_at: AwareDatetime


class TemplatePaused(OfTemplate):
    """Meta paused it for its quality; it may not be sent."""

    TYPE: ClassVar[str] = "templates.template-paused.v1"
    meta_reason: str | None = None
    paused_at: AwareDatetime


class TemplateDisabled(OfTemplate):
    TYPE: ClassVar[str] = "templates.template-disabled.v1"
    meta_reason: str | None = None
    disabled_at: AwareDatetime


class TemplateArchived(OfTemplate):
    TYPE: ClassVar[str] = "templates.template-archived.v1"
    archived_at: AwareDatetime


class TemplateRecategorised(OfTemplate):
    """Meta charges it as another category from here on."""

    TYPE: ClassVar[str] = "templates.template-recategorised.v1"
    previous: str | None = None
    category: str
    recategorised_at: AwareDatetime


class TemplateQualityRated(OfTemplate):
    TYPE: ClassVar[str] = "templates.template-quality-rated.v1"
    quality: str
    """Meta's word: GREEN, YELLOW, RED or UNKNOWN."""
    rated_at: AwareDatetime


class TemplateDeletionRequested(OfTemplate):
    """The gateway asks Meta to delete it, where Meta knows it; it may not be sent any more."""

    TYPE: ClassVar[str] = "templates.template-deletion-requested.v1"
    request_id: RequestId
    meta_template_id: str | None = None
    name: str
    settles: RequestId | None = None
    """The last submission that Meta is known to have taken, whether or not the gateway has heard of it by itself: it
    must not be repeated any more."""
    requested_by: UserId
    requested_at: AwareDatetime


class TemplateDeletionFailed(OfTemplate):
    """Meta did not delete it: what it was before is told again after this."""

    TYPE: ClassVar[str] = "templates.template-deletion-failed.v1"
    request_id: RequestId
    reason: str
    meta_code: int | None = None
    meta_subcode: int | None = None
    failed_at: AwareDatetime


class TemplateDeleted(OfTemplate):
    TYPE: ClassVar[str] = "templates.template-deleted.v1"
    deleted_by: UserId | None = None
    """None: it was deleted at Meta."""
    deleted_at: AwareDatetime


PUBLISHED: tuple[type[Event], ...] = (
    TemplateDrafted,
    TemplateEdited,
    TemplateFound,
    TemplateSubmitted,
    TemplateReviewStarted,
    TemplateSubmissionFailed,
    TemplateReviewOverdue,
    TemplateApproved,
    TemplateRejected,
    TemplatePaused,
    TemplateDisabled,
    TemplateArchived,
    TemplateRecategorised,
    TemplateQualityRated,
    TemplateDeletionRequested,
    TemplateDeletionFailed,
    TemplateDeleted,
)
