"""The wallet fell to its floor or below: told once a crossing, and recharged if that was wished (rule 30)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from recado_events.billing import AutoRechargeSet, BalanceLow, OfWallet, RechargeFailed, RechargeStarted
from recado_events.event import Event
from recado_events.ids import OrganisationId

from billing.commands import SetAutoRecharge
from billing.domain.private import PurchaseStarted, RechargeDue
from billing.domain.refusals import RechargeBeyondCap, RechargeUnpaid
from billing.domain.wallet import Wallet, evolve

FeeOf = Callable[[int], int]
"""The fee beside an amount, both in micro-US$."""
_CROSSINGS = UUID("0f3d9d5e-6f0c-5b7a-9d2e-3c1a7f5b9e11")


def recharge_id(organisation_id: OrganisationId, crossing: int) -> UUID:
    """The provider's idempotency key: a wallet and a crossing are charged for at most once."""
    return uuid5(_CROSSINGS, f"{organisation_id}:{crossing}")


def after(wallet: Wallet, facts: Iterable[Event]) -> Wallet:
    for fact in facts:
        wallet = evolve(wallet, fact) if isinstance(fact, OfWallet) else wallet
    return wallet


def watch(
    organisation_id: OrganisationId, before: Wallet, facts: Sequence[Event], now: datetime, fee_of: FeeOf
) -> list[Event]:
    """What follows from these facts, which are not recorded yet."""
    wallet = after(before, facts)
    floor = wallet.recharging.floor
    if wallet.low or wallet.available > floor:
        return []
    crossing = wallet.crossing + 1
    low = BalanceLow(
        organisation_id=organisation_id, crossing=crossing, available=wallet.available, floor=floor, noticed_at=now
    )
    wishes = wallet.recharging
    if not wishes.on or wishes.method is None or wishes.in_flight is not None:
        return [low]
    return [low, *_recharge(organisation_id, wallet, crossing, now, fee_of(wishes.amount))]


def _recharge(org: OrganisationId, wallet: Wallet, crossing: int, now: datetime, fee: int) -> list[Event]:
    purchase_id, amount = recharge_id(org, crossing), wallet.recharging.amount
    begun = PurchaseStarted(
        organisation_id=org,
        purchase_id=purchase_id,
        how="recharge",
        amount=amount,
        fee=fee,
        started_by=None,
        counted=has_room(wallet, now, amount),
        started_at=now,
    )
    if begun.counted:
        started = RechargeStarted(
            organisation_id=org, purchase_id=purchase_id, crossing=crossing, amount=amount, fee=fee, started_at=now
        )
        return [started, begun, due(org, purchase_id, now, now)]
    later = next_day(now)
    return [capped(org, purchase_id, crossing, now, later), begun, due(org, purchase_id, later, now)]


def has_room(wallet: Wallet, now: datetime, amount: int) -> bool:
    """Whether it fits within the day's cap (UTC)."""
    wishes = wallet.recharging
    started = wishes.started if now.date() == wishes.day else 0
    return started + amount <= wishes.daily_cap


def capped(
    org: OrganisationId, purchase_id: UUID, crossing: int, now: datetime, later: datetime | None
) -> RechargeFailed:
    return RechargeFailed(
        organisation_id=org,
        purchase_id=purchase_id,
        crossing=crossing,
        attempt=0,
        reason="daily_cap",
        retry_at=later,
        failed_at=now,
    )


def due(org: OrganisationId, purchase_id: UUID, at: datetime | None, now: datetime) -> RechargeDue:
    return RechargeDue(organisation_id=org, purchase_id=purchase_id, due_at=at, noted_at=now)


def next_day(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def set_auto_recharge(command: SetAutoRecharge, wallet: Wallet) -> list[Event]:
    wishes = wallet.recharging
    wanted = (command.on, command.floor, command.amount, command.daily_cap)
    if wanted == (wishes.on, wishes.floor, wishes.amount, wishes.daily_cap):
        return []
    if command.on and wishes.method is None:
        raise RechargeUnpaid
    if command.on and command.amount > command.daily_cap:
        raise RechargeBeyondCap
    return [
        AutoRechargeSet(
            organisation_id=command.organisation_id,
            on=command.on,
            floor=command.floor,
            amount=command.amount,
            daily_cap=command.daily_cap,
            set_by=command.by,
            set_at=command.now,
        )
    ]
