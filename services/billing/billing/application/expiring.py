"""Holds whose time is over: nobody else would end them."""

from __future__ import annotations

from functools import partial

from recado_chassis.store import Unavailable
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
        """How many holds were looked at; each is a transaction, so that one that cannot be ended stops no other. Raises
        what the last of those raised, when all have had their turn; Unavailable at once."""
        now, failure = self._streams.clock.now(), None
        found = self._due.holds(now, AT_ONCE)
        for organisation_id, number, customer_id, message_id in found:
            command = ExpireHold(
                organisation_id=OrganisationId(organisation_id),
                phone_number_id=PhoneNumberId(number),
                customer_id=CustomerId(customer_id),
                message_id=MessageId(message_id),
                now=now,
            )
            try:
                self._expire(command)
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it is of this hold alone
                failure = error
        if failure is not None:
            raise failure
        return len(found)

    def _expire(self, command: ExpireHold) -> None:
        cause = Cause(str(self._streams.ids.new()))
        self._streams.transact(partial(self._charging.expire, command=command, cause=cause))
