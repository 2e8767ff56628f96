"""Looks at Meta's list of an account's numbers, and tells what is different from the last look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid5

from recado_chassis.streams import Streams
from recado_chassis.work import Fold, Work
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import OrganisationId, PhoneNumberId, WabaId
from recado_events.number_health import NumberSeen

from gateway.application.accounts import Token


@dataclass(frozen=True, slots=True)
class NumberStanding:
    phone_number_id: PhoneNumberId
    display_phone_number: str | None = None
    verified_name: str | None = None
    name_status: str | None = None
    quality: str | None = None
    limit: str | None = None
    status: str | None = None


class NumbersAtMeta(Protocol):
    def numbers(self, waba_id: WabaId, token: Token) -> list[NumberStanding]:
        """All of an account. Raises GraphFailed."""
        ...


def _evolve(last: NumberStanding | None, event: Event) -> NumberStanding | None:
    if not isinstance(event, NumberSeen):
        return last
    return NumberStanding(**{name: getattr(event, name) for name in NumberStanding.__dataclass_fields__})


SEEN: Fold[NumberStanding | None] = Fold(None, _evolve)


def tell(
    streams: Streams, account: tuple[OrganisationId, WabaId], listed: Iterable[NumberStanding], at: datetime
) -> None:
    """`listed`: of numbers that are served here. What is as it was at the last look is not told again."""
    facts = [_seen(account, standing, at) for standing in listed]
    cause = Cause(str(streams.ids.new()))

    def told(work: Work) -> None:
        work.load({fact.stream: SEEN for fact in facts})
        work.record([fact for fact in facts if work.state(fact.stream, SEEN) != _evolve(None, fact)], cause)

    if facts:
        streams.transact(told)


def _seen(account: tuple[OrganisationId, WabaId], standing: NumberStanding, at: datetime) -> NumberSeen:
    about: dict[str, Any] = asdict(standing)
    notice_id = uuid5(UUID(int=0), f"{account[0]}:{standing.phone_number_id}:{at.isoformat()}")
    return NumberSeen(organisation_id=account[0], waba_id=account[1], notice_id=notice_id, seen_at=at, **about)
