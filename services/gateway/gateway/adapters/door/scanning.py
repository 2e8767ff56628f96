"""Strict JSON that remembers where each value stood, so that parts of a body can be passed on letter for letter.

Python's own parser, for the faster ones refuse half a surrogate pair, which people can send and which must pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Plan = dict[str, "Plan"] | list["Plan"] | None
"""What is taken apart: an object by the plans of its members, an array by its elements' one; None is left whole."""

_SPACES = " \t\n\r"
_space = re.compile(r"[ \t\n\r]*").match


class Malformed(ValueError):
    """Other programs could read this text differently, or not at all. Says why, and quotes nothing."""


class Node(NamedTuple):
    """A value from `start` to `end`: left whole (`value`), or an object's `members`, or an array's `items`."""

    start: int
    end: int
    value: Any = None
    members: Mapping[str, Node] | None = None
    items: Sequence[Node] | None = None


class Document:
    """A JSON text in UTF-8, read once. No duplicate member, no NaN, no number beyond what can be counted passes."""

    def __init__(self, body: bytes, plan: Plan = None) -> None:
        """Raises Malformed."""
        try:
            self._text = text = body.decode("utf-8")
            self.root = _node(text, _after_space(text, 0), plan)
            if _space(text, self.root.end).end() != len(text):  # type: ignore[union-attr] # it matches anywhere
                raise Malformed("The body goes on after its end.")
        except RecursionError:
            raise Malformed("The body is nested too deeply.") from None
        except Malformed:
            raise
        except (ValueError, IndexError):
            raise Malformed("The body is no JSON in UTF-8.") from None

    def cut(self, node: Node) -> bytes:
        """The value's own text, unchanged."""
        return self._text[node.start : node.end].encode()


# The functions below run for every member of every webhook's frame: hence no method, and no regular expression where
# there is no space. They raise ValueError or IndexError.


def _node(text: str, at: int, plan: Plan) -> Node:
    if plan is not None:
        first = text[at]
        if first == "{" and type(plan) is dict:
            return _object(text, at, plan)
        if first == "[" and type(plan) is list:
            return _array(text, at, plan[0])
    value, end = _decode(text, at)
    return Node(at, end, value)


def _object(text: str, start: int, plan: dict[str, Plan]) -> Node:
    members: dict[str, Node] = {}
    at = _after_space(text, start + 1)
    if text[at] == "}":
        return Node(start, at + 1, None, members)
    while True:
        if text[at] != '"':
            raise ValueError
        name, at = _decode(text, at)
        if name in members:
            raise _twice()
        if text[at] != ":" and text[at := _after_space(text, at)] != ":":
            raise ValueError
        members[name] = node = _node(text, _after_space(text, at + 1), plan.get(name))
        at = _behind(text, node.end, "}")
        if text[at - 1] == "}":
            return Node(start, at, None, members)
        at = _after_space(text, at)


def _array(text: str, start: int, plan: Plan) -> Node:
    items: list[Node] = []
    at = _after_space(text, start + 1)
    if text[at] == "]":
        return Node(start, at + 1, None, None, items)
    while True:
        items.append(_node(text, at, plan))
        at = _behind(text, items[-1].end, "]")
        if text[at - 1] == "]":
            return Node(start, at, None, None, items)
        at = _after_space(text, at)


def _behind(text: str, at: int, last: str) -> int:
    """Behind the comma after a value, or behind the last value's end."""
    at = _after_space(text, at)
    if text[at] != "," and text[at] != last:
        raise ValueError
    return at + 1


def _after_space(text: str, at: int) -> int:
    if text[at] not in _SPACES:
        return at
    found = _space(text, at)
    return found.end() if found else at


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _twice()
    return members


def _twice() -> Malformed:
    return Malformed("The body has an object with two members of one name.")


def _refuse(_: str) -> Any:
    raise Malformed("The body has a number that JSON does not know.")


_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse)
_decode = _decoder.raw_decode
strictly: Callable[[str, int], tuple[Any, int]] = _decoder.scan_once  # type: ignore[attr-defined] # it has
"""A value of a text from a place on, and where it ends. Raises ValueError, StopIteration or RecursionError."""
