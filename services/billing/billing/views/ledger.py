"""The statement: a line for every entry of the ledger, with what was available after it; organisations beside it."""

from __future__ import annotations

from typing import Any

from recado_events import billing as told
from recado_events.event import Event

from billing.domain.private import ConversationCounted, WalletMethodNoted
from billing.domain.wallet import ACCOUNTS
from billing.views.change import Change, Changes, as_json

ENTRIES: tuple[type[told.OfWallet], ...] = (
    told.CreditsReserved,
    told.ChargePosted,
    told.HoldReleased,
    told.HoldExpired,
    told.LateChargeRecorded,
    told.FreeConversationCounted,
    told.FreeMessageCounted,
    told.CreditsPurchased,
    told.PurchaseRefunded,
    told.PaymentDisputed,
    told.DisputeClosed,
)
"""What moves a wallet, or would have: these are its statement."""
_TOLD_ALREADY = {"organisation_id", "postings", "message_id", "customer_id", "phone_number_id", "purchase_id"}


def rows(event: Event, position: int) -> Changes:
    match event:
        case told.OrganisationRegistered():
            yield Change("organisation", _organisation(event))
        case told.OrganisationRenamed():
            yield Change("renamed", _organisation(event))
        case told.EditionChanged():
            yield Change("edition", {"organisation_id": event.organisation_id, "edition": event.edition})
        case ConversationCounted():
            values = {"organisation_id": event.organisation_id, "waba_id": event.waba_id, "month": event.month}
            yield Change("conversation", values)
        case told.AutoRechargeSet() | WalletMethodNoted():
            yield Change(*_recharge(event))
    if isinstance(event, ENTRIES):
        yield Change("entry", line(event, position))


def _organisation(event: told.OrganisationRegistered | told.OrganisationRenamed) -> dict[str, Any]:
    values: dict[str, Any] = event.model_dump(exclude={"registered_at", "renamed_at"})
    return values


def _recharge(event: told.AutoRechargeSet | WalletMethodNoted) -> tuple[str, dict[str, Any]]:
    if isinstance(event, WalletMethodNoted):
        return "method", {"organisation_id": event.organisation_id}
    return "recharge", event.model_dump(exclude={"set_by", "set_at"})


def line(event: told.OfWallet, position: int) -> dict[str, Any]:
    """`details` are the event's own members, and hold no personal data."""
    moved = dict.fromkeys(ACCOUNTS, 0)
    for posting in getattr(event, "postings", ()):
        moved[posting.account] += posting.amount
    return {
        **moved,
        "organisation_id": event.organisation_id,
        "position": position,
        "at": event.happened_at,
        "month": f"{event.happened_at:%Y-%m}",
        "what": event.TYPE.split(".")[1].replace("-", "_"),
        "message_id": getattr(event, "message_id", None),
        "purchase_id": getattr(event, "purchase_id", None),
        "details": as_json(event.model_dump(mode="json", exclude={*_TOLD_ALREADY, event.TIME}, exclude_none=True)),
    }
