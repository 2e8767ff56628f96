"""A wallet: balances of its accounts, and nothing that grows. Every transaction sums to zero (rule 24)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from uuid import UUID

from recado_events import billing as told
from recado_events.billing import Posting
from recado_events.event import Event
from recado_events.ids import OrganisationId

from billing.domain.private import WalletMethodNoted

ACCOUNTS = ("available", "held", "spent", "purchases", "payment_fees", "free_allowance", "receivable")


def wallet_stream(organisation_id: OrganisationId) -> str:
    return f"wallet-{organisation_id}"


@dataclass(frozen=True, slots=True)
class Recharging:
    """The organisation's wishes, and what was done about them."""

    on: bool = False
    floor: int = 0
    amount: int = 0
    daily_cap: int = 0
    customer: str | None = None
    method: str | None = None
    """What is charged; None until a first purchase was paid."""
    in_flight: UUID | None = None
    day: date = date.min
    """The last day (UTC) on which one was started, and how much was then."""
    started: int = 0


@dataclass(frozen=True, slots=True)
class Wallet:
    balances: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    low: bool = True
    """At the floor or below: a wallet begins so, and only a fall from above is a crossing."""
    crossing: int = 0
    recharging: Recharging = Recharging()

    def balance(self, account: str) -> int:
        return self.balances.get(account, 0)

    @property
    def available(self) -> int:
        return self.balance("available")


def postings(**amounts: int) -> tuple[Posting, ...]:
    """Raises ArithmeticError unless they sum to zero. What moves nothing is left out."""
    if sum(amounts.values()):
        raise ArithmeticError(f"postings do not sum to zero: {amounts}")
    return tuple(Posting(account=account, amount=amount) for account, amount in amounts.items() if amount)


def payable(wallet: Wallet, amount: int, *, back: int = 0) -> dict[str, int]:
    """Takes an amount from what is available, as far as that goes, and the rest from receivable: it is owed.
    `back` returns to available in the same transaction."""
    from_available = min(amount, wallet.available + back)
    return {"available": back - from_available, "receivable": from_available - amount}


def evolve(wallet: Wallet, event: Event) -> Wallet:
    moved = _moved(wallet, getattr(event, "postings", ()))
    match event:
        case told.BalanceLow():
            return replace(moved, low=True, crossing=event.crossing)
        case told.AutoRechargeSet():
            recharging = replace(
                moved.recharging, on=event.on, floor=event.floor, amount=event.amount, daily_cap=event.daily_cap
            )
            return replace(moved, low=False, recharging=recharging)
        case WalletMethodNoted():
            method = replace(moved.recharging, customer=event.customer, method=event.method)
            return replace(moved, recharging=method)
        case told.RechargeStarted() | told.RechargeFailed() | told.CreditsPurchased():
            return replace(moved, recharging=_recharged(moved.recharging, event))
    return moved


def _moved(wallet: Wallet, told_postings: tuple[Posting, ...]) -> Wallet:
    if not told_postings:
        return wallet
    balances = dict(wallet.balances)
    for posting in told_postings:
        balances[posting.account] = balances.get(posting.account, 0) + posting.amount
    low = wallet.low and balances.get("available", 0) <= wallet.recharging.floor
    return replace(wallet, balances=MappingProxyType(balances), low=low)


def _recharged(
    state: Recharging, event: told.RechargeStarted | told.RechargeFailed | told.CreditsPurchased
) -> Recharging:
    match event:
        case told.RechargeStarted():
            day = event.started_at.date()
            before = state.started if day == state.day else 0
            return replace(state, in_flight=event.purchase_id, day=day, started=before + event.amount)
        case told.RechargeFailed():
            if event.retry_at is not None:
                return replace(state, in_flight=event.purchase_id)
            return replace(state, in_flight=None) if event.purchase_id == state.in_flight else state
        case told.CreditsPurchased():
            return replace(state, in_flight=None) if event.purchase_id == state.in_flight else state
