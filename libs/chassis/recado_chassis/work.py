"""A unit of work: what a decision may look at, and what it leaves behind to be committed at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar, cast

from recado_events.catalogue import LARGEST_EVENT
from recado_events.envelope import Cause, Envelope
from recado_events.event import Event
from recado_events.refusal import Refusal

from recado_chassis import snapshots
from recado_chassis.mapper import Mapper
from recado_chassis.ports import Clock, Ids
from recado_chassis.snapshots import Keeping
from recado_chassis.store import Changes, CommandKey, CommandRow, Effect, EventRow, Session, UniqueKey

S = TypeVar("S")
_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Fold(Generic[S]):
    """How a stream's events become its state. `evolve` is pure and total, and states are immutable."""

    initial: S
    evolve: Callable[[S, Event], S]
    keeping: Keeping | None = None
    """Only for streams that grow without an end."""


class EventTooLarge(Refusal):
    """Refused while nothing of it is stored: what is in a log can no more be left out, and would stop its relay for
    every organisation. A command is answered this; a record whose reaction raises it is parked, not passed over."""

    rule = "event_too_large"
    status = 413
    message = "What this would record is too large: send less, or in several requests."

    def __init__(self, fact: Event) -> None:
        super().__init__(event=fact.TYPE, limit=LARGEST_EVENT)


class Folded(NamedTuple):
    """A stream at a version, as one fold sees it."""

    version: int
    state: Any
    fold: Fold[Any]


Remembered = MutableMapping[str, Folded]


