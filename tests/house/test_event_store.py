"""With database functions on, the event store lets a tailing reader skip events; nobody may switch them on."""

import os
import re

import pytest

from tests.house.sources import project_files, shown

SETTING = "POSTGRES_ENABLE_DB_" + "FUNCTIONS"
SWITCHED = re.compile(
    rf"({SETTING}|enable_db_functions)['\"\])]*\s*[:=,]\s*['\"]?(?!no\b|false\b|off\b|0\b)[\w$]", re.IGNORECASE
)
CODE = {".py", ".toml", ".yaml", ".yml", ".json", ".sh", ".env", ".cfg", ".ini", ".sql", ""}


def switches_on(text: str) -> bool:
    return SWITCHED.search(text) is not None


def test_no_file_switches_the_event_stores_database_functions_on() -> None:
    files = [path for path in project_files() if path.suffix in CODE and path.name != "uv.lock"]

    assert [shown(path) for path in files if switches_on(path.read_text(encoding="utf-8", errors="replace"))] == []


def test_the_environment_of_the_tests_does_not_switch_them_on() -> None:
    assert SETTING not in os.environ, f"unset {SETTING}: readers of the log would lose events"


@pytest.mark.parametrize(
    "planted",
    [f"{SETTING}=yes", f'env["{SETTING}"] = "y"', f'{{"{SETTING}": "true"}}', "enable_db_" + "functions=True"],
)
def test_the_rule_sees_a_planted_switch(planted: str) -> None:
    assert switches_on(planted)


@pytest.mark.parametrize(
    "harmless", [f'if "{SETTING}" in env:', f'{{"{SETTING}": "no"}}', "enable_db_" + "functions=False"]
)
def test_the_rule_lets_a_guard_pass(harmless: str) -> None:
    assert not switches_on(harmless)
