"""Who serves which number and which account, as the facts about channels say; only what was proven counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from recado_events.event import Event
from recado_events.gateway import ChannelConnectionStarted, ChannelDisconnected
from recado_events.ids import OrganisationId

from gateway.domain.steps import QUARANTINE


class Place(NamedTuple):
    """What an update is about: a number of an account, or, without a number, the account."""

    waba_id: str
    phone_number_id: str | None = None


class Owner(NamedTuple):
    organisation_id: OrganisationId
    since: datetime | None = None
    """What was received before may belong to the organisation that had the number until then."""


class _Freed(NamedTuple):
    organisation_id: OrganisationId
    waba_id: str
    at: datetime


class Ownership:
    """Folded in one thread, asked in others: every answer is one look into one dictionary."""

    def __init__(self) -> None:
        self._numbers: dict[str, tuple[str, Owner]] = {}
        self._freed: dict[str, _Freed] = {}
        self._accounts: dict[str, Counter[OrganisationId]] = {}
        self._sole: dict[str, Owner] = {}

    def owner(self, place: Place) -> Owner | None:
        """None where nobody serves it here: not under that account, or not one organisation alone."""
        if place.phone_number_id is None:
            return self._sole.get(place.waba_id)
        waba_id, owner = self._numbers.get(place.phone_number_id, ("", None))
        return owner if waba_id == place.waba_id else None

    def served(self) -> Mapping[Place, Owner]:
        """All numbers at this moment."""
        return {Place(waba_id, number): owner for number, (waba_id, owner) in list(self._numbers.items())}

    def fold(self, event: Event) -> None:
        match event:
            case ChannelConnectionStarted():
                self._leave(event.phone_number_id)
                self._numbers[event.phone_number_id] = event.waba_id, Owner(event.organisation_id, self._since(event))
                self._count(event.waba_id, event.organisation_id, 1)
            case ChannelDisconnected():
                waba_id, owner = self._numbers.get(event.phone_number_id, ("", None))
                if owner is not None and owner.organisation_id == event.organisation_id:
                    self._leave(event.phone_number_id)
                    freed = _Freed(event.organisation_id, waba_id, event.disconnected_at)
                    self._freed[event.phone_number_id] = freed

    def _since(self, event: ChannelConnectionStarted) -> datetime | None:
        freed = self._freed.get(event.phone_number_id)
        if freed is None or freed.organisation_id == event.organisation_id or freed.waba_id != event.waba_id:
            return None
        return freed.at + QUARANTINE

    def _leave(self, number: str) -> None:
        waba_id, owner = self._numbers.pop(number, ("", None))
        if owner is not None:
            self._count(waba_id, owner.organisation_id, -1)

    def _count(self, waba_id: str, organisation_id: OrganisationId, change: int) -> None:
        numbers = self._accounts.setdefault(waba_id, Counter())
        numbers[organisation_id] += change
        serving = [organisation for organisation, count in numbers.items() if count > 0]
        if len(serving) == 1:
            self._sole[waba_id] = Owner(serving[0])
        else:
            self._sole.pop(waba_id, None)
