"""Attempts at the saved payment method: one after another, with back-off, given up after a few (rule 30)."""

from __future__ import annotations

from datetime import datetime, timedelta

from recado_events.billing import RechargeFailed, RechargeStarted
from recado_events.event import Event

from billing.commands import FailAttempt, StartAttempt
from billing.commands.buying import OnPurchase
from billing.domain.alarm import capped, due, has_room, next_day
from billing.domain.private import AttemptFailed, AttemptStarted
from billing.domain.purchase import Purchase
from billing.domain.wallet import Wallet

PAUSES = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4), timedelta(hours=12))
"""After the n-th failure; after the last it is given up: within the day for which the provider keeps keys."""
KEYS_KEPT = timedelta(hours=23)
"""For a day the provider knows what it was asked; then the same question would be another payment."""
SILENCE = timedelta(minutes=2)
"""Then a worker from which nothing was heard is not waited for; the provider's keys keep it from paying twice."""


def start_attempt(command: StartAttempt, purchase: Purchase, wallet: Wallet) -> list[Event]:
    """Nothing, unless this worker is to charge the method now."""
    now = command.now
    if purchase.is_paid or purchase.due_at is None or now < purchase.due_at:
        return []
    org, bought = command.organisation_id, command.purchase_id
    if wallet.available > wallet.recharging.floor or not wallet.recharging.on:
        return [_failed(command, wallet, purchase.attempts, "not_needed"), due(org, bought, None, now)]
    if purchase.asked_at is not None and now - purchase.asked_at > KEYS_KEPT:
        return [_failed(command, wallet, purchase.attempts, "too_late"), due(org, bought, None, now)]
    attempt = AttemptStarted(organisation_id=org, purchase_id=bought, attempt=purchase.attempts + 1, started_at=now)
    again = due(org, bought, now + SILENCE, now)
    if purchase.started:
        return [attempt, again]
    if not has_room(wallet, now, purchase.amount):
        later = next_day(now) if purchase.amount <= wallet.recharging.daily_cap else None
        return [capped(org, bought, wallet.crossing, now, later), due(org, bought, later, now)]
    started = RechargeStarted(
        organisation_id=org,
        purchase_id=bought,
        crossing=wallet.crossing,
        amount=purchase.amount,
        fee=purchase.fee,
        started_at=now,
    )
    return [started, attempt, again]


def fail_attempt(command: FailAttempt, purchase: Purchase, wallet: Wallet) -> list[Event]:
    if purchase.is_paid or command.attempt != purchase.attempts or command.attempt <= purchase.failed:
        return []
    over = command.hopeless or purchase.failures >= len(PAUSES)
    retry_at = None if over else command.now + PAUSES[purchase.failures]
    org, bought, now = command.organisation_id, command.purchase_id, command.now
    return [
        _failed(command, wallet, command.attempt, command.reason, retry_at),
        AttemptFailed(
            organisation_id=org, purchase_id=bought, attempt=command.attempt, reason=command.reason, failed_at=now
        ),
        due(org, bought, retry_at, now),
    ]


def _failed(
    command: OnPurchase, wallet: Wallet, attempt: int, reason: str, retry_at: datetime | None = None
) -> RechargeFailed:
    return RechargeFailed(
        organisation_id=command.organisation_id,
        purchase_id=command.purchase_id,
        crossing=wallet.crossing,
        attempt=attempt,
        reason=reason,
        retry_at=retry_at,
        failed_at=command.now,
    )
