"""docs/bad-inputs.md is true: every bad input in force names tests that exist and are no wishes."""

from __future__ import annotations

import re

import pytest

from tests.house.named_tests import marks_of, missing_in, named_in, rows_of
from tests.house.sources import ROOT

PAGE = ROOT / "docs" / "bad-inputs.md"
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.*?) \|$")
IN_FORCE = [*range(1, 14), *range(15, 54), *range(55, 86), 87, *range(89, 106), 110]
"""The rest comes with what it threatens: media, files, templates, money, deployment."""

Row = tuple[str, ...]


def faults(row: Row) -> list[str]:
    """What is wrong with a row: none of it may be."""
    number, _, _, shown_by = row
    missing = [f"{number}: there is no {test}" for test in missing_in(shown_by)]
    return missing or ([] if named_in(shown_by) else [f"{number} names no test"])


def test_every_bad_input_in_force_is_there_once() -> None:
    numbers = [int(row[0]) for row in rows_of(PAGE, ROW)]
    assert sorted(set(numbers) & set(IN_FORCE)) == IN_FORCE
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("row", rows_of(PAGE, ROW), ids=lambda row: str(row[0]))
def test_a_bad_input_names_tests_that_exist(row: Row) -> None:
    assert faults(row) == []


@pytest.mark.parametrize("row", rows_of(PAGE, ROW), ids=lambda row: str(row[0]))
def test_a_bad_input_has_a_test_that_is_expected_to_pass(row: Row) -> None:
    assert any("xfail" not in marks_of(*test) for test in named_in(row[3]))


@pytest.mark.parametrize(
    "planted",
    [
        ("1", "no signature", "401", ""),
        ("1", "no signature", "401", "`house/test_bad_inputs.py::test_that_nobody_wrote`"),
        ("1", "no signature", "401", "`nowhere/test_nothing.py::test_x`"),
    ],
)
def test_a_row_without_its_test_is_found(planted: Row) -> None:
    assert faults(planted) != []
