"""docs/features.md is true: rows marked working and pains name tests that exist, and every rule in force has one."""

from __future__ import annotations

import re

import pytest

from tests.house.named_tests import known_tests, marks_of, missing_in, named_in, rows_of
from tests.house.sources import ROOT

PAGE = ROOT / "docs" / "features.md"
ROW = re.compile(r"^\| (S\d+|D\d+) \| (.+?) \| (working|in part|later) \| (.*?) \|$")
PAIN = re.compile(r"^\| (\d+) \| (.+?) \| (.*?) \|$")
RULES_IN_FORCE = (*range(1, 23), *range(24, 35), 36, 37, 38)
EXPECTED = [f"S{number}" for number in range(1, 35)] + [f"D{number}" for number in range(1, 5)]

Row = tuple[str, ...]


def faults(row: Row) -> list[str]:
    """What is wrong with a row: none of it may be."""
    number, _, state, shown_by = row
    named = named_in(shown_by)
    if state == "later":
        return [f"{number} is for later, yet names tests"] if named else []
    missing = [f"{number}: there is no {test}" for test in missing_in(shown_by)]
    return missing or ([] if named else [f"{number} is marked {state} and names no test"])


def test_every_row_of_the_product_is_there_once() -> None:
    assert [row[0] for row in rows_of(PAGE, ROW)] == EXPECTED


@pytest.mark.parametrize("row", rows_of(PAGE, ROW), ids=lambda row: str(row[0]))
def test_a_row_marked_working_names_tests_that_exist(row: Row) -> None:
    assert faults(row) == []


@pytest.mark.parametrize(
    "planted",
    [
        ("S3", "Connect", "working", ""),
        ("S3", "Connect", "working", "`house/test_features.py::test_that_nobody_wrote`"),
        ("S3", "Connect", "in part", "`nowhere/test_nothing.py::test_x`"),
        ("S3", "Connect", "later", "`house/test_features.py::test_every_row_of_the_product_is_there_once`"),
    ],
)
def test_a_row_without_its_test_is_found(planted: Row) -> None:
    assert faults(planted) != []


def faults_of_pain(row: Row) -> list[str]:
    """What is wrong with a row of the second table: a test of every run has to bear the pain's number."""
    number, _, shown_by = row
    own = [named for named in named_in(shown_by) if named[1].startswith(f"test_pain_{int(number):02d}_")]
    missing = [f"{number}: there is no {test}" for test in missing_in(shown_by)]
    if missing or not own:
        return missing or [f"{number} names no test of its own"]
    left_out = [test for file, test in own if re.search(r"mark\.(long|skip|xfail)", marks_of(file, test))]
    return [f"{number}: {test} is not run by make test" for test in left_out]


def test_every_pain_is_there_once() -> None:
    assert [row[0] for row in rows_of(PAGE, PAIN)] == [str(number) for number in range(1, 26)]


@pytest.mark.parametrize("row", rows_of(PAGE, PAIN), ids=lambda row: str(row[0]))
def test_a_pain_names_a_test_that_shows_it_is_not_here(row: Row) -> None:
    assert faults_of_pain(row) == []


def test_every_test_named_after_a_pain_is_in_the_row_of_that_pain() -> None:
    found = {
        (file, test): int(number[1])
        for file, tests in known_tests().items()
        for test in tests
        if (number := re.match(r"test_pain_(\d\d)_", test))
    }
    rows = {named: int(row[0]) for row in rows_of(PAGE, PAIN) for named in named_in(row[2]) if named in found}
    assert rows == found


@pytest.mark.parametrize(
    "planted",
    [
        ("7", "back", ""),
        ("7", "back", "`journeys/test_statuses.py::test_pain_07_that_nobody_wrote`"),
        ("7", "back", "`house/test_features.py::test_every_pain_is_there_once`"),
        ("8", "both", "`journeys/test_statuses.py::test_pain_07_rule_7_every_permutation_of_statuses_shows_the_same`"),
    ],
)
def test_a_pain_without_its_test_is_found(planted: Row) -> None:
    assert faults_of_pain(planted) != []


@pytest.mark.parametrize("rule", RULES_IN_FORCE)
def test_every_rule_in_force_has_a_test_named_after_it(rule: int) -> None:
    name = re.compile(rf"test_(\w+_)?rule_{rule}_")
    assert any(name.match(test) for tests in known_tests().values() for test in tests)
