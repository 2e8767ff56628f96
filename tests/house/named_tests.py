"""Tests as pages name them, `path::test_name` below tests/, and which of these exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from tests.house.sources import ROOT, functions, python_files, tree

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def rows_of(page: Path, row: re.Pattern[str]) -> list[tuple[str, ...]]:
    """The cells of every line of a page that is such a row."""
    found = (row.match(line) for line in page.read_text(encoding="utf-8").splitlines())
    return [match.groups() for match in found if match]


def named_in(cell: str) -> list[tuple[str, str]]:
    """File and name of every test that a cell names."""
    return _NAMED.findall(cell)


def missing_in(cell: str) -> list[str]:
    """Tests that a cell names and nobody wrote."""
    known = known_tests()
    return [f"{file}::{test}" for file, test in named_in(cell) if test not in known.get(file, ())]


def marks_of(file: str, test: str) -> str:
    """The decorators of a test and the marks of its module, as they are written."""
    module = tree(ROOT / "tests" / file)
    found = [node for node in ast.walk(module) if isinstance(node, _FUNCTIONS) and node.name == test]
    marked = [node.value for node in module.body if isinstance(node, ast.Assign) and "pytestmark" in ast.unparse(node)]
    return " ".join(ast.unparse(mark) for mark in [*(each for node in found for each in node.decorator_list), *marked])


@cache
def known_tests() -> dict[str, frozenset[str]]:
    """By file: the names of its tests."""
    return {
        path.relative_to(ROOT / "tests").as_posix(): frozenset(_tests_in(tree(path)))
        for path in python_files("tests/")
        if path.name.startswith("test_")
    }


def _tests_in(module: ast.Module) -> list[str]:
    return [name for name, _ in functions(module) if name.startswith("test_")]
