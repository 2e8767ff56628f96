"""How many calls each number has under way, and how it fares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from recado_events.catalogue import Topic
from recado_events.ids import PhoneNumberId

from gateway.application.ports import Claim, Wanted
from gateway.commands import Verdict
from gateway.domain.pace import Pace

WAIT = 5.0
"""Seconds after which a number whose channel lets nothing pass is looked at again."""

Held = Callable[[Topic], Collection[int] | None]


@dataclass(frozen=True, slots=True)
class Limits:
    in_flight: int = 64
    of_number: int = 16


class Traffic:
    """Of one worker; nothing here has to survive it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._in_flight: Counter[PhoneNumberId] = Counter()
        self._paces: dict[PhoneNumberId, Pace] = {}

    def wanted(self, partitions: Collection[int] | None, now: datetime) -> Wanted:
        known = self._in_flight.keys() | self._paces.keys()
        rooms = {
            number: self._pace(number).room(self._in_flight[number], self._limits.of_number, now) for number in known
        }
        room = self._limits.in_flight - self._in_flight.total()
        return Wanted(partitions, max(room, 0), self._limits.of_number, rooms)

    def begin(self, claim: Claim) -> None:
        self._in_flight[claim.due.phone_number_id] += 1

    def end(self, claim: Claim, verdict: Verdict | None, now: datetime) -> None:
        """`verdict` is None where the call was broken off."""
        number = claim.due.phone_number_id
        self._in_flight[number] -= 1
        if self._in_flight[number] <= 0:
            del self._in_flight[number]
        if verdict is not None:
            self._keep(number, self._pace(number).after(verdict, claim.started_at, now))

    def rest(self, number: PhoneNumberId, now: datetime) -> None:
        self._keep(number, self._pace(number).resting(WAIT, now))

    def _pace(self, number: PhoneNumberId) -> Pace:
        return self._paces.get(number, Pace())

    def _keep(self, number: PhoneNumberId, pace: Pace) -> None:
        self._paces[number] = pace
        if pace == Pace():
            del self._paces[number]
