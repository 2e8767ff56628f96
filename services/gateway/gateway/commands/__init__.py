"""All that may be asked of the gateway. Fields that others decided, Meta's answers too, are past facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from recado_events.conversations import Released
from recado_events.ids import (
    CustomerId,
    MessageId,
    OrganisationId,
    PhoneNumberId,
    RequestId,
    TemplateId,
    UserId,
    WabaId,
)
from recado_events.templates import TemplateForm

# Channels --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OnChannel:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestConnection(OnChannel):
    waba_id: WabaId
    country: str
    time_zone: str
    name: str | None
    by: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconnectChannel(OnChannel):
    """The same number and account as before, with a fresh authorisation."""

    by: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class OnStep(OnChannel):
    """Of the account and the token with which the step was done or tried; others may be in use by now."""

    waba_id: WabaId
    authorisation: int
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteStep(OnStep):
    display_phone_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailStep(OnStep):
    reason: str
    meta_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDetails(OnChannel):
    name: str
    by: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectChannel(OnChannel):
    reason: str
    by: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseAuthorisation(OnChannel):
    meta_code: int
    authorisation: int
    """Which of the channel's authorisations Meta refused; a later one may be in use by now."""


# Messages --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDispatch:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    message_id: MessageId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMessage(OnDispatch):
    released: Released | None
    """None where the person was erased before it could go."""
    send_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDispatch(OnDispatch):
    """Make the next attempt. `passage` is what channel and edition say of it: open, wait, shut or frozen."""

    passage: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Meta took it. Ids are None where Meta gives none (a read receipt)."""

    wamid: str | None = None
    wa_id: str | None = None
    user_id: str | None = None
    message_status: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Meta certainly did not take it, and never will as it is."""

    meta_code: int
    title: str | None = None
    details: str | None = None


@dataclass(frozen=True, slots=True)
class NotTaken:
    """It certainly did not reach Meta, or Meta certainly did not take it this time."""

    reason: str
    """unreachable, claim_expired or throttled."""
    meta_code: int | None = None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Meta may have taken it."""

    reason: str
    """timeout, connection_lost, server_error, unreadable_answer or no_outcome."""
    meta_code: int | None = None


Verdict = Accepted | Refused | NotTaken | Ambiguous


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordVerdict(OnDispatch):
    attempt: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSilence(OnDispatch):
    """Nobody has said what became of this attempt, for so long by the database's clock: those of workers differ."""

    attempt: int
    lasted: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteEvidence(OnDispatch):
    """A status of Meta carries this attempt's tag: Meta has taken it, whatever the call looked like."""

    attempt: int
    wamid: str
    wa_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UseMedia(OnDispatch):
    """Meta has the message's file, under this id."""

    media_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseMedia(OnDispatch):
    """The message's file cannot be brought to Meta: media_refused or media_missing."""

    reason: str
    meta_code: int | None = None


# Templates -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTemplateRequest:
    organisation_id: OrganisationId
    waba_id: WabaId
    template_id: TemplateId
    request_id: RequestId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueTemplateRequest(OnTemplateRequest):
    kind: str
    """create, edit or delete."""
    meta_template_id: str | None
    name: str
    language: str | None
    form: TemplateForm | None
    asks_category: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTemplateRequest(OnTemplateRequest):
    """Make the next attempt. `passage` is what the account's channels say of it: open, wait or shut."""

    passage: str


@dataclass(frozen=True, slots=True)
class TemplateTaken:
    """Meta has done it."""

    meta_template_id: str | None = None
    status: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class TemplateRefused:
    meta_code: int
    meta_subcode: int | None = None


TemplateVerdict = TemplateTaken | TemplateRefused | NotTaken | Ambiguous


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTemplateVerdict(OnTemplateRequest):
    attempt: int
    verdict: TemplateVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTemplateLookup(OnTemplateRequest):
    """Meta was asked whether it has done what nobody heard of. `found` is None where it has not."""

    attempt: int
    found: TemplateTaken | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTemplateSilence(OnTemplateRequest):
    attempt: int
    lasted: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleTemplateRequest(OnTemplateRequest):
    """Meta is known to have done it: its template is being deleted."""

    meta_template_id: str | None


# People ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteUser:
    """None: nothing was said of it."""

    organisation_id: OrganisationId
    user_id: UserId
    role: str | None = None
    active: bool | None = None
    now: datetime


ChannelCommand = (
    RequestConnection | ReconnectChannel | CompleteStep | FailStep | SaveDetails | DisconnectChannel | LoseAuthorisation
)
TemplateRequestCommand = (
    QueueTemplateRequest
    | StartTemplateRequest
    | RecordTemplateVerdict
    | RecordTemplateLookup
    | NoticeTemplateSilence
    | SettleTemplateRequest
)
DispatchCommand = QueueMessage | StartDispatch | RecordVerdict | NoticeSilence | NoteEvidence | UseMedia | RefuseMedia
