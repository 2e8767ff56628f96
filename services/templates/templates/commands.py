"""All that may be asked of templates. Ids and times are decided before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recado_events.ids import OrganisationId, PhoneNumberId, ProfileId, RequestId, TemplateId, UserId, WabaId
from recado_events.meta_templates import MetaContent
from recado_events.templates import TemplateForm

# What people ask -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, as their token proves."""

    user_id: UserId
    role: str
    profile_id: ProfileId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTemplate:
    organisation_id: OrganisationId
    template_id: TemplateId
    by: UserId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTemplate(OnTemplate):
    waba_id: WabaId
    form: TemplateForm
    request_id: RequestId | None
    """Under which it is submitted; None where it stays unsent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditTemplate(OnTemplate):
    form: TemplateForm
    request_id: RequestId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateTemplate(OnTemplate):
    """`template_id` is the new one's."""

    original_id: TemplateId
    name: str
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitTemplate(OnTemplate):
    request_id: RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTemplate(OnTemplate):
    request_id: RequestId


# What Meta says, through the gateway --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OfMeta:
    """About one of Meta's templates, by its id or, where that is not known here, by name and language."""

    organisation_id: OrganisationId
    waba_id: WabaId
    meta_template_id: str | None
    name: str
    language: str
    at: datetime
    """When Meta said it, by Meta's clock where it told one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HearWords(OfMeta):
    """What a webhook or Meta's list says. None: nothing was said of it."""

    evidence: str
    status: str | None = None
    reason: str | None = None
    category: str | None = None
    quality: str | None = None
    content: MetaContent | None = None
    is_whole: bool = False
    """Everything about it was said, so that it can be made known where it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HearGone(OfMeta):
    """Meta's list has it no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRequest:
    organisation_id: OrganisationId
    waba_id: WabaId
    template_id: TemplateId
    request_id: RequestId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRequest(OnRequest):
    meta_template_id: str | None
    status: str | None
    category: str | None
    evidence: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseRequest(OnRequest):
    reason: str
    meta_code: int | None = None
    meta_subcode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSilence:
    """Meta has not answered for so long."""

    organisation_id: OrganisationId
    template_id: TemplateId
    now: datetime


# What others told ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteChannel:
    organisation_id: OrganisationId
    waba_id: WabaId
    phone_number_id: PhoneNumberId
    is_connected: bool
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteUser:
    """What is None was not told."""

    organisation_id: OrganisationId
    user_id: UserId
    active: bool | None = None
    role: str | None = None
    profile_id: ProfileId | None = None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteGrant:
    organisation_id: OrganisationId
    profile_id: ProfileId
    level: str | None = None
    """None: nothing any more."""
    scope: str | None = None
    now: datetime
