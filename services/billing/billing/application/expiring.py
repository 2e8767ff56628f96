"""Holds whose time is over: nobody else would end them."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from recado_chassis.one_by_one import one_by_one
from recado_chassis.streams import Streams
from recado_events.envelope import Cause
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId

from billing.application.charging import Charging
from billing.application.ports import Due
from billing.commands import ExpireHold

AT_ONCE = 500


class Expiring:
    """Synchronous, for threads. Several workers may do it at once."""

    def __init__(self, streams: Streams, charging: Charging, due: Due) -> None:
        self._streams = streams
        self._charging = charging
        self._due = due

    def expire(self) -> int:
        """How many holds were looked at, each in a transaction of its own. Raises as `one_by_one` does."""
        now = self._streams.clock.now()
        found = self._due.holds(now, AT_ONCE)
        one_by_one(found, lambda hold: self._expire(hold, now))
        return len(found)

    def _expire(self, hold: tuple[UUID, str, UUID, UUID], now: datetime) -> None:
        organisation_id, number, customer_id, message_id = hold
        command = ExpireHold(
            organisation_id=OrganisationId(organisation_id),
            phone_number_id=PhoneNumberId(number),
            customer_id=CustomerId(customer_id),
            message_id=MessageId(message_id),
            now=now,
        )
        cause = Cause(str(self._streams.ids.new()))
        self._streams.transact(partial(self._charging.expire, command=command, cause=cause))
