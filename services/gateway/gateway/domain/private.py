"""Facts that the gateway keeps for itself: what was asked before it was proven, and what a message holds."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime
from recado_events.conversations import Released
from recado_events.event import Event
from recado_events.gateway import OfChannel, OfDispatch
from recado_events.ids import UserId, WabaId
from recado_events.meta_templates import OfTemplateRequest
from recado_events.subscriptions import OfSubscription
from recado_events.templates import TemplateForm

from gateway.domain.private_media import MEDIA


class ChannelConnectionRequested(OfChannel):
    """Somebody says that this number is theirs. It is nobody's until a token has proven it."""

    TYPE: ClassVar[str] = "gateway.channel-connection-requested.v1"
    waba_id: WabaId
    country: str
    time_zone: str
    name: str | None = None
    requested_by: UserId
    requested_at: AwareDatetime


class ChannelRequestWithdrawn(OfChannel):
    """The number was never proven, and is not asked for any more."""

    TYPE: ClassVar[str] = "gateway.channel-request-withdrawn.v1"
    withdrawn_by: UserId
    withdrawn_at: AwareDatetime


class MessageTaken(OfDispatch):
    """What is to be sent and to whom, kept until it has gone."""

    TYPE: ClassVar[str] = "gateway.message-taken.v1"
    taken_at: AwareDatetime
    personal: Released | None


class UserNoted(Event):
    """What the gateway has heard of somebody who may use it."""

    TYPE: ClassVar[str] = "gateway.user-noted.v1"
    STREAM: ClassVar[str] = "staff-{organisation_id}"
    SUBJECT: ClassVar[str] = "{user_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    user_id: UserId
    role: str | None
    active: bool
    noted_at: AwareDatetime


class TemplateRequestQueued(OfTemplateRequest):
    """What is to be asked of Meta, as templates wrote it."""

    TYPE: ClassVar[str] = "gateway.template-request-queued.v1"
    kind: str
    """create, edit or delete."""
    meta_template_id: str | None = None
    name: str
    language: str | None = None
    form: TemplateForm | None = None
    asks_category: bool = False
    queued_at: AwareDatetime


class TemplateRequestStarted(OfTemplateRequest):
    """A claim for ever: whoever appended this makes attempt `attempt`, and nobody else does."""

    TYPE: ClassVar[str] = "gateway.template-request-started.v1"
    attempt: int
    started_at: AwareDatetime


class TemplateRequestNotMade(OfTemplateRequest):
    """The attempt certainly did nothing at Meta: another may be made."""

    TYPE: ClassVar[str] = "gateway.template-request-not-made.v1"
    attempt: int
    reason: str
    meta_code: int | None = None
    not_made_at: AwareDatetime
    retry_not_before: AwareDatetime


class TemplateRequestOutcomeUnknown(OfTemplateRequest):
    """Meta may have done it: it is asked whether it has before anything is repeated."""

    TYPE: ClassVar[str] = "gateway.template-request-outcome-unknown.v1"
    attempt: int
    reason: str
    noticed_at: AwareDatetime


class EditionNoted(Event):
    """What billing told of an organisation's edition."""

    TYPE: ClassVar[str] = "gateway.edition-noted.v1"
    STREAM: ClassVar[str] = "edition-{organisation_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    edition: str
    noted_at: AwareDatetime


class SubscriptionAddressed(OfSubscription):
    """Where its receiver is: an address may hold what only the organisation is to know."""

    TYPE: ClassVar[str] = "gateway.subscription-addressed.v1"
    url: str
    addressed_by: UserId
    addressed_at: AwareDatetime


PRIVATE: tuple[type[Event], ...] = (
    *MEDIA,
    ChannelConnectionRequested,
    ChannelRequestWithdrawn,
    MessageTaken,
    UserNoted,
    TemplateRequestQueued,
    TemplateRequestStarted,
    TemplateRequestNotMade,
    TemplateRequestOutcomeUnknown,
    EditionNoted,
    SubscriptionAddressed,
)
