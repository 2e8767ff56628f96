"""What the gateway needs of the archive of updates, and of its part that waits: quarantine."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from recado_chassis.store import Effect
from recado_events.ids import OrganisationId

Headers = Sequence[tuple[str, bytes | None]]
Standing = Literal["waiting", "held", "forged", "released"]
"""Of a quarantined update: to be looked at; nobody's; with a tag that is not ours; passed on to its organisation."""


class RecordId(NamedTuple):
    topic: str
    partition: int
    offset: int
    id: str
    """CloudEvents' id, for a topic made anew counts its offsets anew. Empty where it cannot be read."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as it came. `standing` is None where nothing is to be decided about it."""

    id: RecordId
    type: str
    organisation_id: OrganisationId | None
    waba_id: str
    phone_number_id: str
    """Empty where the update names no number."""
    received_at: datetime
    key: bytes | None
    value: bytes | None
    headers: Headers
    standing: Standing | None = None


class Wanted(NamedTuple):
    """Quarantined updates of a number, or of an account (empty number), from a moment on if there is one."""

    waba_id: str
    phone_number_id: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Heap:
    """Quarantined updates that have everything in common but their time."""

    waba_id: str
    phone_number_id: str
    type: str
    standing: Standing
    count: int
    first_received_at: datetime
    last_received_at: datetime


class Span(NamedTuple):
    """Updates that went to the organisations they belong to, by when they came: from `since` on and before `before`;
    of one number or kind, or of all."""

    topic: str
    since: datetime
    before: datetime
    phone_number_id: str | None = None
    type: str | None = None


class Archive(Protocol):
    """Every update that was ever acknowledged, for as long as it is kept. Synchronous; raises Unavailable."""

    def of_span(self, span: Span, after: Kept | None, limit: int) -> list[Kept]:
        """Up to `limit` of them, the oldest first, behind `after`."""
        ...

    def page(self, rows: Sequence[Kept]) -> Effect:
        """Writes, in one statement, what `rows` hold at the commit; what is there already stays as it is."""
        ...

    def purge(self, before: datetime, limit: int) -> int:
        """Deletes up to `limit` of what was received before that moment; answers how many."""
        ...


class Quarantine(Protocol):
    """Synchronous; raises Unavailable."""

    def take(self, limit: int) -> list[Kept]:
        """The oldest that wait, lent to nobody else for half a minute."""
        ...

    def settle(self, decided: Mapping[RecordId, tuple[Standing, OrganisationId | None]]) -> None: ...

    def look_again(self, wanted: Collection[Wanted]) -> int:
        """Makes what is held there wait; answers how many."""
        ...

    def release(self, phone_number_id: str, waba_id: str | None) -> int:
        """Makes all that is held of a number wait, of any account or of one; answers how many."""
        ...

    def count(self) -> Mapping[Standing, int]:
        """How many there are of each standing, those that were passed on left out."""
        ...

    def heaps(self, phone_number_id: str | None, waba_id: str | None, limit: int) -> list[Heap]:
        """What is not passed on, the latest first."""
        ...
