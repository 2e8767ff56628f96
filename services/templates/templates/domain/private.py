"""What templates keeps for itself: every word of Meta that counted, and what it heard of accounts and people."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime
from recado_events.event import Event
from recado_events.ids import PhoneNumberId, ProfileId, RequestId, TemplateId, UserId, WabaId
from recado_events.templates import OfTemplate, TemplateForm


class MetaSaid(OfTemplate):
    """A word of Meta that is newer than the one known of the same."""

    TYPE: ClassVar[str] = "templates.meta-said.v1"
    about: str
    """status, category, quality or content."""
    word: str
    """Meta's own; for a content its text in JSON."""
    reason: str | None = None
    evidence: str
    """webhook, list, answer or lookup."""
    form: TemplateForm | None = None
    """What a content says, as a form."""
    said_at: AwareDatetime
    """By Meta's clock, where a webhook told it."""


class RequestTaken(OfTemplate):
    """Meta has what was submitted."""

    TYPE: ClassVar[str] = "templates.request-taken.v1"
    request_id: RequestId
    meta_template_id: str
    evidence: str
    taken_at: AwareDatetime


class OfAccount(Event):
    """What an organisation has in a WhatsApp Business Account."""

    STREAM: ClassVar[str] = "account-{organisation_id}-{waba_id}"
    SUBJECT: ClassVar[str] = "{waba_id}"
    KEY: ClassVar[str] = "{organisation_id}:{waba_id}"

    waba_id: WabaId


class TemplateCounted(OfAccount):
    """It counts among the account's 200 from here on."""

    TYPE: ClassVar[str] = "templates.template-counted.v1"
    template_id: TemplateId
    counted_at: AwareDatetime


class TemplateUncounted(OfAccount):
    TYPE: ClassVar[str] = "templates.template-uncounted.v1"
    template_id: TemplateId
    uncounted_at: AwareDatetime


class ChannelNoted(OfAccount):
    """A business number of the account, as the gateway told."""

    TYPE: ClassVar[str] = "templates.channel-noted.v1"
    phone_number_id: PhoneNumberId
    is_connected: bool
    noted_at: AwareDatetime


class OfStaff(Event):
    STREAM: ClassVar[str] = "staff-{organisation_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"


class UserNoted(OfStaff):
    TYPE: ClassVar[str] = "templates.user-noted.v1"
    user_id: UserId
    active: bool
    role: str | None = None
    """None where only the token says it."""
    profile_id: ProfileId | None = None
    noted_at: AwareDatetime


class GrantNoted(OfStaff):
    TYPE: ClassVar[str] = "templates.grant-noted.v1"
    profile_id: ProfileId
    level: str | None = None
    """None: nothing any more."""
    scope: str | None = None
    noted_at: AwareDatetime


PRIVATE: tuple[type[Event], ...] = (
    MetaSaid,
    RequestTaken,
    TemplateCounted,
    TemplateUncounted,
    ChannelNoted,
    UserNoted,
    GrantNoted,
)
