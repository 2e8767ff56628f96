"""Two contacts that are one person, by what identities say or because people joined them, and how those are parted."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.crm.contact import OfContact
from recado_events.crm.writing import Edits
from recado_events.event import Fact, Personal
from recado_events.identity import Alias
from recado_events.ids import CompanyId, ContactId, ConversationId, CustomerId, PhoneNumberId, UserId


class ContactSuperseded(OfContact):
    """Found to be the same person as `survivor_id`, whose its aliases and customers are from now on.

    Its fields, notes, conversations and history stay where they are.
    """

    TYPE: ClassVar[str] = "crm.contact-superseded.v1"
    survivor_id: ContactId
    superseded_at: AwareDatetime


class ContactsMerged(OfContact):
    """This contact is met under the aliases of the other one too, until they are parted."""

    TYPE: ClassVar[str] = "crm.contacts-merged.v1"
    merged_id: ContactId
    fields: tuple[str, ...]
    """What this contact had nothing in and took over from the other."""
    company_id: CompanyId | None = None
    """Taken over."""
    owner_id: UserId | None = None
    """Taken over."""
    merged_by: UserId
    merged_at: AwareDatetime
    personal: Edits | None


class ContactMergedInto(OfContact):
    """The same from the other side: it keeps its fields, notes and history, and nobody is met as it."""

    TYPE: ClassVar[str] = "crm.contact-merged-into.v1"
    survivor_id: ContactId
    merged_by: UserId
    merged_at: AwareDatetime


class Unmerged(Personal):
    aliases: tuple[Alias, ...] = ()


class ContactUnmerged(OfContact):
    """The other contact is one of its own again: its customers, aliases and their conversations are its."""

    TYPE: ClassVar[str] = "crm.contact-unmerged.v1"
    unmerged_id: ContactId
    customers: tuple[CustomerId, ...]
    conversations: tuple[ConversationId, ...]
    """Those that began meanwhile and go back with their customers."""
    fields: tuple[str, ...] = ()
    """What was taken over and is empty again."""
    unmerged_by: UserId
    unmerged_at: AwareDatetime
    personal: Unmerged | None


class HomedAlias(Fact):
    alias: Alias
    home_id: ContactId | None = None
    """The contact merged into this one whose it is."""


class RestoredAliases(Personal):
    aliases: tuple[HomedAlias, ...] = ()


class MovedConversation(Fact):
    conversation_id: ConversationId
    customer_id: CustomerId
    phone_number_id: PhoneNumberId
    assignee: UserId | None = None
    state: str
    """open or closed."""


class ContactRestored(OfContact):
    """The same from the other side; `ContactLinked` follows for each of its customers."""

    TYPE: ClassVar[str] = "crm.contact-restored.v1"
    survivor_id: ContactId
    customers: tuple[CustomerId, ...]
    conversations: tuple[MovedConversation, ...]
    restored_by: UserId
    restored_at: AwareDatetime
    personal: RestoredAliases | None
