"""Rules are functions of what they are given: no clock, no fresh ids, no chance inside a domain or the events."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.sources import EVENTS, PURE_ROOMS, SERVICES, room_files, shown, tree

IMPURE_NAMES = {
    "utcnow", "today", "uuid1", "uuid4", "uuid6", "uuid7", "urandom", "token_hex", "token_bytes", "token_urlsafe",
    "time_ns", "monotonic", "monotonic_ns", "perf_counter", "getenv", "environ",
}  # fmt: skip
IMPURE_CALLS = {"now"}
IMPURE_BUILTINS = {"open", "print", "input"}
IMPURE_MODULES = {"random", "secrets", "time", "socket", "subprocess", "threading", "asyncio"}
# The package that writes the committed contracts is a program, not part of the language it writes down.
PROGRAMS = ("contracts",)


def impurities(module: ast.Module) -> Iterator[str]:
    """One line for each place that asks the world instead of its arguments."""
    for node in ast.walk(module):
        match node:
            case ast.Import(names=names) if taken := IMPURE_MODULES & {name.name.split(".")[0] for name in names}:
                yield f"line {node.lineno}: imports {', '.join(sorted(taken))}"
            case ast.ImportFrom(module=str(source)) if source.split(".")[0] in IMPURE_MODULES:
                yield f"line {node.lineno}: imports from {source}"
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in IMPURE_CALLS:
                yield f"line {node.lineno}: calls {name}()"
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_BUILTINS:
                yield f"line {node.lineno}: calls {name}()"
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in IMPURE_NAMES:
                yield f"line {node.lineno}: uses {name}"


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("room", PURE_ROOMS)
def test_rules_ask_no_clock_no_chance_and_no_environment(service: str, room: str) -> None:
    found = [f"{shown(path)} {line}" for path in room_files(service, room) for line in impurities(tree(path))]

    assert found == [], "give it as an argument: a command carries `now` and the ids it needs"


def test_the_published_language_asks_no_clock_no_chance_and_no_environment() -> None:
    files = [
        path for path in sorted(EVENTS.rglob("*.py")) if path.relative_to(EVENTS).parts[0].split(".")[0] not in PROGRAMS
    ]

    assert files, "the events have moved: this rule would look at nothing"
    assert [f"{shown(path)} {line}" for path in files for line in impurities(tree(path))] == []


@pytest.mark.parametrize(
    "planted",
    [
        "from datetime import datetime, UTC\nopened_at = datetime.now(UTC)",
        "import datetime\nopened_at = datetime.datetime.utcnow()",
        "from uuid import uuid4\nmessage_id = uuid4()",
        "from pydantic import Field\nimport uuid\nmessage_id = Field(default_factory=uuid.uuid4)",
        "from random import choice",
        "import time",
        "log = open('log')",
        "import os\nkey = os.environ['KEY']",
    ],
)
def test_the_rule_sees_a_planted_impurity(planted: str) -> None:
    assert list(impurities(ast.parse(planted))) != []


@pytest.mark.parametrize("pure", ["opened = Opened(opened_at=command.now)", "state = conversation.open(command)"])
def test_the_rule_lets_words_of_the_domain_pass(pure: str) -> None:
    assert list(impurities(ast.parse(pure))) == []
