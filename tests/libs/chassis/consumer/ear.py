"""A service that only listens: what it heard stands in its log, once, in order, or it is not consumed rightly."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

from pydantic import AwareDatetime
from recado_chassis.mapper import Mapper
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.producing.headers import InboundHead, envelope_headers, inbound_headers, source_of
from recado_chassis.service import Heard, Hears, Reaction, Refusal, Service, Unreadable
from recado_chassis.store import InboxRow, Store, UniqueKey
from recado_chassis.streams import Streams
from recado_chassis.work import Fold, Work
from recado_events.catalogue import LARGEST_EVENT, Topic
from recado_events.envelope import Cause, Envelope
from recado_events.event import Event
from recado_events.ids import OrganisationId, WabaId
from recado_events.inbound import InboundType, InboundUpdate

ORGANISATION = OrganisationId(UUID(int=7))
NOW = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
LOG = "first-log"

Headers = tuple[tuple[str, bytes | None], ...]


class Said(Event):
    TYPE: ClassVar[str] = "mouth.said.v1"
    STREAM: ClassVar[str] = "mouth-{speaker}"
    SUBJECT: ClassVar[str] = "{speaker}"
    KEY: ClassVar[str] = "{speaker}"

    speaker: str
    number: int
    how: str = "well"
    text: str = ""
    said_at: AwareDatetime = NOW


class Noted(Event):
    TYPE: ClassVar[str] = "ear.noted.v1"
    STREAM: ClassVar[str] = "ear-{speaker}"
    SUBJECT: ClassVar[str] = "{speaker}"
    KEY: ClassVar[str] = "{speaker}"

    speaker: str
    number: int
    aside: str = ""
    noted_at: AwareDatetime = NOW


MOUTH = Topic("mouth.v1", "mouth", "speaker", "internal", "What was said.", partitions=4, events=(Said,))
STREET = Topic(
    "street.v1", "mouth", "number", "personal", "What Meta sent.", partitions=2, raw_types=tuple(InboundType)
)

NOTES: Fold[tuple[int, ...]] = Fold((), lambda seen, event: (*seen, event.number) if isinstance(event, Noted) else seen)


class MaimedReaction(Exception):
    """What a bug in a reaction looks like."""


@dataclass
class Ear:
    """`deaf` makes every reaction to these speakers fail, until it is emptied."""

    deaf: set[str] = field(default_factory=set)

    def when_said(self, work: Work, heard: Heard) -> None:
        said = heard.body
        assert isinstance(said, Said)
        note(work, said.speaker, said.number, heard.cause)
        match said.how:
            case "refused":
                raise Refusal("not_now", "after a note that must not stay")
            case "maimed":
                raise MaimedReaction(said.text)
            case "unreadable":
                raise Unreadable(said.text)
            case "large":
                note(work, said.speaker, said.number, heard.cause, "x" * LARGEST_EVENT)
            case "slow":
                linger_once(Path(said.text))
            case "claimed":
                work.claim(UniqueKey("text", "", said.text), said.speaker)
        if said.speaker in self.deaf:
            raise MaimedReaction(said.speaker)

    def when_message(self, work: Work, heard: Heard) -> None:
        assert isinstance(heard.body, InboundUpdate)
        note(work, heard.subject, heard.body.ordinal, heard.cause)

    def hears(self) -> list[Hears]:
        said = Reaction(self.when_said, keys=_keys, streams=_streams)
        return [
            Hears(MOUTH, {Said.TYPE: said}),
            Hears(STREET, {InboundType.MESSAGE: Reaction(self.when_message)}),
        ]

    def service(self, store: Store, name: str = "ear") -> Service:
        clock = SystemClock()
        streams = Streams(store, Mapper([Noted]), clock, Uuid7(clock))
        return Service(name, streams, tells=(), hears=self.hears())


def linger_once(sign: Path) -> None:
    """Long enough to be stopped in the middle; the sign says that it is now."""
    if not sign.exists():
        sign.touch()
        time.sleep(1.0)


def note(work: Work, speaker: str, number: int, cause: Cause, aside: str = "") -> None:
    work.load({f"ear-{speaker}": NOTES})
    work.record([Noted(organisation_id=ORGANISATION, speaker=speaker, number=number, aside=aside)], cause)


def _keys(heard: Heard) -> Iterable[UniqueKey]:
    assert isinstance(heard.body, Said)
    if heard.body.how == "unaskable":
        raise MaimedReaction("while keys were collected")
    return [UniqueKey("text", "", heard.body.text)] if heard.body.how == "claimed" else []


def _streams(heard: Heard, _: Work) -> Mapping[str, Fold[Any]]:
    assert isinstance(heard.body, Said)
    return {f"ear-{heard.body.speaker}": NOTES}


def notes(store: Store) -> dict[str, list[int]]:
    """What was noted of each speaker, in the log's order."""
    mapper, found = Mapper([Noted]), dict[str, list[int]]()
    for row in store.read(0, 1_000_000):
        event = mapper.decode(row.state).event
        if isinstance(event, Noted):
            found.setdefault(event.speaker, []).append(event.number)
    return found


def counts(row: InboxRow) -> tuple[int, int, int, int]:
    return row.accepted, row.refused, row.duplicate, row.parked


# Records --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Raw:
    """A record as Kafka would give it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def said(number: int, speaker: str = "ada", how: str = "well", text: str = "") -> Said:
    return Said(organisation_id=ORGANISATION, speaker=speaker, number=number, how=how, text=text)


def headers_of(event: Said, position: int, log: str = LOG) -> Headers:
    envelope = Envelope(
        id=uuid4(),
        type=event.TYPE,
        subject=event.subject,
        time=event.happened_at,
        organisation_id=event.organisation_id,
        stream=event.stream,
        sequence=1,
        recorded_at=event.happened_at,
        cause=Cause("story"),
        position=position,
        source=source_of("mouth", log),
    )
    return tuple(envelope_headers(envelope))


def raw(event: Said, offset: int, position: int | None = None, *, partition: int = 0, log: str = LOG) -> Raw:
    """Of a record whose position follows from its offset, if nothing else is said."""
    headers = headers_of(event, offset + 1 if position is None else position, log)
    return Raw(MOUTH.name, partition, offset, event.key.encode(), event.model_dump_json().encode(), headers)


def message(ordinal: int, offset: int, subject: str = "f1ngerpr1nt", kind: str = InboundType.MESSAGE) -> Raw:
    head = InboundHead(uuid4(), kind, "/recado/gateway", subject, NOW, "story", ORGANISATION)
    update = InboundUpdate(
        organisation_id=ORGANISATION, waba_id=WabaId("1"), field="messages", ordinal=ordinal, received_at=1, update={}
    )
    return Raw(STREET.name, 0, offset, b"k", update.model_dump_json().encode(), tuple(inbound_headers(head)))
