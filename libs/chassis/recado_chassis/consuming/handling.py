"""What is done with records inside one transaction: fetch ahead for all, then react to each in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from recado_chassis.consuming.decoding import Place, Read
from recado_chassis.consuming.inbox import Outcome, Tally
from recado_chassis.following.untiring import where
from recado_chassis.service import Heard, Reaction, Refusal, Unreadable
from recado_chassis.store import Conflict, Fenced, InboxMove, InboxRow, ParkedRow, Unavailable, UniqueKey
from recado_chassis.work import EventTooLarge, Fold, Work

StreamsOf = Callable[[Heard, Work], Mapping[str, Fold[Any]]]
NEVER_POISON = (Conflict, Fenced, Unavailable)
"""What says nothing about the record that was being handled."""


@dataclass(frozen=True, slots=True)
class Handled:
    """The first `count` records are dealt with; `failure` says why not the next one."""

    count: int
    rows: Mapping[Place, InboxRow]
    failure: Exception | None = None


def handle(work: Work, reads: Sequence[Read], rows: Mapping[Place, InboxRow], now: datetime) -> Handled:
    """Leaves in `work` all that these records change, inbox rows and parked records included.

    Ends before the first record whose reaction raises anything but Refusal; what came before it stays.
    """
    tally = Tally(rows)
    blocked = _parked_subjects(work, reads)
    fetch_ahead(work, [read for read in reads if read.subject not in blocked])
    count, failure = 0, None
    for read in reads:
        try:
            outcome = _outcome(work, read, tally, blocked, now)
        except NEVER_POISON:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a reaction raises must not stop the other records
            failure = error
            break
        tally.count(read, outcome)
        count += 1
    after = tally.after()
    work.changes.moves = [InboxMove(rows[place], row) for place, row in after.items()]
    return Handled(count, after, failure)


def fetch_ahead(work: Work, reads: Sequence[Read]) -> None:
    """A query for all of the same kind: the unique rows, the streams they lead to, the streams those lead to."""
    heard = [(read.reaction, read.heard) for read in reads if read.reaction and read.heard]
    work.look_up([key for reaction, each in heard for key in _keys(reaction, each)])
    work.load(_all_streams(work, [(reaction.streams, each) for reaction, each in heard]))
    work.load(_all_streams(work, [(reaction.further, each) for reaction, each in heard]))


def react(work: Work, read: Read) -> Outcome:
    """Raises what the reaction raises, then leaving nothing of it in `work`; of refusals only EventTooLarge: what was
    told is not to be forgotten because it cannot be recorded yet."""
    _keep(work, read)
    if read.heard is None or read.reaction is None:
        return "accepted"
    savepoint = work.savepoint()
    try:
        read.reaction.handle(work, read.heard)
    except BaseException as error:
        work.roll_back(savepoint)
        if isinstance(error, Refusal) and not isinstance(error, EventTooLarge):
            return "refused"
        raise
    return "accepted"


def _outcome(work: Work, read: Read, tally: Tally, blocked: set[str], now: datetime) -> Outcome:
    if tally.is_duplicate(read):
        return "duplicate"
    if read.spoiled is None and (read.heard is None or read.subject not in blocked):
        try:
            return react(work, read)
        except Unreadable as error:
            read = read.spoil("invalid", where(error)).alone()
    _keep(work, read)
    work.changes.park.append(_parked(read, now))
    if read.subject:
        blocked.add(read.subject)
    return "parked"


def _keep(work: Work, read: Read) -> None:
    # What has failed is kept by being parked: it may be the keeping that fails.
    if read.keep is not None and not read.has_failed:
        read.keep(work, read.record)


def _parked_subjects(work: Work, reads: Sequence[Read]) -> set[str]:
    asked = {read.subject for read in reads if read.subject and (read.heard or read.spoiled)}
    return set(work.parked_subjects(asked)) if asked else set()


def _parked(read: Read, now: datetime) -> ParkedRow:
    record, spoiled = read.record, read.spoiled
    return ParkedRow(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        subject=read.subject,
        reason=spoiled.reason if spoiled else "behind",
        error=_printable(spoiled.error) if spoiled else "",
        attempts=spoiled.attempts if spoiled else 0,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
        parked_at=now,
    )


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:500]


def _keys(reaction: Reaction, heard: Heard) -> Iterator[UniqueKey]:
    # A reaction that fails here fails again when it is its turn, and is blamed then.
    try:
        yield from reaction.keys(heard)
    except NEVER_POISON:
        raise
    except Exception:  # noqa: BLE001
        return


def _all_streams(work: Work, asked: Iterable[tuple[StreamsOf, Heard]]) -> Mapping[str, Fold[Any]]:
    found: dict[str, Fold[Any]] = {}
    for streams_of, heard in asked:
        try:
            found.update(streams_of(heard, work))
        except NEVER_POISON:
            raise
        except Exception:  # noqa: BLE001, S112 - as above
            continue
    return found
