"""All that may be asked of billing. Ids and times are decided before; amounts are micro-US$."""

from __future__ import annotations

from billing.commands.buying import (
    FailAttempt,
    NoteCheckout,
    NoteDispute,
    NoteMethod,
    NotePaid,
    NoteRefund,
    SetAutoRecharge,
    StartAttempt,
    StartPurchase,
    TellDispute,
)
from billing.commands.charging import (
    ExpireHold,
    NoteDelivery,
    NoteOutcome,
    NotePricing,
    NoteReply,
    OnMessage,
    ReleaseHold,
    Reserve,
)
from billing.commands.listening import JoinCustomers, NoteAd, NoteNumber, NoteUser, NoteWindow, OnCustomer
from billing.commands.settling import ChangeEdition, ChoosePolicy, ImportRateCard, Register, Rename

__all__ = [
    "ChangeEdition",
    "ChoosePolicy",
    "ExpireHold",
    "FailAttempt",
    "ImportRateCard",
    "JoinCustomers",
    "NoteAd",
    "NoteCheckout",
    "NoteDelivery",
    "NoteDispute",
    "NoteMethod",
    "NoteNumber",
    "NoteOutcome",
    "NotePaid",
    "NotePricing",
    "NoteRefund",
    "NoteReply",
    "NoteUser",
    "NoteWindow",
    "OnCustomer",
    "OnMessage",
    "Register",
    "ReleaseHold",
    "Rename",
    "Reserve",
    "SetAutoRecharge",
    "StartAttempt",
    "StartPurchase",
    "TellDispute",
]
