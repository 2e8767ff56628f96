"""Bad input 39: no text makes any regular expression of the code take long."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from tests.security.patterns import alphabet, of_fields, of_re

SIZES = (20, 30, 4_000)
"""What is exponential explodes at the first, what is quadratic at the last: twice the longest text that is searched."""
MOST = 0.010
ENDS = ("", "!", "\0", "\n", "0")


def bombs(pattern: str | bytes, size: int) -> Iterator[str]:
    """Repetitions of what the pattern looks for, alone, in pairs and in runs, that almost fit."""
    letters = alphabet(pattern)[:24]
    for end in ENDS:
        yield from (letter * size + end for letter in letters)
    for first, second in permutations(letters[:8], 2):
        yield (first + second) * (size // 2) + "!"
        yield (first * 20 + second) * (size // 21) + "!"


def seconds(use: Callable[[Any], Any], text: Any) -> float:
    """Of this thread's own work, the least of three."""
    taken: list[float] = []
    while len(taken) < 3 and (not taken or taken[-1] > MOST):
        begun = time.thread_time()
        use(text)
        taken.append(time.thread_time() - begun)
    return min(taken)


def slowed_by(pattern: str | bytes, uses: Sequence[Callable[[Any], Any]]) -> str:
    """A text that takes it too long; empty where there is none. Short ones first: some take for ever."""
    for size in SIZES:
        for text in bombs(pattern, size):
            given = text.encode() if isinstance(pattern, bytes) else text
            if any(seconds(use, given) > MOST for use in uses):
                return f"{text[:42]!r}, {len(text)} long"
    return ""


def test_39_patterns_are_found_wherever_they_are_written() -> None:
    assert {"recado_chassis.discretion._KEPT_OR_HIDDEN", "gateway.adapters.door.scanning._space"} <= of_re().keys()
    assert any(place.startswith("libs/events/") for place in of_re())
    assert any(place.startswith("services/crm/crm/adapters/http/") for place in of_fields())


@pytest.mark.parametrize("name", sorted(of_re()))
def test_39_no_text_takes_a_pattern_long(name: str) -> None:
    pattern = of_re()[name]
    uses: list[Callable[[Any], Any]] = [pattern.match, pattern.fullmatch, pattern.findall]
    assert slowed_by(pattern.pattern, uses) == ""


@pytest.mark.parametrize("place", sorted(of_fields()))
def test_39_no_text_takes_the_pattern_of_a_field_long(place: str) -> None:
    field = TypeAdapter(Annotated[str, Field(pattern=of_fields()[place])])

    def checked(text: str) -> None:
        try:
            field.validate_python(text)
        except ValidationError:
            return

    assert slowed_by(of_fields()[place], [checked]) == ""


@pytest.mark.parametrize("planted", [r"(a+)+$", r"^(\d+\s?)*$", r"\s+$", r"[\w.]+@[\w.]+\.com"])
def test_39_a_pattern_that_takes_long_is_seen(planted: str) -> None:
    assert slowed_by(planted, [re.compile(planted).search])
