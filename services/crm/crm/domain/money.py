"""Amounts of pipeline records: integers in the currency's minor units, so that no float is anywhere."""

from __future__ import annotations

from recado_events.currencies import exponent

from crm.commands import Amount
from crm.domain.refusals import AmountTooLarge, UnknownCurrency

LARGEST = 2**53 - 1
"""The largest integer that every reader of JSON reads exactly."""


def check_amount(amount: Amount | None) -> None:
    if amount is None:
        return
    if exponent(amount.currency) is None:
        raise UnknownCurrency
    if amount.minor > LARGEST:
        raise AmountTooLarge
