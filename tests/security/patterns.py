"""Every regular expression of services and libs: those that modules hold, and those that fields are checked with."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.house.sources import python_files, shown, tree

PACKAGES = ("recado_events", "recado_chassis", "gateway", "conversations", "templates", "crm", "billing")
AREAS = ("libs/", "services/")
_OF_RE = frozenset({"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})


@cache
def of_re() -> dict[str, re.Pattern[Any]]:
    """By module and name those that modules and their classes hold; by file and line those written inside functions."""
    held = {
        f"{module}.{name}": pattern
        for module in _modules()
        for name, pattern in _held(vars(importlib.import_module(module)))
    }
    texts = {pattern.pattern for pattern in held.values()}
    written = {where: re.compile(text) for where, name, text in _written() if name in _OF_RE and text not in texts}
    return held | written


@cache
def of_fields() -> dict[str, str]:
    """By file and line: the texts of `pattern=`, which pydantic compiles with an engine of its own."""
    return {where: str(text) for where, name, text in _written() if name == "pattern"}


def alphabet(pattern: str | bytes) -> list[str]:
    """Characters that this pattern speaks of, and some of each class it names."""
    text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    classes = {r"\d": "0", r"\w": "aZ_", r"\s": " \t", "[": "aA0-", ".": "x"}
    named = [character for written, characters in classes.items() if written in text for character in characters]
    literal = [character for character in text if character.isalnum() or character in "-+.@:/ =_{}%~"]
    return list(dict.fromkeys([*named, *literal, " ", "0", "a"]))


def _modules() -> Iterator[str]:
    for name in PACKAGES:
        package = importlib.import_module(name)
        found = pkgutil.walk_packages(package.__path__, f"{name}.")
        yield from (module.name for module in found if not module.name.endswith("__main__"))


def _held(members: dict[str, Any]) -> Iterator[tuple[str, re.Pattern[Any]]]:
    for name, value in members.items():
        held = getattr(value, "__self__", value)
        if isinstance(held, re.Pattern):
            yield name, held
        elif isinstance(value, type) and value.__module__.startswith(PACKAGES):
            own = (each for each in vars(value).items() if isinstance(each[1], re.Pattern))
            yield from ((f"{name}.{member}", pattern) for member, pattern in own)


@cache
def _written() -> list[tuple[str, str, str | bytes]]:
    """Place, function of `re` or `pattern`, and text of each expression that the sources write out."""
    return [
        (f"{shown(path)}:{node.lineno}", name, text)
        for path in python_files(*AREAS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        for name, text in _expressions(node)
    ]


def _expressions(call: ast.Call) -> Iterator[tuple[str, str | bytes]]:
    function = call.func
    written = ast.unparse(function)
    if written.startswith("re.") and written[3:] in _OF_RE and call.args:
        yield written[3:], _constant(call.args[0])
    yield from (("pattern", _constant(word.value)) for word in call.keywords if word.arg == "pattern")


def _constant(node: ast.expr) -> str | bytes:
    """Its text; what is put together at run time has to be made out of constants, or the tests cannot see it."""
    value = ast.literal_eval(node)
    assert isinstance(value, str | bytes), "a pattern is text"
    return value
