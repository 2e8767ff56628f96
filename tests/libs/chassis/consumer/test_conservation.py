"""Whatever arrives and whatever breaks: each record is counted once, each note made once, each subject in order."""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from recado_chassis.consuming.decoding import Place
from recado_chassis.store import InboxRow, Store

from tests.libs.chassis.consumer.batches import Fault, FaultyStore, begin, hand, rows_of
from tests.libs.chassis.consumer.ear import Ear, Raw, counts, notes, raw, said

PARTITIONS = 2
KINDS = ["well"] * 6 + ["again", "refused", "maimed", "garbled", "nameless", "unread"]


@dataclass
class Expected:
    """The same rules as the consumer's, for one record at a time and nothing ever failing."""

    notes: dict[str, list[int]]
    parked: dict[str, list[int]]
    counts: dict[int, dict[str, int]]


@st.composite
def topics(draw: st.DrawFn) -> list[tuple[str, Raw]]:
    """Records of all partitions in the order of arrival, each with its kind; subjects stay in their partition."""
    kinds = draw(st.lists(st.sampled_from(KINDS), max_size=40))
    records: list[tuple[str, Raw]] = []
    offsets: dict[int, int] = defaultdict(int)
    positions: dict[int, int] = defaultdict(int)
    for number, kind in enumerate(kinds):
        partition = draw(st.integers(0, PARTITIONS - 1))
        speaker = f"{draw(st.sampled_from('ab'))}{partition}"
        if kind != "again":
            positions[partition] += draw(st.integers(1, 3))
        position = max(1, positions[partition] - draw(st.integers(0, 2)) if kind == "again" else positions[partition])
        how = kind if kind in {"refused", "maimed"} else "well"
        record = raw(said(number, speaker, how), offsets[partition], position, partition=partition)
        records.append((kind, spoiled(record, kind)))
        offsets[partition] += 1
    return records


def spoiled(record: Raw, kind: str) -> Raw:
    match kind:
        case "garbled":
            return replace(record, value=b'{"text": "\\ud800"}')
        case "nameless":
            return replace(record, headers=(("ce_id", b"\xff"),))
        case "unread":
            headers = tuple((name, b"mouth.shut.v1" if name == "ce_type" else value) for name, value in record.headers)
            return replace(record, headers=headers)
        case _:
            return record


def expected(records: list[tuple[str, Raw]]) -> Expected:
    found = Expected(defaultdict(list), defaultdict(list), defaultdict(lambda: defaultdict(int)))
    last: dict[int, int] = defaultdict(int)
    for number, (kind, record) in enumerate(records):
        headers = dict(record.headers)
        subject, position = (headers.get(name) or b"" for name in ("ce_subject", "ce_position"))
        outcome = outcome_of(kind, subject.decode(), int(position or 0), last[record.partition], found)
        if position:
            last[record.partition] = max(last[record.partition], int(position))
        if outcome == "parked":
            found.parked[subject.decode()].append(record.offset)
        if outcome == "accepted" and kind != "unread":
            found.notes[subject.decode()].append(number)
        found.counts[record.partition][outcome] += 1
    return found


def outcome_of(kind: str, subject: str, position: int, last: int, found: Expected) -> str:
    if kind == "nameless":
        return "parked"
    if position <= last:
        return "duplicate"
    if kind == "unread":
        return "accepted"
    if kind in {"garbled", "maimed"} or found.parked[subject]:
        return "parked"
    return "refused" if kind == "refused" else "accepted"


def assert_conserved(store: Store, records: list[tuple[str, Raw]]) -> None:
    wanted = expected(records)
    assert notes(store) == {speaker: numbers for speaker, numbers in wanted.notes.items() if numbers}
    alone = wanted.parked.pop("", [])
    assert sorted(row.offset for row in store.parked("")) == sorted(alone)
    for subject, offsets in wanted.parked.items():
        assert [row.offset for row in store.parked(subject)] == offsets
    for row in store.inbox():
        told = wanted.counts[row.partition]
        assert sum(counts(row)) == row.next_offset == sum(told.values())
        assert counts(row) == (told["accepted"], told["refused"], told["duplicate"], told["parked"])


FAULTS = st.lists(st.sampled_from(get_args(Fault)), max_size=30)
WORKERS = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 40)), max_size=12)
"""How many batches ago each one last looked at the rows (a zombie's look is old), and how many records it takes."""


@settings(max_examples=300)
@given(topics(), FAULTS, WORKERS)
def test_every_record_is_counted_once_whatever_breaks(
    records: list[tuple[str, Raw]], faults: list[Fault], workers: list[tuple[int, int]]
) -> None:
    store = FaultyStore(faults)
    begin(store, PARTITIONS)
    service, looks = Ear().service(store), [rows_of(store)]
    for age, size in workers:
        rows = looks[max(0, len(looks) - 1 - age)]
        hand(service, ahead(records, rows)[:size], rows)
        looks.append(rows_of(store))
    while left := ahead(records, rows_of(store)):
        hand(service, left)
    assert_conserved(store, records)


def ahead(records: list[tuple[str, Raw]], rows: dict[Place, InboxRow]) -> list[Raw]:
    return [record for _, record in records if record.offset >= rows[record.topic, record.partition].next_offset]
