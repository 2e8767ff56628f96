"""What billing asks of the world: the payment provider, and where to look for what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


class Unreachable(Exception):
    """The provider did not answer, or answered that it cannot now: the same question may be asked again."""


class Refused(Exception):
    """The provider says no."""

    def __init__(self, reason: str, *, hopeless: bool = False) -> None:
        self.reason = reason
        self.hopeless = hopeless
        """Asked again it would say no again."""
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Checkout:
    """A page where a purchase is paid."""

    session: str
    url: str
    customer: str


@dataclass(frozen=True, slots=True)
class Order:
    """What is paid for. Amounts are micro-US$, whole cents."""

    organisation_id: UUID
    purchase_id: UUID
    """The idempotency key of everything that is asked about it."""
    amount: int
    fee: int


class Payments(Protocol):
    """Synchronous. Raises Unreachable and Refused."""

    def open_checkout(self, order: Order, customer: str | None) -> Checkout:
        """Asked again for the same order it is the same page. The method that pays is kept for recharges."""
        ...

    def charge(self, order: Order, customer: str, method: str, attempt: int) -> None:
        """Charges the saved method without the customer. However often it is asked, the order is paid at most once."""
        ...


class Due(Protocol):
    """Where to look; the streams decide."""

    def holds(self, now: datetime, limit: int) -> list[tuple[UUID, str, UUID, UUID]]:
        """Organisation, number, customer and message of holds whose deadline has passed, the oldest first."""
        ...

    def recharges(self, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
        """Organisation and purchase of recharges that wait for their next attempt."""
        ...
