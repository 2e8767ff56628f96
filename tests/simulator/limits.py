"""Meta's rates: one message per six seconds to one person with a burst, and messages per second of a number.

Meta's contract, section 17. Buckets are refilled from the log of accepted sends after a restart.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from .entities import Send
from .rules import Rules

_OF_PAIRS, _OF_NUMBERS = {"pair_interval", "pair_burst"}, {"throughput"}


@dataclass
class Bucket:
    """A token bucket; `level` may not fall below zero, so the debt of a burst is paid back in time."""

    capacity: float
    refill_per_second: float
    level: float
    at: float

    def settle(self, now: float) -> None:
        elapsed = max(0.0, now - self.at)
        self.level = min(self.capacity, self.level + elapsed * self.refill_per_second)
        self.at = max(self.at, now)

    def allows(self, now: float) -> bool:
        self.settle(now)
        return self.level >= 1.0

    def spend(self, now: float) -> None:
        self.settle(now)
        self.level = max(0.0, self.level - 1.0)


class Limits:
    """All buckets of all numbers. Only accepted messages spend."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._pairs: dict[tuple[str, str], Bucket] = {}
        self._numbers: dict[str, Bucket] = {}
        self._service: Counter[tuple[str, str]] = Counter()

    def service_sent(self, phone_number_id: str, at: float) -> int:
        """Service messages the number sent in the month of `at`."""
        return self._service[phone_number_id, _month(at)]

    def pair_allows(self, phone_number_id: str, customer_id: str, now: float) -> bool:
        return self._pair(phone_number_id, customer_id, now).allows(now)

    def number_allows(self, phone_number_id: str, now: float) -> bool:
        return self._number(phone_number_id, now).allows(now)

    def spend(self, send: Send) -> None:
        self._pair(send.phone_number_id, send.customer_id, send.accepted_at).spend(send.accepted_at)
        self._number(send.phone_number_id, send.accepted_at).spend(send.accepted_at)
        if send.category == "service":
            self._service[send.phone_number_id, _month(send.accepted_at)] += 1

    def spend_inbound(self, phone_number_id: str, now: float) -> None:
        if self._rules.throughput_counts_inbound:
            self._number(phone_number_id, now).spend(now)

    def resize(self, changed: Collection[str]) -> None:
        """These rules changed: the buckets they are about start full at their new size."""
        if _OF_PAIRS & set(changed):
            self._pairs.clear()
        if _OF_NUMBERS & set(changed):
            self._numbers.clear()

    def forget(self) -> None:
        self._pairs.clear()
        self._numbers.clear()
        self._service.clear()

    def _pair(self, phone_number_id: str, customer_id: str, now: float) -> Bucket:
        burst, interval = float(self._rules.pair_burst), self._rules.pair_interval
        fresh = Bucket(burst, 1.0 / interval if interval else burst, burst, now)
        return self._pairs.setdefault((phone_number_id, customer_id), fresh)

    def _number(self, phone_number_id: str, now: float) -> Bucket:
        rate = float(self._rules.throughput)
        return self._numbers.setdefault(phone_number_id, Bucket(rate, rate, rate, now))


def _month(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m")
