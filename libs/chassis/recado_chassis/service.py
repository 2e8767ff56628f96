"""What a service is: what it hears, answers, shows and tells, on one screen. `main.py` of each service makes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fastapi import APIRouter
from psycopg import Connection
from recado_events.catalogue import Topic
from recado_events.envelope import Cause, Envelope
from recado_events.event import Event
from recado_events.inbound import InboundUpdate
from recado_events.refusal import Refusal

from recado_chassis.caller import Standing
from recado_chassis.mapper import Placed
from recado_chassis.store import UniqueKey
from recado_chassis.streams import Streams
from recado_chassis.work import Fold, Work


class Unreadable(ValueError):
    """Nothing can be made of a record, whenever it is looked at: it is parked alone, and its subject flows on."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One record of a topic, decoded. `body` is an Event, or an InboundUpdate on the topics of raw updates."""

    topic: str
    partition: int
    offset: int
    type: str
    subject: str
    body: Event | InboundUpdate
    cause: Cause
    """To pass on with what is decided because of it: same correlation, this record as the cause."""
    envelope: Envelope | None
    """None on raw topics."""


def _no_keys(_: Any) -> Iterable[UniqueKey]:
    return ()


def _no_streams(_: Any, __: Work) -> Mapping[str, Fold[Any]]:
    return {}


class KafkaRecord(Protocol):
    """A record as Kafka gave it, or as it was parked: the same bytes."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Iterable[tuple[str, bytes | None]]: ...


Keep = Callable[[Work, KafkaRecord], None]


@dataclass(frozen=True, slots=True)
class Reaction:
    """What is done when a type is heard.

    `keys`, `streams`, and `further` ones to which the states of those lead, only say what to fetch ahead for a whole
    batch in one query each; what they leave out is fetched when it is asked for. Raising Refusal counts the record as
    refused, raising Unreadable parks it at once; recording an event that is too large parks it like any failure.
    """

    handle: Callable[[Work, Heard], None]
    keys: Callable[[Heard], Iterable[UniqueKey]] = _no_keys
    streams: Callable[[Heard, Work], Mapping[str, Fold[Any]]] = _no_streams
    further: Callable[[Heard, Work], Mapping[str, Fold[Any]]] = _no_streams


@dataclass(frozen=True, slots=True)
class Hears:
    """A topic and the reactions to its types; other types are passed over."""

    topic: Topic
    reactions: Mapping[str, Reaction]
    keeps: Keep | None = None
    """For archives: takes every record as it came, undecodable ones too, before its reaction. It may be handed a
    record again. One that it fails on is parked."""


class Projection(Protocol):
    """A read model: tables in a PostgreSQL schema of its own, a pure fold of the service's log."""

    @property
    def name(self) -> str:
        """Also the schema's: `view_<name>`."""
        ...

    @property
    def ddl(self) -> str:
        """CREATE statements with unqualified names; run with the schema first in the search path."""
        ...

    def write(self, connection: Connection[Any], page: Sequence[Placed]) -> None:
        """Folds a page of the log into the tables; the schema is first in the search path. Commits nothing."""
        ...


class Background(Protocol):
    """Something a worker does besides consuming, relaying and projecting (the gateway's dispatcher …)."""

    name: str

    async def run(self) -> None:
        """Until cancelled."""
        ...

    def ready(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Service:
    """All roles of one service."""

    name: str
    streams: Streams
    tells: Sequence[type[Event]]
    """Published by the relay; all other stored types are private."""
    hears: Sequence[Hears] = ()
    answers: Sequence[APIRouter] = ()
    shows: Sequence[Projection] = ()
    also: Sequence[Background] = ()
    """Run by workers."""
    apart: Mapping[str, Sequence[Background]] = field(default_factory=dict)
    """Run by processes that have these roles: what is to be scaled, or to fail, by itself."""
    always: Sequence[Background] = ()
    """Run in every process, whatever its roles: state in memory that its HTTP side needs."""
    raw_routes: Mapping[str, Any] = field(default_factory=dict)
    """Path → ASGI application served beside FastAPI (the gateway's webhook)."""
    standing: Standing | None = None
    """What the service knows of a caller now, where tokens may say more than is still true. Called in a thread for
    every request: answer from memory or one short query."""


__all__ = [
    "Background",
    "Heard",
    "Hears",
    "KafkaRecord",
    "Keep",
    "Projection",
    "Reaction",
    "Refusal",
    "Service",
    "Unreadable",
]
