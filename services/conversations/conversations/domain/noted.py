"""What conversations was told of templates, contacts, pipeline records and the organisation, and keeps for itself: a
template message is decided on it alone."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime
from recado_events.conversations import OfMessage, OfTeam
from recado_events.crm import Link, OfCompany, OfContact, OfPipelineRecord
from recado_events.event import Event, Fact, Personal
from recado_events.identity import Alias
from recado_events.ids import CompanyId, ContactId, ConversationId, CustomerId, PipelineId, ProfileId, StageId, UserId
from recado_events.templates import OfTemplate, TemplateForm


class TemplateNoted(OfTemplate):
    """What is None is as it was before."""

    TYPE: ClassVar[str] = "conversations.template-noted.v1"
    standing: str | None = None
    """approved, or why it may not be sent: in_review, rejected, paused, disabled, archived, deleted."""
    form: TemplateForm | None = None
    category: str | None = None
    noted_at: AwareDatetime


class ContactProfile(Personal):
    values: dict[str, str | None]
    """Fields that were told, by crm's names; None is an empty one."""
    aliases: tuple[Alias, ...] = ()


class ContactNoted(OfContact):
    TYPE: ClassVar[str] = "conversations.contact-noted.v1"
    noted_at: AwareDatetime
    personal: ContactProfile | None


class ContactStandingNoted(OfContact):
    """Whose contact it is, and which customers it is."""

    TYPE: ClassVar[str] = "conversations.contact-standing-noted.v1"
    owner_id: UserId | None = None
    links: tuple[Link, ...] = ()
    noted_at: AwareDatetime


class ContactCompanyNoted(OfContact):
    """None: it belongs to none any more."""

    TYPE: ClassVar[str] = "conversations.contact-company-noted.v1"
    company_id: CompanyId | None
    noted_at: AwareDatetime


class CompanyProfile(Personal):
    values: dict[str, str | None]
    """Fields that were told, by crm's names; None is an empty one."""


class CompanyNoted(OfCompany):
    TYPE: ClassVar[str] = "conversations.company-noted.v1"
    noted_at: AwareDatetime
    personal: CompanyProfile | None


class ContactSupersededNoted(OfContact):
    """It is met as that one from now on: people merged it, or identities showed that they are one person. None: it is
    met as itself again."""

    TYPE: ClassVar[str] = "conversations.contact-superseded-noted.v1"
    survivor_id: ContactId | None
    customers: tuple[CustomerId, ...] = ()
    """Whom it concerns, as far as crm has linked them by then."""
    noted_at: AwareDatetime


class PartedAliases(Personal):
    aliases: tuple[Alias, ...] = ()


class ContactPartedNoted(OfContact):
    """These are another contact's again, with whom it was merged."""

    TYPE: ClassVar[str] = "conversations.contact-parted-noted.v1"
    customers: tuple[CustomerId, ...]
    noted_at: AwareDatetime
    personal: PartedAliases | None


class PipelineNoted(Event):
    """What its stages are called."""

    TYPE: ClassVar[str] = "conversations.pipeline-noted.v1"
    STREAM: ClassVar[str] = "pipeline-{pipeline_id}"
    SUBJECT: ClassVar[str] = "{pipeline_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    pipeline_id: PipelineId
    stages: dict[StageId, str]
    noted_at: AwareDatetime


class RecordPlace(Fact):
    pipeline_id: PipelineId
    stage_id: StageId


class RecordContact(Fact):
    contact_id: ContactId | None


class RecordAmount(Fact):
    """In the currency's minor units; both None: it has none."""

    amount: int | None
    currency: str | None


class RecordOwner(Fact):
    owner_id: UserId | None


class RecordName(Personal):
    name: str


class PipelineRecordNoted(OfPipelineRecord):
    """What is None is as it was before."""

    TYPE: ClassVar[str] = "conversations.pipeline-record-noted.v1"
    place: RecordPlace | None = None
    contact: RecordContact | None = None
    amount: RecordAmount | None = None
    owner: RecordOwner | None = None
    conversation_id: ConversationId | None = None
    """The one it was opened in."""
    noted_at: AwareDatetime
    personal: RecordName | None


class OrganisationNoted(OfTeam):
    """What is None is as it was before."""

    TYPE: ClassVar[str] = "conversations.organisation-noted.v1"
    name: str | None = None
    edition: str | None = None
    noted_at: AwareDatetime


class RequestTermsNoted(OfMessage):
    """What a request was decided on besides what it tells: compared once its credits are reserved."""

    TYPE: ClassVar[str] = "conversations.request-terms-noted.v1"
    form_digest: str
    role: str
    profile_id: ProfileId | None = None
    noted_at: AwareDatetime


NOTED: tuple[type[Event], ...] = (
    TemplateNoted,
    ContactNoted,
    ContactStandingNoted,
    ContactCompanyNoted,
    CompanyNoted,
    ContactSupersededNoted,
    ContactPartedNoted,
    PipelineNoted,
    PipelineRecordNoted,
    OrganisationNoted,
    RequestTermsNoted,
)
