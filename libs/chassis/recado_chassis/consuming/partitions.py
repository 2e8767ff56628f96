"""Whether a partition may flow: its inbox row must fit what Kafka holds, else an operator says how to go on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from recado_chassis.consuming.decoding import Place
from recado_chassis.consuming.history import HISTORY, WAITS
from recado_chassis.consuming.inbox import OUTCOMES
from recado_chassis.store import Changes, InboxMove, InboxRow, Store

ANY_TOPIC = ""
"""As a row's topic id: the next check takes up whatever id the topic has."""


class CannotResume(Exception):
    """Says what to do first."""


@dataclass(frozen=True, slots=True)
class Found:
    """What Kafka holds of a partition: offsets from `first` up to, but not including, `end`."""

    topic_id: str
    first: int
    end: int


def first_row(place: Place, found: Found, *, raw: bool, late: bool = False) -> InboxRow:
    """Of a partition never read before. On raw topics what is gone is gone; a log has a history to be read first, which
    is under way where the topic is `late`."""
    topic, partition = place
    lost = WAITS if late else None if raw or found.first == 0 else (
        f"never read before, and Kafka begins at offset {found.first}: give RECADO_EVENTS_URLS the owner of the log"
    )  # fmt: skip
    return InboxRow(topic, partition, found.topic_id, found.first, paused=lost)


def misfit(row: InboxRow, found: Found) -> str | None:
    """Why this row does not belong to what Kafka holds; None where it does."""
    if row.topic_id not in {found.topic_id, ANY_TOPIC}:
        return "the topic was deleted and created anew: its offsets mean other records"
    if row.next_offset < found.first:
        return f"Kafka begins at offset {found.first}, but {row.next_offset} was not read yet: records are lost"
    if row.next_offset > found.end:
        return f"Kafka ends at offset {found.end}, but {row.next_offset} comes next: records that were read are lost"
    return None


def resume(store: Store, topic: str, partition: int, at_offset: int, *, other_log: bool = False) -> InboxRow:
    """Says where a paused partition goes on: at this offset of the topic as it is now. Answers the new row.

    Positions that were read stay read, so going back repeats nothing; with `other_log` they are forgotten, for an
    owner's log that was restored or made anew. Raises CannotResume; Fenced where a worker moved the row meanwhile.
    """
    row = next((row for row in store.inbox() if (row.topic, row.partition) == (topic, partition)), None)
    if row is None or row.paused is None:
        raise CannotResume(f"{topic}-{partition} is not paused; its worker would overrule you")
    waiting = store.parked_count(topic, partition, at_offset)
    if waiting:
        raise CannotResume(f"{waiting} parked records of {topic}-{partition} lie ahead: retry or discard them first")
    after = replace(row, topic_id=ANY_TOPIC, next_offset=at_offset, paused=None)
    if other_log:
        after = replace(after, log=None, position=None)
    with store.session(locked=True) as session:
        session.commit(Changes(moves=[InboxMove(row, after)]))
    return after


def hold(store: Store, topic: str, partition: int | None, why: str) -> list[InboxRow]:
    """Pauses a topic's partitions, or one of them, whoever reads them: their worker is fenced off. Answers those that
    flowed until now."""
    with store.session(locked=True) as session:
        held = [row for row in _partitions(store, topic) if row.paused is None and partition in {None, row.partition}]
        session.commit(Changes(moves=[InboxMove(row, replace(row, paused=why)) for row in held]))
    return held


def reread(store: Store, topic: str, *, other_log: bool = False) -> int:
    """Has a log told by its owner once more, from where the partition stands that is furthest behind, then all go on at
    Kafka's end. Answers that position.

    What others have handled meanwhile is handled again, and the rules find it so already. With `other_log` the owner's
    log was restored or made anew, and is read from its beginning. Raises CannotResume, Fenced.
    """
    rows = _partitions(store, topic)
    if not rows:
        raise CannotResume(f"{topic} was not read here yet: a worker reads it from its beginning by itself")
    logs = {row.log for row in rows if row.log is not None}
    if len(logs) > 1 and not other_log:
        raise CannotResume(f"the partitions of {topic} stand in {len(logs)} logs: say that it is another one now")
    if waiting := sum(store.parked_count(topic, row.partition) for row in rows):
        raise CannotResume(f"{waiting} records of {topic} are parked: retry or discard them first")
    position = 0 if other_log else min(row.position or 0 for row in rows)
    begun = InboxRow(topic, HISTORY, ANY_TOPIC, position + 1, logs.pop() if position else None, position or None)
    store.adopt(begun)
    known = next(row for row in store.inbox() if (row.topic, row.partition) == (topic, HISTORY))
    counts = {name: getattr(known, name) for name in OUTCOMES}
    moves = [InboxMove(row, replace(row, topic_id=ANY_TOPIC, paused=WAITS)) for row in rows]
    with store.session(locked=True) as session:
        session.commit(Changes(moves=[InboxMove(known, replace(begun, **counts)), *moves]))
    return position


def _partitions(store: Store, topic: str) -> list[InboxRow]:
    return [row for row in store.inbox() if row.topic == topic and row.partition != HISTORY]


def take_up(store: Store, row: InboxRow, found: Found) -> None:
    """Ties a row that was resumed to the topic as it is now. Raises Fenced where somebody else did so already."""
    with store.session(locked=True) as session:
        session.commit(Changes(moves=[InboxMove(row, replace(row, topic_id=found.topic_id))]))
