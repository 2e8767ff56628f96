"""Events of conversations and the gateway as commands of billing."""

from __future__ import annotations

from typing import Any

from recado_events import conversations as told
from recado_events import gateway

from billing.application.markets import country_of
from billing.commands import (
    JoinCustomers,
    NoteAd,
    NoteDelivery,
    NoteNumber,
    NoteOutcome,
    NotePricing,
    NoteReply,
    NoteUser,
    NoteWindow,
    ReleaseHold,
    Reserve,
)

_NO_MESSAGES = frozenset({"reaction", "read_receipt"})
"""What leaves and is charged by nobody."""


def requested(event: told.MessageRequested) -> Reserve:
    country = country_of(event.personal.recipient if event.personal else None)
    return Reserve(**_of(event), category=event.template.category, country=country, send_by=event.send_by)


def withdrawn(event: told.MessageWithdrawn) -> ReleaseHold:
    return ReleaseHold(**_of(event), reason="withdrawn")


def is_reply(event: told.MessageReleased) -> bool:
    """A template has asked before; what is no message costs nothing."""
    return event.template is None and event.kind not in _NO_MESSAGES


def released(event: told.MessageReleased) -> NoteReply:
    return NoteReply(**_of(event), country=country_of(event.personal.recipient if event.personal else None))


def tells_price(event: told.MessageSent) -> bool:
    return event.pricing is not None


def sent(event: told.MessageSent) -> NotePricing:
    return NotePricing(**_reported(event), pricing=event.pricing or told.Pricing())


def delivered(event: told.MessageDelivered) -> NoteDelivery:
    return _delivery(event, "delivered")


def read(event: told.MessageRead | told.MessagePlayed) -> NoteDelivery:
    return _delivery(event, "read")


def _delivery(event: told.OfDelivery, evidence: str) -> NoteDelivery:
    return NoteDelivery(**_reported(event), evidence=evidence, at=event.occurred_at, pricing=event.pricing)


def failed(event: told.MessageFailed) -> ReleaseHold:
    return ReleaseHold(**_reported(event), reason="failed")


def rejected(event: gateway.MessageRejected) -> ReleaseHold:
    return ReleaseHold(**_of(event), reason="rejected")


def lost(event: gateway.MessageOutcomeUnknown) -> NoteOutcome:
    return NoteOutcome(**_of(event), known=False)


def found(event: gateway.MessageAccepted) -> NoteOutcome:
    return NoteOutcome(**_of(event), known=True)


def window_opened(event: told.ServiceWindowOpened) -> NoteWindow:
    return NoteWindow(
        **_at(event), message_id=event.message_id, opened=True, at=event.opened_at, closes_at=event.closes_at
    )


def window_extended(event: told.ServiceWindowExtended) -> NoteWindow:
    return NoteWindow(
        **_at(event), message_id=event.message_id, opened=False, at=event.extended_at, closes_at=event.closes_at
    )


def is_from_ad(event: told.MessageReceived) -> bool:
    return event.from_ad


def from_ad(event: told.MessageReceived) -> NoteAd:
    return NoteAd(**_at(event), at=event.occurred_at)


def merged(event: told.CustomersMerged) -> JoinCustomers:
    return JoinCustomers(**_at(event), merged_id=event.merged_id)


def merged_into(event: told.CustomerMergedInto) -> JoinCustomers:
    """The same from the other side: whichever is heard first does it."""
    at = {**_at(event), "customer_id": event.survivor_id}
    return JoinCustomers(**at, merged_id=event.customer_id)


def user(event: told.OfUser) -> NoteUser:
    return NoteUser(
        organisation_id=event.organisation_id,
        user_id=event.user_id,
        role=event.role if isinstance(event, told.UserRegistered | told.UserRoleAssigned) else None,
        active=None if isinstance(event, told.UserRoleAssigned) else not isinstance(event, told.UserDeactivated),
        now=event.happened_at,
    )


def connected(event: gateway.ChannelConnectionStarted) -> NoteNumber:
    return NoteNumber(
        organisation_id=event.organisation_id,
        phone_number_id=event.phone_number_id,
        waba_id=event.waba_id,
        country=event.country,
        time_zone=event.time_zone,
        now=event.started_at,
    )


def _at(event: told.OfCustomer) -> dict[str, Any]:
    return {
        "organisation_id": event.organisation_id,
        "phone_number_id": event.phone_number_id,
        "customer_id": event.customer_id,
        "now": event.happened_at,
    }


def _of(event: told.OfMessage | gateway.OfDispatch) -> dict[str, Any]:
    return {
        "organisation_id": event.organisation_id,
        "phone_number_id": event.phone_number_id,
        "customer_id": event.customer_id,
        "message_id": event.message_id,
        "now": event.happened_at,
    }


def _reported(event: told.OfDelivery) -> dict[str, Any]:
    """When we heard of it; Meta's clock says when it was."""
    return {**_of(event), "now": event.received_at}
