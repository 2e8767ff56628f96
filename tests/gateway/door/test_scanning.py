"""The scanner reads what JSON is, nothing else, and knows where everything stood."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from gateway.adapters.door.scanning import Document, Malformed, Node, Plan
from hypothesis import given
from hypothesis import strategies as st

from tests.gateway.door.handwriting import Hand

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30)
OBJECTS = st.dictionaries(st.text(), VALUES)


def written_out(document: Document, node: Node) -> Any:
    if node.members is not None:
        return {name: written_out(document, member) for name, member in node.members.items()}
    if node.items is not None:
        return [written_out(document, item) for item in node.items]
    assert json.loads(document.cut(node)) == node.value
    return node.value


@given(value=OBJECTS, random=st.randoms(use_true_random=False))
def test_a_text_means_the_same_however_it_is_taken_apart(value: dict[str, Any], random: Random) -> None:
    text = Hand(random).write(value).encode("utf-8", "surrogatepass")
    plan: Plan = {name: [{}] if random.random() < 0.5 else {"a": [None]} for name in value}
    document = Document(text, plan)
    assert written_out(document, document.root) == json.loads(text)
    assert document.cut(document.root) == text


@given(before=st.text(" \t\r\n"), value=VALUES, after=st.text(" \t\r\n"))
def test_a_part_is_cut_without_the_space_around_it(before: str, value: Any, after: str) -> None:
    text = json.dumps(value)
    document = Document(f'{{"a":[{before}{text}{after}]}}'.encode(), {"a": [None]})
    (item,) = (document.root.members or {})["a"].items or ()
    assert document.cut(item) == text.encode()


@given(text=st.text('{}[]":,\\ u0123456789eE+-.truefalsn\n', max_size=40))
def test_what_python_refuses_is_refused(text: str) -> None:
    try:
        json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except ValueError:
        with pytest.raises(Malformed):
            Document(text.encode(), {"a": {"a": [None]}})
    else:
        Document(text.encode(), {"a": {"a": [None]}})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"a"',
        b'{"a":',
        b'{"a":1',
        b'{"a":1]',
        b'{"a":[1}',
        b'{"a":[1,]}',
        b'{"a":1,}',
        b"{a:1}",
        b'{"a" 1}',
        b'{"a":1 "b":2}',
        b'{"a":[1 2]}',
        b"{} {}",
        b"{}x",
        b'{"a":\x0b1}',
        b'{"a":"\x01"}',
        b'{"a":"\\x"}',
        b'{"a":01}',
        b"{'a':1}",
        b'{"a":tru}',
        b'{"a":{"a":1,"a":2}}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":{"b":{"c":1,"c":1}}}',
        b'{"b":{"c":1,"c":1}}',
        b'{"a":NaN}',
        b'{"b":-Infinity}',
        b'{"b":[Infinity]}',
    ],
)
def test_what_is_no_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        Document(body, {"a": [None]})
    with pytest.raises(Malformed):
        Document(body, {"a": {"a": None}})


def test_a_refusal_quotes_nothing() -> None:
    with pytest.raises(Malformed) as refused:
        Document(b'{"secret": "+5511987650001"')
    assert "5511" not in f"{refused.value!r} {refused.value.__cause__!r}"
    assert refused.value.__suppress_context__


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)


def _refuse(_: str) -> Any:
    raise ValueError
