"""Kafka records become what a service hears, one by one, so that a bad record spoils no other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import ValidationError
from recado_events.catalogue import Topic
from recado_events.envelope import Envelope
from recado_events.event import Event
from recado_events.inbound import InboundUpdate

from recado_chassis.mapper import Mapper
from recado_chassis.producing.headers import (
    BadHeaders,
    InboundHead,
    caused_by,
    header_text,
    log_of,
    read_envelope,
    read_inbound,
)
from recado_chassis.service import Heard, Hears, KafkaRecord, Keep, Reaction

__all__ = ["Decoder", "KafkaRecord", "Place", "Read", "Spoiled"]

Place = tuple[str, int]
"""A partition: Kafka's name of the topic (with its prefix) and the number. aiokafka's TopicPartition is one."""

_LONGEST = 200
_LAST_POSITION = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Spoiled:
    """Why a record cannot be handled. `error` names classes, fields and places in the code, never values."""

    reason: Literal["undecodable", "invalid", "failed"]
    error: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """A record that was read: heard with its reaction, or spoiled, or neither where nobody here reacts to its type."""

    record: KafkaRecord
    subject: str = ""
    """Empty where it cannot be read: then the record stands alone."""
    log: str | None = None
    position: int | None = None
    heard: Heard | None = None
    reaction: Reaction | None = None
    spoiled: Spoiled | None = None
    keep: Keep | None = None
    """Wants the record whatever else is done with it."""

    @property
    def place(self) -> Place:
        return self.record.topic, self.record.partition

    @property
    def has_failed(self) -> bool:
        """Spoiled not by what it is but by what happened when it was handled."""
        return self.spoiled is not None and self.spoiled.reason == "failed"

    def alone(self) -> Read:
        """Parked, it will hold up nothing later of its subject."""
        return replace(self, subject="")

    def spoil(self, reason: Literal["undecodable", "invalid", "failed"], error: str, attempts: int = 0) -> Read:
        return replace(self, heard=None, reaction=None, spoiled=Spoiled(reason, error, attempts))


class Decoder:
    """Knows the topics and types that one service hears. `read` never raises because of what is in a record."""

    def __init__(self, hears: Iterable[Hears], prefix: str = "") -> None:
        self._hears = {prefix + each.topic.name: each for each in hears}
        self._mapper = Mapper(event for each in self._hears.values() for event in each.topic.events)

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(self._hears)

    def topic(self, name: str) -> Topic:
        """The catalogue's topic that Kafka knows by this name."""
        return self._hears[name].topic

    def is_raw(self, topic: str) -> bool:
        """Whether the topic holds what Meta sent, which stands in no log."""
        return bool(self._hears[topic].topic.raw_types)

    def read(self, record: KafkaRecord) -> Read:
        """Each update of Meta is a fact of its own: one that cannot be read waits alone. Events of a log build on one
        another: the later ones of its subject wait behind it."""
        read = self._read(record, self._hears[record.topic])
        return read.alone() if read.spoiled is not None and self.is_raw(record.topic) else read

    def _read(self, record: KafkaRecord, hears: Hears) -> Read:
        try:
            head = read_inbound(record.headers) if hears.topic.raw_types else read_envelope(record.headers)
            subject, log, position = _placed(head)
        except BadHeaders as error:
            return _nameless(record, hears).spoil("undecodable", f"BadHeaders: {error}")
        reaction = hears.reactions.get(head.type)
        read = Read(record, subject, log, position, keep=hears.keeps)
        if reaction is None:
            return read if _unheard(head.type, hears) else read.spoil("invalid", "a version nobody here knows")
        try:
            body = self._body(head, record.value or b"")
        except ValidationError as error:
            return _misfit(read, error)
        if contradiction := _contradiction(record, head, body):
            return read.spoil("invalid", contradiction)
        envelope = head if isinstance(head, Envelope) else None
        heard = Heard(
            hears.topic.name, record.partition, record.offset, head.type, subject, body, caused_by(head), envelope
        )
        return Read(record, subject, log, position, heard, reaction, keep=hears.keeps)

    def _body(self, head: Envelope | InboundHead, value: bytes) -> Event | InboundUpdate:
        if isinstance(head, Envelope):
            return self._mapper.event(head, value)
        return InboundUpdate.model_validate_json(value)


def _nameless(record: KafkaRecord, hears: Hears) -> Read:
    subject = header_text(record.headers, "ce_subject") or ""
    return Read(record, subject if _is_identifier(subject) else "", keep=hears.keeps)


def _placed(head: Envelope | InboundHead) -> tuple[str, str | None, int | None]:
    """Subject, log and position: these go into rows, and must fit there, else not even parking would succeed."""
    if not _is_identifier(head.subject):
        raise BadHeaders("ce_subject is no identifier")
    if isinstance(head, InboundHead):
        return head.subject, None, None
    log = log_of(head.source or "")
    if log is None or not _is_identifier(log):
        raise BadHeaders("ce_source names no log")
    if head.position is None or head.position > _LAST_POSITION:
        raise BadHeaders("ce_position is no position")
    return head.subject, log, head.position


def _is_identifier(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and text.isprintable()


def _unheard(name: str, hears: Hears) -> bool:
    """False where another version of the type is reacted to: passing that over would lose it."""
    kind = name.rpartition(".")[0]
    return all(heard.rpartition(".")[0] != kind for heard in hears.reactions)


def _misfit(read: Read, error: ValidationError) -> Read:
    first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    if first["type"] == "json_invalid":
        return read.spoil("undecodable", "the body is no JSON")
    return read.spoil("invalid", f"{first['type']} in {first['loc'][0] if first['loc'] else 'the body'}")


def _contradiction(record: KafkaRecord, head: Envelope | InboundHead, body: Event | InboundUpdate) -> str | None:
    if body.organisation_id != head.organisation_id:
        return "the body's organisation_id is not ce_tenantid"
    if isinstance(body, Event) and record.key != body.key.encode():
        return "the Kafka key is not the event's: it may not stand where its order would put it"
    return None
