"""Customers: one person at one business number, with aliases and window."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.event import Event, Personal
from recado_events.identity import Alias
from recado_events.ids import CustomerId, MessageId, PhoneNumberId


class OfCustomer(Event):
    STREAM: ClassVar[str] = "customer-{customer_id}"
    SUBJECT: ClassVar[str] = "{customer_id}"
    KEY: ClassVar[str] = "{organisation_id}:{phone_number_id}"

    phone_number_id: PhoneNumberId
    customer_id: CustomerId


class Identity(Personal):
    aliases: tuple[Alias, ...]
    profile_name: str | None = None
    username: str | None = None
    country_code: str | None = None
    book_name: str | None = None
    """What the business's phone calls them, where they have not said what they call themselves."""


class CustomerIdentified(OfCustomer):
    """Somebody writes to this business number, or is written to from it, for the first time."""

    TYPE: ClassVar[str] = "conversations.customer-identified.v1"
    identified_at: AwareDatetime
    personal: Identity | None


class CustomerAliasesAdded(OfCustomer):
    """More ways to know the same person. The old ones still resolve."""

    TYPE: ClassVar[str] = "conversations.customer-aliases-added.v1"
    reason: str
    """seen, user_changed_number, user_changed_user_id, accepted (from Meta's answer) or merged."""
    added_at: AwareDatetime
    personal: Identity | None


class CustomerRenamed(OfCustomer):
    """The name or username the person chose for themselves, or what the business's phone calls them."""

    TYPE: ClassVar[str] = "conversations.customer-renamed.v1"
    renamed_at: AwareDatetime
    personal: Identity | None


class CustomersMerged(OfCustomer):
    """`merged_id` was found to be this person; its aliases resolve here from now on."""

    TYPE: ClassVar[str] = "conversations.customers-merged.v1"
    merged_id: CustomerId
    merged_at: AwareDatetime


class CustomerMergedInto(OfCustomer):
    """This customer was found to be `survivor_id` and takes part in nothing any more."""

    TYPE: ClassVar[str] = "conversations.customer-merged-into.v1"
    survivor_id: CustomerId
    merged_at: AwareDatetime


class MarketingStopped(OfCustomer):
    TYPE: ClassVar[str] = "conversations.marketing-stopped.v1"
    evidence: str
    """user_preferences, 131050, or merged: somebody found to be this customer had said so."""
    stopped_at: AwareDatetime


class MarketingResumed(OfCustomer):
    TYPE: ClassVar[str] = "conversations.marketing-resumed.v1"
    evidence: str
    resumed_at: AwareDatetime


class ServiceWindowOpened(OfCustomer):
    """Free-form messages may be sent while now < `closes_at`, 24 h after the customer's message by Meta's clock."""

    TYPE: ClassVar[str] = "conversations.service-window-opened.v1"
    message_id: MessageId
    opened_at: AwareDatetime
    closes_at: AwareDatetime


class ServiceWindowExtended(OfCustomer):
    TYPE: ClassVar[str] = "conversations.service-window-extended.v1"
    message_id: MessageId
    extended_at: AwareDatetime
    closes_at: AwareDatetime
