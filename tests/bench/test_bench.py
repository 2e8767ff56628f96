"""The benches compare like with like: both sides leave the same facts in the same streams, and the same rows."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from conversations.adapters.postgres.projection import STATEMENTS
from conversations.domain.private import PRIVATE
from conversations.main import build
from conversations.settings import Settings
from conversations.views import changes
from eventsourcing.persistence import StoredEvent
from pydantic import SecretStr
from recado_chassis.consuming.batch import Batch
from recado_chassis.consuming.decoding import Decoder
from recado_chassis.store import InboxRow
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.toolbox import Toolbox
from recado_events.conversations import PUBLISHED
from recado_events.event import Event

from tests.bench.figures import Target, ratios, spelled
from tests.bench.rivals.naive import Inbox
from tests.bench.rivals.naive_view import rows_of
from tests.bench.services import staff_streams
from tests.bench.sides import staff_naive
from tests.bench.traffic import Traffic, facts_of, records
from tests.harness.on_database import SETTINGS, Record

NUMBERS, KNOWN, MIXED = 10, 20, 100
BEGINS = time.time() - 20 * 3600
Facts = dict[str, list[tuple[Any, ...]]]
_TOLD = {
    "CustomerIdentified": (),
    "ConversationOpened": ("opened_at",),
    "ConversationAssigned": ("user_id", "how"),
    "ServiceWindowOpened": ("opened_at", "closes_at"),
    "ServiceWindowExtended": ("extended_at", "closes_at"),
    "RotaTurnTaken": ("user_id", "pointer_after"),
    "MessageReceived": ("occurred_at",),
}


def test_both_sides_leave_the_same_facts_in_the_same_streams_and_as_many_as_are_waited_for() -> None:
    ours, naive = _by_stream(_our_events()), _by_stream(_naive_events())

    assert sorted(map(str, ours.values())) == sorted(map(str, naive.values()))
    assert sum(map(len, ours.values())) == 6 * KNOWN + facts_of(MIXED)


def test_both_views_get_the_same_rows_from_these_facts() -> None:
    ours = [change for place, event in enumerate(_our_events(), 1) for change in changes(event, place)]
    naive = [row for place, event in enumerate(_naive_events(), 1) for row in rows_of(event, place)]
    written = [change for change in ours if change.statement not in {"user_registered", "rota_chosen"}]

    assert sorted(change.statement for change in written) == sorted(statement for statement, _ in naive)
    assert _contents((change.statement, change.values) for change in written) == _contents(naive)
    for statement, values in naive:
        assert values.keys() >= set(re.findall(r"%\((\w+)\)s", STATEMENTS[statement]))


def test_a_target_is_met_from_its_side_and_ratios_are_of_one_round() -> None:
    assert Target("least", 6).is_met(6)
    assert not Target("most", 25).is_met(25.1)
    assert ratios([10, 40], [5, 10]) == [2, 4]
    assert (spelled(12_345.6), spelled(0.98765)) == ("12,300", "0.988")


def _by_stream(events: list[Any]) -> Facts:
    found: Facts = defaultdict(list)
    for event in events:
        name = type(event).__name__
        if name in _TOLD:
            stream = str(event.originator_id) if hasattr(event, "originator_id") else event.stream
            found[stream].append((name, *(str(getattr(event, member)) for member in _TOLD[name])))
    return found


def _contents(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> list[bytes]:
    return sorted(values["content"] for statement, values in rows if statement == "message")


def _messages() -> list[Record]:
    traffic = Traffic(KNOWN, NUMBERS, BEGINS)
    told = records(traffic.first_messages() + traffic.mixed(MIXED))
    return [Record(each.topic, 0, offset, each.key, each.value, each.headers) for offset, each in enumerate(told)]


def _our_events() -> list[Event]:
    store = MemoryStore()
    settings = Settings(database=SecretStr("postgresql://nowhere"), **SETTINGS)
    service = build(settings, Toolbox(store))
    staff_streams(service.streams, NUMBERS)
    messages = _messages()
    row = InboxRow(messages[0].topic, 0, topic_id="topic", next_offset=0)
    store.adopt(row)
    decoder = Decoder(service.hears)
    Batch(service.streams, {(row.topic, 0): row}, [decoder.read(message) for message in messages]).work_off()
    assert {*PUBLISHED, *PRIVATE} >= {*map(type, _decoded(service))}
    return _decoded(service)


def _decoded(service: Any) -> list[Event]:
    mapper, store = service.streams.mapper, service.streams.store
    return [mapper.decode(row.state).event for row in store.read(0, 10_000)]


def _naive_events() -> list[Any]:
    inbox = Inbox()
    staff_naive(inbox, NUMBERS)
    for message in _messages():
        inbox.receive(json.loads(message.value))
    stored = inbox.recorder.select_notifications(1, 10_000)
    return [
        inbox.mapper.to_domain_event(StoredEvent(each.originator_id, each.originator_version, each.topic, each.state))
        for each in stored
    ]
