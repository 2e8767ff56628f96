"""What requests about templates need of the world beyond the log: Meta, and the places where they wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from recado_chassis.store import Effect
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId, PhoneNumberId, RequestId, TemplateId, WabaId
from recado_events.meta_templates import MetaContent
from recado_events.templates import TemplateForm

from gateway.application.accounts import Token
from gateway.application.number_looks import NumbersAtMeta
from gateway.commands import TemplateVerdict
from gateway.domain.template_request import TemplateRequest

Account = tuple[OrganisationId, WabaId]
"""What an organisation has in a WhatsApp Business Account."""


class AccountTokens(Protocol):
    def of_account(self, account: Account) -> list[tuple[PhoneNumberId, Token | None]]:
        """The trusted tokens of the account's numbers, the newest first; None for one that cannot be opened."""
        ...

    def accounts(self) -> list[Account]:
        """Those with any number that is connected."""
        ...


# Requests that wait --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pending:
    """A request that something may be done for, as the index says; only its stream knows."""

    organisation_id: OrganisationId
    waba_id: WabaId
    template_id: TemplateId
    request_id: RequestId
    attempt: int
    cause: Cause
    silent_for: timedelta | None = None
    """Of one that was started: since when nobody has said what became of it."""


class TemplateLine(Protocol):
    def enter(self, pending: Pending, at: datetime) -> Effect: ...

    def mirror(self, request_id: RequestId, state: TemplateRequest) -> Effect:
        """Brings the index to what the stream says."""
        ...

    def take(self, now: datetime, limit: int) -> list[Pending]:
        """Some that wait, or whose outcome is unknown: each is handed out again only after a while."""
        ...

    def silent(self, at_least: timedelta, limit: int) -> list[Pending]: ...


# Meta's list, as it was seen last ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MetaTemplate:
    """A template as Meta's list has it."""

    id: str
    name: str
    language: str
    status: str
    category: str
    quality: str | None
    rejected_reason: str | None
    content: MetaContent


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was seen last of a template: a digest of it, how often it was told, and how often it was missed since."""

    name: str
    language: str
    digest: str
    told: int = 1
    missed: int = 0


class Sightings(Protocol):
    def due(self, accounts: Sequence[Account], now: datetime, interval: timedelta) -> list[Account]:
        """Those to look at now; nobody else gets them before the interval is over."""
        ...

    def of(self, account: Account) -> Mapping[str, Sighting]: ...

    def keep(self, account: Account, seen: Mapping[str, Sighting | None]) -> Effect:
        """None: it is gone."""
        ...


class Tables(Protocol):
    @property
    def line(self) -> TemplateLine: ...
    @property
    def sightings(self) -> Sightings: ...


# Meta -----------------------------------------------------------------------------------------------------

MayWrite = Callable[[], bool]


class TemplatesAtMeta(NumbersAtMeta, Protocol):
    """Synchronous. The three that change something are one call, never repeated, and never raise; they write nothing
    if `may_write` says no just before the first byte."""

    def create(self, waba_id: WabaId, form: TemplateForm, token: Token, may_write: MayWrite) -> TemplateVerdict: ...

    def edit(
        self, meta_template_id: str, form: TemplateForm, token: Token, may_write: MayWrite, *, asks_category: bool
    ) -> TemplateVerdict: ...

    def delete(
        self, waba_id: WabaId, meta_template_id: str, name: str, token: Token, may_write: MayWrite
    ) -> TemplateVerdict: ...

    def named(self, waba_id: WabaId, name: str, language: str, token: Token) -> MetaTemplate | None:
        """Raises GraphFailed."""
        ...

    def listing(self, waba_id: WabaId, token: Token) -> list[MetaTemplate]:
        """All of an account. Raises GraphFailed."""
        ...

    def one(self, meta_template_id: str, token: Token) -> MetaTemplate | None:
        """None: Meta has it no more. Raises GraphFailed."""
        ...

    def says(self, found: MetaTemplate, form: TemplateForm) -> bool:
        """Whether it has the words of this form."""
        ...
