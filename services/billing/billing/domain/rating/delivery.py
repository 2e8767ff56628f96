"""What is rated: one message at its first delivery, and what had been delivered before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Window:
    """A customer service window."""

    opened_at: datetime
    closes_at: datetime
    by_reply: bool = False
    """The message that opened it was a reply to a business-initiated conversation."""

    def holds(self, at: datetime) -> bool:
        return self.opened_at <= at < self.closes_at


@dataclass(frozen=True, slots=True)
class Told:
    """Meta's `pricing`, where a status brought it. It wins over our own knowledge."""

    category: str | None = None
    type: str | None = None
    """regular, free_customer_service, free_entry_point …"""

    def then(self, category: str | None, type: str | None) -> Told:
        """A later word; what it leaves out stays as it was."""
        return Told(category or self.category, type or self.type)


UNTOLD = Told()
FREE_ENTRY, REGULAR = "free_entry_point", "regular"
"""Types of Meta's: of the 72 hours after an ad, and what is charged."""


@dataclass(frozen=True, slots=True)
class Delivery:
    template: bool
    """False: a free-form (service) message."""
    category: str
    """As we know it; `service` for a service message."""
    country: str | None
    """The market of the recipient (ISO 3166 alpha-2); None where it is not known."""
    at: datetime
    """First delivered or read, by Meta's clock."""
    window: Window | None = None
    """The window that `at` falls into."""
    free_entry: bool = False
    """Within the 72 hours after an answer to somebody who came from an ad."""
    begins: bool = False
    """The business's first answer to a customer who began: their conversation is to be counted."""
    told: Told = UNTOLD


@dataclass(frozen=True, slots=True)
class Before:
    """What counts of the deliveries before."""

    started: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    """Category → first delivery of this customer's last business-initiated conversation of it."""
    conversations: int = 0
    """Customer-initiated ones that were counted in this month, of the WABA."""
    messages: int = 0
    """Service messages that were counted in this month, of the number."""


NOTHING_BEFORE = Before()


@dataclass(frozen=True, slots=True)
class Rating:
    policy: str
    category: str
    reason: str
    amount: int = 0
    price: int = 0
    market: str | None = None
    rate_card: str | None = None
