"""Events of billing: editions, and every movement of a prepaid wallet. Amounts are integer micro-US$."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.event import Event, Fact
from recado_events.ids import CustomerId, MessageId, PhoneNumberId

MICROS_A_CREDIT = 2_000_000
"""One credit is worth US$ 2."""


class OfOrganisation(Event):
    """What the platform's operator settles about an organisation."""

    STREAM: ClassVar[str] = "organisation-{organisation_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"


class OrganisationRegistered(OfOrganisation):
    TYPE: ClassVar[str] = "billing.organisation-registered.v1"
    name: str
    locale: str
    """BCP 47: pt-BR, en."""
    edition: str
    """express, premier, bigin_360, or one without WhatsApp: free, or a later one."""
    registered_at: AwareDatetime


class OrganisationRenamed(OfOrganisation):
    TYPE: ClassVar[str] = "billing.organisation-renamed.v1"
    name: str
    locale: str
    renamed_at: AwareDatetime


class EditionChanged(OfOrganisation):
    """One without WhatsApp freezes sending, keeps receiving and deletes nothing; one with it thaws."""

    TYPE: ClassVar[str] = "billing.edition-changed.v1"
    previous: str
    edition: str
    changed_at: AwareDatetime


class Posting(Fact):
    """What one account gains (above zero) or loses. The postings of one event sum to zero."""

    account: str
    """available, held, spent, purchases, payment_fees, free_allowance or receivable."""
    amount: int


class OfWallet(Event):
    """An organisation has one wallet."""

    STREAM: ClassVar[str] = "wallet-{organisation_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"


class OfCharge(OfWallet):
    """About one message. Without personal data: the ledger outlives everything."""

    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    message_id: MessageId


class CreditsReserved(OfCharge):
    """The message may leave: `amount` is held for it until it is posted or released. It may be zero."""

    TYPE: ClassVar[str] = "billing.credits-reserved.v1"
    amount: int
    category: str
    postings: tuple[Posting, ...] = ()
    reserved_at: AwareDatetime


class ReservationRefused(OfCharge):
    """The message may not leave."""

    TYPE: ClassVar[str] = "billing.reservation-refused.v1"
    reason: str
    """insufficient_credits, frozen (the edition has no WhatsApp) or unpriced (no price is known)."""
    needed: int | None = None
    available: int | None = None
    refused_at: AwareDatetime


PUBLISHED: tuple[type[Event], ...] = (
    OrganisationRegistered,
    OrganisationRenamed,
    EditionChanged,
    CreditsReserved,
    ReservationRefused,
)
