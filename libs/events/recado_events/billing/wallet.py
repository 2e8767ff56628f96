"""The wallet: an organisation has one. Every movement is double entry in integer micro-US$."""

from __future__ import annotations

from typing import ClassVar

from recado_events.event import Event, Fact

MICROS_A_CREDIT = 2_000_000
"""One credit is worth US$ 2."""


class Posting(Fact):
    """What one account gains (above zero) or loses. The postings of one event sum to zero."""

    account: str
    """available, held, spent, purchases, payment_fees, free_allowance or receivable."""
    amount: int


class OfWallet(Event):
    """An organisation has one wallet."""

    STREAM: ClassVar[str] = "wallet-{organisation_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"
