"""What a service is built from: everything impure, made once by `run` (or by a test) and handed to `build`.

`main.py` of a service has, and nothing in it connects:

    SHOWS = (Contacts(), Notes())

    def build(settings: Settings, tools: Toolbox) -> Service:
        streams = tools.streams(crm.PUBLISHED)
        contacts = ContactBook(streams, …)
        return Service("crm", streams, tells=crm.PUBLISHED, hears=…, answers=[http.routes(contacts, …)], shows=SHOWS)

and `__main__.py` says `run(build, Settings)`. A test calls the same `build` with a Toolbox over a MemoryStore.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import httpx
from psycopg import Connection
from recado_events.catalogue import Topic
from recado_events.event import Event

from recado_chassis.mapper import Mapper, Upcast
from recado_chassis.ports import Clock, Ids, SystemClock, Uuid7
from recado_chassis.producing.records import Done, Record
from recado_chassis.service import Service
from recado_chassis.settings import ServiceSettings
from recado_chassis.store import Store
from recado_chassis.streams import Streams
from recado_chassis.withheld import AccessRefused

S = TypeVar("S", bound=ServiceSettings)


class Publisher(Protocol):
    """Publishes beside the relay (raw updates, which are no events). `producer.Batcher` is the real one."""

    async def send_all(self, records: Sequence[Record]) -> None:
        """Returns once all are acknowledged; see `Batcher.send_all` for what it raises."""
        ...

    def give(self, records: Sequence[Record], done: Done, seconds: float) -> bool:
        """As `send_all` for whoever cannot wait; see `Batcher.give`."""
        ...

    def ready(self) -> bool: ...


class _NoPublisher:
    """Lets a service be built where nothing is published: for its mapper, or for a test of something else."""

    async def send_all(self, _: Sequence[Record]) -> None:
        raise LookupError("This toolbox has no publisher; give it one.")

    def give(self, _: Sequence[Record], __: Done, ___: float) -> bool:
        return False

    def ready(self) -> bool:
        return False


def _no_publisher(_: Iterable[Topic]) -> Publisher:
    return _NoPublisher()


def _no_connection() -> AbstractContextManager[Connection[Any]]:
    raise LookupError("This toolbox has no database for views; give it `PostgresStore(dsn).connection`.")


def _system_ids() -> Ids:
    return Uuid7(SystemClock())


@dataclass(frozen=True, slots=True)
class Toolbox:
    """`run` closes what it gave; a test closes what it made itself."""

    store: Store
    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=_system_ids)
    connection: Callable[[], AbstractContextManager[Connection[Any]]] = _no_connection
    """One database connection in autocommit mode from the store's pool, for the queries of views. Synchronous."""
    publisher: Callable[[Iterable[Topic]], Publisher] = _no_publisher
    """For the catalogue's topics that this service writes itself; started and stopped with the process."""
    http: Callable[..., httpx.AsyncClient] = httpx.AsyncClient
    """A client with these options of httpx; closed with the process."""
    held: Callable[[Topic], frozenset[int] | None] = lambda _: None
    """The partitions of a topic that this process's consumer holds at the moment; None while nobody can say."""

    def streams(
        self, events: Iterable[type[Event]], upcasts: Mapping[str, Upcast] | None = None, remembered: int = 10_000
    ) -> Streams:
        """The seam to the store for a service that decides on these types (its own, published and private)."""
        return Streams(self.store, Mapper((*events, AccessRefused), upcasts), self.clock, self.ids, remembered)


Build = Callable[[S, Toolbox], Service]
"""Joins a service; connects nothing, starts nothing. Called once, inside the event loop."""
