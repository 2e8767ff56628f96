"""What subscribers are given: events of the language from what came, and a subscriber that is as short as it says."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import ValidationError
from recado_events.catalogue import EVENTS
from recado_events.conversations import MessageReceived
from recado_events.subscribing import event_of

CONTRACTS = Path(__file__).parents[2] / "contracts"
SUBSCRIBERS = CONTRACTS / "subscribers"
LOG = "/recado/conversations/one"
OPENED = "conversations.conversation-opened.v1"
ASSIGNED = "conversations.conversation-assigned.v1"
CLOSED = "conversations.conversation-closed.v1"


def example(name: str) -> Any:
    return json.loads((CONTRACTS / f"examples/{name}.json").read_text(encoding="utf-8"))["data"]


@pytest.fixture(scope="module")
def subscriber() -> ModuleType:
    spec = importlib.util.spec_from_file_location("subscriber", SUBSCRIBERS / "python/subscriber.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def state() -> dict[str, Any]:
    return {"talks": {}, "positions": [0] * 12, "offsets": None}


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_event_is_read_alike_from_a_record_of_kafka_and_from_a_page_of_the_log(name: str) -> None:
    data = example(name)
    event = event_of(name, data)
    assert type(event) is EVENTS[name]
    assert event == event_of(name, json.dumps(data)) == event_of(name, json.dumps(data).encode())


def test_a_type_of_later_is_none_and_a_member_of_later_is_passed_over() -> None:
    assert event_of("conversations.conversation-dreamt.v1", b"{}") is None
    assert event_of(OPENED, {**example(OPENED), "of_later": 1}) == event_of(OPENED, example(OPENED))


def test_an_event_whose_person_was_erased_has_no_personal_part() -> None:
    event = event_of(MessageReceived.TYPE, {**example(MessageReceived.TYPE), "personal": None})
    assert isinstance(event, MessageReceived)
    assert event.personal is None


def test_data_that_its_type_does_not_promise_is_refused() -> None:
    with pytest.raises(ValidationError):
        event_of(OPENED, b'{"opened_at": "yesterday"}')


def test_the_subscriber_takes_once_what_comes_twice(subscriber: ModuleType, state: dict[str, Any]) -> None:
    opened, closed = example(OPENED), example(CLOSED)
    for position, name, data in ((3, OPENED, opened), (5, CLOSED, closed), (3, OPENED, opened), (5, CLOSED, closed)):
        subscriber.take(state, 7, LOG, position, name, data)
    assert state["talks"] == {opened["conversation_id"]: [opened["organisation_id"], "nobody", False]}
    assert state["positions"][7] == 5


def test_the_subscriber_passes_over_types_of_later(subscriber: ModuleType, state: dict[str, Any]) -> None:
    subscriber.take(state, 7, LOG, 3, "conversations.conversation-dreamt.v1", b"{}")
    assert (state["talks"], state["positions"][7]) == ({}, 3)


def test_the_subscriber_begins_again_when_its_owner_was_restored(subscriber: ModuleType, state: dict[str, Any]) -> None:
    subscriber.take(state, 7, LOG, 3, OPENED, example(OPENED))
    with pytest.raises(subscriber.AnotherLog):
        subscriber.take(state, 7, "/recado/conversations/two", 2, ASSIGNED, example(ASSIGNED))


def test_the_subscriber_has_thirty_lines_and_knows_nothing_of_recado_but_its_events() -> None:
    text = (SUBSCRIBERS / "python/subscriber.py").read_text(encoding="utf-8")
    module = ast.parse(text)
    imports = [node for node in ast.walk(module) if isinstance(node, ast.Import | ast.ImportFrom)]
    docstrings = [
        node for node in ast.walk(module) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    beside = {line for node in (*imports, *docstrings) for line in range(node.lineno, (node.end_lineno or 0) + 1)}
    lines = [line for number, line in enumerate(text.splitlines(), 1) if line.strip() and number not in beside]
    assert len(lines) == 30
    packages = {node.module.partition(".")[0] for node in imports if isinstance(node, ast.ImportFrom) and node.module}
    assert packages - sys.stdlib_module_names == {"aiokafka", "httpx", "recado_events"}


@pytest.mark.parametrize("file", ["typescript/subscriber.ts", "go/state.go"])
def test_the_types_that_other_languages_name_are_in_the_catalogue(file: str) -> None:
    named = re.findall(r'"(\w+\.[\w-]+\.v\d+)"', (SUBSCRIBERS / file).read_text(encoding="utf-8"))
    assert set(named) - {"recado.conversations.v1"} == {
        "conversations.conversation-opened.v1",
        "conversations.conversation-assigned.v1",
        "conversations.conversation-closed.v1",
        "conversations.conversation-reopened.v1",
    }
    assert set(named) <= {*EVENTS, "recado.conversations.v1"}
