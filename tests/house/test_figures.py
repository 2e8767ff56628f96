"""Every figure of `recado verify` and of the crash campaign can differ: a test that plants what is wrong names it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from tests.house.sources import python_files, shown

PARTS = ("services", "libs/chassis/recado_chassis/verifying", "tests/crash")


def figures_in(source: str) -> Iterator[str]:
    """What `none_of` and `Figure` are told to count; of a name with places the longest piece between them."""
    constants = {
        target.id: node.value.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("none_of", "Figure"):
            match node.args[1] if len(node.args) > 1 else None:
                case ast.Constant(value=str(name)):
                    yield name
                case ast.JoinedStr(values=parts):
                    yield max((str(p.value) for p in parts if isinstance(p, ast.Constant)), key=len).strip()
                case ast.Name(id=name) if name in constants:
                    yield str(constants[name])


@cache
def figures() -> tuple[str, ...]:
    files = [path for path in python_files(*PARTS) if not path.name.startswith("test_")]
    return tuple(sorted({name for path in files for name in figures_in(path.read_text(encoding="utf-8"))}))


@cache
def told_by_tests() -> str:
    files = [path for path in python_files("tests") if path.name.startswith("test_")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files if not shown(path).startswith("tests/house"))


@pytest.mark.parametrize("name", figures())
def test_a_figure_is_named_by_a_test_that_makes_it_differ(name: str) -> None:
    assert name in told_by_tests()


def test_the_rule_sees_figures_however_their_names_are_written() -> None:
    source = """
NAME = "c"
none_of(of, "a", ())
Figure(of, f"the b of {x}", 1)
none_of(of, NAME, ())
told(of, "d", 1)
"""
    assert sorted(figures_in(source)) == ["a", "c", "the b of"]
    assert len(figures()) > 100
