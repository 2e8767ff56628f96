"""What an organisation has in a WhatsApp Business Account: its numbers, and the templates that count there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from recado_events.event import Event
from recado_events.ids import OrganisationId, PhoneNumberId, TemplateId, WabaId

from templates.commands import NoteChannel
from templates.domain.private import ChannelNoted, TemplateCounted, TemplateUncounted


def account_stream(organisation_id: OrganisationId, waba_id: WabaId) -> str:
    return f"account-{organisation_id}-{waba_id}"


@dataclass(frozen=True, slots=True)
class Account:
    connected: frozenset[PhoneNumberId] = frozenset()
    rows: frozenset[TemplateId] = frozenset()
    """Those that count among the 200 (rule 19)."""


def evolve(account: Account, event: Event) -> Account:
    match event:
        case TemplateCounted():
            return replace(account, rows=account.rows | {event.template_id})
        case TemplateUncounted():
            return replace(account, rows=account.rows - {event.template_id})
        case ChannelNoted():
            others = account.connected - {event.phone_number_id}
            return replace(account, connected=others | {event.phone_number_id} if event.is_connected else others)
    return account


def note_channel(command: NoteChannel, account: Account) -> list[Event]:
    if (command.phone_number_id in account.connected) == command.is_connected:
        return []
    return [
        ChannelNoted(
            organisation_id=command.organisation_id,
            waba_id=command.waba_id,
            phone_number_id=command.phone_number_id,
            is_connected=command.is_connected,
            noted_at=command.now,
        )
    ]
