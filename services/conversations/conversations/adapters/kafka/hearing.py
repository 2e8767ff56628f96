"""Events of the other services as commands of this one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from recado_events import crm, gateway, media
from recado_events.ids import UserId, wamid_id

from conversations.adapters.kafka.meta_people import aliases_of
from conversations.commands import NoteChannel, NoteContactOwner, NoteOutcome
from conversations.commands.attaching import NoteAttachment

_OUTCOMES: dict[type[gateway.OfDispatch], str] = {
    gateway.MessageAccepted: "accepted",
    gateway.MessageRejected: "rejected",
    gateway.MessageOutcomeUnknown: "unknown",
}


def outcome_of(
    event: gateway.MessageAccepted | gateway.MessageRejected | gateway.MessageOutcomeUnknown,
) -> NoteOutcome:
    accepted = event.personal if isinstance(event, gateway.MessageAccepted) else None
    wamid = accepted.wamid if accepted else None
    return NoteOutcome(
        organisation_id=event.organisation_id,
        phone_number_id=event.phone_number_id,
        customer_id=event.customer_id,
        message_id=event.message_id,
        outcome=_OUTCOMES[type(event)],
        reason=None if isinstance(event, gateway.MessageAccepted) else event.reason,
        meta_code=event.meta_code if isinstance(event, gateway.MessageRejected) else None,
        wamid=wamid,
        wamid_id=wamid_id(event.organisation_id, event.phone_number_id, wamid) if wamid else None,
        aliases=aliases_of(("wa_id", accepted.wa_id), ("user_id", accepted.user_id)) if accepted else (),
        occurred_at=event.happened_at,
        now=event.happened_at,
    )


def attachment_of(event: media.MediaStored | media.MediaLost) -> NoteAttachment:
    at: dict[str, Any] = {
        "organisation_id": event.organisation_id,
        "phone_number_id": event.phone_number_id,
        "message_id": event.message_id,
        "now": event.happened_at,
    }
    if isinstance(event, media.MediaLost):
        return NoteAttachment(**at, state="lost", reason=event.reason)
    return NoteAttachment(
        **at,
        state="stored",
        key=event.file_key,
        size=event.size,
        mime_type=event.mime_type,
        flags=event.flags,
        thumbnail=event.thumbnail,
    )


def channel_of(event: gateway.ChannelConnectionStarted | gateway.ChannelDisconnected) -> NoteChannel:
    started = event if isinstance(event, gateway.ChannelConnectionStarted) else None
    return NoteChannel(
        organisation_id=event.organisation_id,
        phone_number_id=event.phone_number_id,
        connected=started is not None,
        waba_id=started.waba_id if started else None,
        country=started.country if started else None,
        now=event.happened_at,
    )


def customer_owners_of(event: crm.ContactLinked | crm.ContactOwnerChanged) -> list[NoteContactOwner]:
    """One command for each customer that the contact is linked to."""

    def note(link: crm.Link, owner_id: UserId | None, now: datetime) -> NoteContactOwner:
        return NoteContactOwner(
            organisation_id=event.organisation_id,
            phone_number_id=link.phone_number_id,
            customer_id=link.customer_id,
            owner_id=owner_id,
            now=now,
        )

    links = (
        event.links
        if isinstance(event, crm.ContactOwnerChanged)
        else (crm.Link(customer_id=event.customer_id, phone_number_id=event.phone_number_id),)
    )
    return [note(link, event.owner_id, event.happened_at) for link in links]