class Work:
    """Sees its own earlier decisions. Everything is undone to a savepoint when one record of a batch fails."""

    def __init__(self, session: Session, mapper: Mapper, clock: Clock, ids: Ids, remembered: Remembered) -> None:
        self.changes = Changes()
        self._session = session
        self._mapper = mapper
        self._clock = clock
        self._ids = ids
        self._remembered = remembered
        self._streams: dict[str, Folded] = {}
        self._owners: dict[UniqueKey, str | None] = {}
        self._undo: list[tuple[MutableMapping[Any, Any], Any, Any]] = []

    # Looking -----------------------------------------------------------------------------------

    def find(self, key: UniqueKey) -> str | None:
        """The owner of a unique key, as this work leaves it."""
        self.look_up([key])
        return self._owners[key]

    def look_up(self, keys: Iterable[UniqueKey]) -> None:
        """Asks for many keys in one query, so that `find` needs none."""
        unknown = [key for key in dict.fromkeys(keys) if key not in self._owners]
        if not unknown:
            return
        found = self._session.find(unknown)
        for key in unknown:
            self._owners[key] = found.get(key)

    def state(self, stream: str, fold: Fold[S]) -> S:
        """The state of a stream, as this work leaves it. Its version is checked at commit."""
        if stream not in self._streams:
            self.load({stream: fold})
        return cast(S, self._streams[stream].state)

    def load(self, streams: Mapping[str, Fold[Any]]) -> None:
        """Loads many streams in one query, each from where it was last seen."""
        wanted = {stream: fold for stream, fold in streams.items() if stream not in self._streams}
        if not wanted:
            return
        bases = {stream: self._base(stream, fold) for stream, fold in wanted.items()}
        unseen = {s: keeping for s, base in bases.items() if base.version == 0 and (keeping := base.fold.keeping)}
        for stream, (version, state) in snapshots.states(self._session, unseen).items():
            bases[stream] = Folded(version, state, bases[stream].fold)
        rows = self._session.load({stream: base.version for stream, base in bases.items()})
        for stream, base in bases.items():
            folded = self._fold(base, rows.get(stream, []))
            self._streams[stream] = folded
            self._remembered[stream] = folded
            self.changes.expected[stream] = folded.version

    def begin(self, stream: str, fold: Fold[Any]) -> None:
        """A stream that cannot exist, because its id was made just now: nobody is asked, and the commit checks."""
        self._streams[stream] = Folded(0, fold.initial, fold)
        self.changes.expected[stream] = 0

    def _base(self, stream: str, fold: Fold[Any]) -> Folded:
        known = self._remembered.get(stream)
        return known if known is not None and known.fold is fold else Folded(0, fold.initial, fold)

    def _fold(self, base: Folded, rows: list[EventRow]) -> Folded:
        state = base.state
        for row in rows:
            state = base.fold.evolve(state, self._mapper.fact(row.type, row.state))
        return Folded(rows[-1].version, state, base.fold) if rows else base

    def command(self, key: CommandKey) -> CommandRow | None:
        """The stored answer of a command that was already done."""
        return self._session.command(key)

    def parked_subjects(self, subjects: Iterable[str]) -> set[str]:
        """Which subjects have parked records; checked again at commit."""
        asked = set(subjects)
        parked = self._session.parked_subjects(asked)
        self.changes.subjects.update({subject: subject in parked for subject in asked})
        return parked

    # Leaving behind ----------------------------------------------------------------------------

    def record(self, facts: Iterable[Event], cause: Cause) -> None:
        """Appends each fact to its own stream. The streams must have been loaded by this work.

        Raises EventTooLarge.
        """
        for fact in facts:
            stream = fact.stream
            at = self._streams.get(stream)
            if at is None:
                raise LookupError(f"{fact.TYPE} was decided without loading its stream; load it first")
            version = at.version + 1
            self.changes.events.append(self._row(fact, stream, version, cause))
            self._set(self._streams, stream, Folded(version, at.fold.evolve(at.state, fact), at.fold))

    def claim(self, key: UniqueKey, owner: str) -> None:
        """Takes a unique key that `find` said is free; a race with somebody else is a Conflict at commit."""
        self._set(self._owners, key, owner)
        if self.changes.releases.get(key) == owner:
            self._set(self.changes.releases, key, _MISSING)
        else:
            self._set(self.changes.claims, key, owner)

    def release(self, key: UniqueKey) -> None:
        owner = self.find(key)
        if owner is None:
            return
        self._set(self._owners, key, None)
        if key in self.changes.claims:
            self._set(self.changes.claims, key, _MISSING)
        else:
            self._set(self.changes.releases, key, owner)

    def move(self, key: UniqueKey, owner: str) -> None:
        """Gives a key to another owner within the transaction (releases are written before claims)."""
        before = self.find(key)
        if before == owner:
            return
        if before is not None and key not in self.changes.claims:
            self._set(self.changes.releases, key, before)
        self._set(self._owners, key, owner)
        self._set(self.changes.claims, key, owner)

    def also(self, effect: Effect) -> None:
        """Adds an adapter's own rows to the transaction."""
        self.changes.effects.append(effect)

    # Savepoints ----------------------------------------------------------------------------------

    def savepoint(self) -> tuple[int, int, int]:
        return len(self._undo), len(self.changes.events), len(self.changes.effects)

    def roll_back(self, to: tuple[int, int, int]) -> None:
        undo, events, effects = to
        while len(self._undo) > undo:
            mapping, key, before = self._undo.pop()
            if before is _MISSING:
                mapping.pop(key, None)
            else:
                mapping[key] = before
        del self.changes.events[events:]
        del self.changes.effects[effects:]

    def keep_snapshots(self) -> None:
        """Before the commit: of what has grown by so much that it is worth it."""
        expected = self.changes.expected
        for stream in dict.fromkeys(row.stream for row in self.changes.events):
            at = self._streams[stream]
            keeping = at.fold.keeping
            if keeping is not None and keeping.is_due(expected[stream], at.version):
                self.changes.snapshots.append(snapshots.row_of(stream, at.version, at.state, keeping))

    def remember(self) -> None:
        """After the commit: what was written is what is known."""
        self._remembered.update(self._streams)

    def forget(self) -> None:
        """Nothing that was loaded is trusted any more."""
        for stream in self.changes.expected:
            self._remembered.pop(stream, None)

    def _set(self, mapping: MutableMapping[Any, Any], key: Any, value: Any) -> None:
        self._undo.append((mapping, key, mapping.get(key, _MISSING)))
        if value is _MISSING:
            mapping.pop(key, None)
        else:
            mapping[key] = value

    def _row(self, fact: Event, stream: str, version: int, cause: Cause) -> EventRow:
        envelope = Envelope(
            id=self._ids.new(),
            type=fact.TYPE,
            subject=fact.subject,
            time=fact.happened_at,
            organisation_id=fact.organisation_id,
            stream=stream,
            sequence=version,
            recorded_at=self._clock.now(),
            cause=cause,
        )
        state = self._mapper.encode(fact, envelope)
        if len(state) > LARGEST_EVENT:
            raise EventTooLarge(fact)
        return EventRow(stream, version, fact.TYPE, state, envelope.id, fact.organisation_id, envelope.recorded_at)
