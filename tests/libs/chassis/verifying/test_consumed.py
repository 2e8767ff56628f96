"""Inbox rows beside what Kafka holds: every record is accounted for, and took effect in its place."""

from __future__ import annotations

from dataclasses import replace

from recado_chassis.consuming.history import HISTORY
from recado_chassis.store import InboxRow
from recado_chassis.verifying import consumed
from recado_chassis.verifying.logs import Logged
from recado_chassis.verifying.topics import Contents, OnTopic

from tests.libs.chassis.verifying.test_published import found_in

TOPIC = "recado.tests.v1"
READ = InboxRow(TOPIC, 0, "topic-id", 5, accepted=2, refused=1, duplicate=1, parked=1)


def topic(end: int = 5, first: int = 0) -> dict[str, Contents]:
    records = [OnTopic(0, offset, b"", f"id-{offset}", None, 0, b"") for offset in range(first, end)]
    return {TOPIC: Contents({0: first}, {0: end}, records)}


def differing(*rows: InboxRow, end: int = 5, first: int = 0, parked: int = 1) -> dict[str, int]:
    waiting = {(TOPIC, 0): parked} if parked else {}
    return found_in(consumed.figures("tests", rows, waiting, topic(end, first)))


def test_a_partition_that_is_read_and_counted_differs_in_nothing() -> None:
    assert differing(READ) == {}


def test_a_record_that_was_not_counted_is_named() -> None:
    assert differing(replace(READ, accepted=1)) == {"partitions whose counts do not add up": 1}


def test_where_a_partition_began_later_its_counts_cannot_add_up() -> None:
    assert differing(replace(READ, accepted=0), first=2) == {}
    assert differing(replace(READ, accepted=0), InboxRow(TOPIC, HISTORY, "topic-id", 9)) == {}


def test_a_partition_that_is_behind_beyond_or_unread_is_named() -> None:
    assert differing(READ, end=6) == {"partitions not read to their end": 1}
    assert differing(READ, end=4) == {"partitions read beyond their end": 1}
    assert differing(end=4, parked=0) == {"partitions not read to their end": 1}


def test_a_partition_that_waits_for_an_operator_is_named() -> None:
    assert differing(replace(READ, paused="records are lost")) == {"partitions that wait for an operator": 1}


def test_more_parked_records_than_were_counted_are_named() -> None:
    assert differing(READ, parked=2) == {"partitions with more records parked than were counted": 1}


def effect(position: int, offset: int) -> Logged:
    state = b'{"causationid":"id-%d","data":{}}' % offset
    return Logged(position, f"stream-{position}", "tests.happened.v1", state, "1")


def turned(*events: Logged, row: InboxRow = READ) -> dict[str, int]:
    return found_in([consumed.order("tests", [row], events, topic())])


def test_effects_in_the_order_of_their_records_differ_in_nothing() -> None:
    row = replace(READ, parked=0)
    assert turned(effect(1, 0), effect(2, 2), effect(3, 2), effect(4, 4), effect(5, 0), row=row) == {}


def test_an_effect_before_that_of_an_earlier_record_is_named_unless_records_were_parked() -> None:
    found = {"records whose effects stand before those of earlier ones": 1}
    assert turned(effect(1, 2), effect(2, 0), row=replace(READ, parked=0)) == found
    assert turned(effect(1, 2), effect(2, 0)) == {}
