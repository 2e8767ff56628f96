"""Events of billing: editions, and every movement of a prepaid wallet. Amounts are integer micro-US$."""

from __future__ import annotations

from recado_events.billing.charges import (
    ChargePosted,
    CreditsReserved,
    FreeConversationCounted,
    FreeMessageCounted,
    HoldExpired,
    HoldReleased,
    LateChargeRecorded,
    OfCharge,
    Rated,
    RatingDiscrepancyFound,
    ReservationRefused,
)
from recado_events.billing.credits import (
    AutoRechargeSet,
    BalanceLow,
    CreditsPurchased,
    DisputeClosed,
    OfPurchase,
    PaymentDisputed,
    PurchaseRefunded,
    RechargeFailed,
    RechargeStarted,
)
from recado_events.billing.dealings import FreeEntryOpened, OfDealings
from recado_events.billing.organisation import (
    WITH_WHATSAPP,
    EditionChanged,
    OfOrganisation,
    OrganisationRegistered,
    OrganisationRenamed,
)
from recado_events.billing.prices import OfPrices, PolicyChosen, Price, RateCardImported, RegionOf
from recado_events.billing.wallet import MICROS_A_CREDIT, OfWallet, Posting
from recado_events.event import Event

__all__ = [
    "MICROS_A_CREDIT",
    "PUBLISHED",
    "WITH_WHATSAPP",
    "AutoRechargeSet",
    "BalanceLow",
    "ChargePosted",
    "CreditsPurchased",
    "CreditsReserved",
    "DisputeClosed",
    "EditionChanged",
    "FreeConversationCounted",
    "FreeEntryOpened",
    "FreeMessageCounted",
    "HoldExpired",
    "HoldReleased",
    "LateChargeRecorded",
    "OfCharge",
    "OfDealings",
    "OfOrganisation",
    "OfPrices",
    "OfPurchase",
    "OfWallet",
    "OrganisationRegistered",
    "OrganisationRenamed",
    "PaymentDisputed",
    "PolicyChosen",
    "Posting",
    "Price",
    "PurchaseRefunded",
    "RateCardImported",
    "Rated",
    "RatingDiscrepancyFound",
    "RechargeFailed",
    "RechargeStarted",
    "RegionOf",
    "ReservationRefused",
]

PUBLISHED: tuple[type[Event], ...] = (
    OrganisationRegistered,
    OrganisationRenamed,
    EditionChanged,
    CreditsReserved,
    ReservationRefused,
    ChargePosted,
    HoldReleased,
    HoldExpired,
    LateChargeRecorded,
    RatingDiscrepancyFound,
    FreeConversationCounted,
    FreeMessageCounted,
    FreeEntryOpened,
    CreditsPurchased,
    PurchaseRefunded,
    PaymentDisputed,
    DisputeClosed,
    BalanceLow,
    AutoRechargeSet,
    RechargeStarted,
    RechargeFailed,
    PolicyChosen,
    RateCardImported,
)
"""What leaves for the outside; the rest is private."""
