"""`Streams.transact`: load, decide, append, in one transaction that nobody else can have overtaken."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

from recado_chassis.mapper import Mapper
from recado_chassis.ports import Clock, Ids
from recado_chassis.store import Conflict, Contradiction, Session, Store
from recado_chassis.work import Fold, Folded, Work

S = TypeVar("S")
T = TypeVar("T")


class Remembering(OrderedDict[str, Folded]):
    """The last states seen, oldest out first. A cache: a stale one costs a tail to load, never a wrong decision."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self._lock = Lock()

    def __setitem__(self, stream: str, folded: Folded) -> None:
        with self._lock:
            super().__setitem__(stream, folded)
            self.move_to_end(stream)
            while len(self) > self._size:
                super().__delitem__(next(iter(self)))

    def pop(self, stream: str, default: Any = None) -> Any:
        with self._lock:
            return super().pop(stream, default)

    def clear(self) -> None:
        with self._lock:
            super().clear()


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What `decide` answered, and the position up to which a view must have come to show it."""

    value: T
    position: int


class Streams:
    """The seam between pure decisions and the store. Synchronous; safe to call from many threads."""

    def __init__(self, store: Store, mapper: Mapper, clock: Clock, ids: Ids, remembered: int = 10_000) -> None:
        self.store = store
        self.mapper = mapper
        self.clock = clock
        self.ids = ids
        self._remembered = Remembering(remembered)
        self._interruptions = 0

    def transact(self, decide: Callable[[Work], T], *, attempts: int = 5) -> Done[T]:
        """Runs `decide` and commits what it left behind.

        The first attempt is optimistic, later ones take the write lock before they load, so they lose no race.
        `decide` may run several times: the ids and the time it uses are made before. Raises what `decide`
        raises, Fenced, Unavailable, and Contradiction when even locked attempts conflict.
        """
        reason = ""
        for attempt in range(attempts):
            try:
                with self.store.session(locked=attempt > 0) as session:
                    return self._attempt(session, decide, is_first=attempt == 0)
            except Conflict as error:
                reason = str(error)
        raise Contradiction(reason)

    def _attempt(self, session: Session, decide: Callable[[Work], T], *, is_first: bool) -> Done[T]:
        work = self.work(session)
        value = decide(work)
        try:
            work.keep_snapshots()
            position = session.commit(work.changes)
        except Exception as error:
            # Who lost a race has loaded a beginning of what is there now, and goes on from it. Who cannot lose one, and
            # does, has remembered a history that is no more.
            if not (is_first and isinstance(error, Conflict)):
                work.forget()
            raise
        work.remember()
        return Done(value, position)

    def work(self, session: Session) -> Work:
        if self._interruptions != self.store.interruptions:
            self._interruptions = self.store.interruptions
            self._remembered.clear()
        return Work(session, self.mapper, self.clock, self.ids, self._remembered)

    def read(self, stream: str, fold: Fold[S]) -> S:
        """The state of one stream as it is now, for queries that need a rule."""
        with self.store.session() as session:
            return self.work(session).state(stream, fold)
