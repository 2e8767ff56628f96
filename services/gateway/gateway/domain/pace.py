"""How fast a number may send: Meta's two rates, and how trouble slows everything down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway.commands import Ambiguous, NotTaken, Verdict
from gateway.domain.verdicts import PAIR_CODES

LONGEST_REST = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket of `burst` tokens that fills with `per_second`; a message takes one."""

    burst: float
    per_second: float


PAIR_RATE = Rate(burst=45, per_second=1 / 6)
"""One number to one person."""


PHONE_APP_PER_SECOND = 20
"""Of a number that lives in the phone app too, whatever others may send."""


def number_rate(per_second: int) -> Rate:
    return Rate(burst=per_second, per_second=per_second)


@dataclass(frozen=True, slots=True)
class Pace:
    """How one number fares. In trouble it rests, doubling from 1 s to 30 s, then one call at a time tries again."""

    troubles: int = 0
    troubled_at: datetime | None = None
    rests_until: datetime | None = None

    def after(self, verdict: Verdict, started_at: datetime, now: datetime) -> Pace:
        """Calls that began before the last trouble was known say nothing new of it."""
        if not _is_trouble(verdict):
            return self if self.troubles == 0 else Pace()
        if self.troubled_at is not None and started_at <= self.troubled_at:
            return self
        troubles = self.troubles + 1
        return Pace(troubles, now, now + min(timedelta(seconds=2 ** min(troubles - 1, 8)), LONGEST_REST))

    def resting(self, seconds: float, now: datetime) -> Pace:
        """Leaves the number alone for a while, without any trouble."""
        return replace(self, rests_until=now + timedelta(seconds=seconds))

    def room(self, in_flight: int, most: int, now: datetime) -> int:
        """How many more calls may begin now."""
        if self.rests_until is not None and now < self.rests_until:
            return 0
        return max((1 if self.troubles else most) - in_flight, 0)


def _is_trouble(verdict: Verdict) -> bool:
    match verdict:
        case Ambiguous():
            return True
        case NotTaken(reason, code):
            return reason != "claim_expired" and code not in PAIR_CODES
    return False
