"""A round over several things, in which each has its turn whatever the others do."""

from __future__ import annotations

import pytest
from recado_chassis.one_by_one import one_by_one
from recado_chassis.store import Unavailable


class Acting:
    """Raises what is said of a thing."""

    def __init__(self, **raised: Exception) -> None:
        self._raised = raised
        self.done: list[str] = []
        self.failed: list[tuple[str, Exception]] = []

    def act(self, thing: str) -> None:
        self.done.append(thing)
        if thing in self._raised:
            raise self._raised[thing]

    def note(self, thing: str, error: Exception) -> None:
        self.failed.append((thing, error))


def test_one_that_fails_stops_no_other_and_the_last_failure_is_raised() -> None:
    first, last = ZeroDivisionError(), KeyError()
    acting = Acting(a=first, c=last)
    with pytest.raises(KeyError):
        one_by_one("abcd", acting.act, acting.note)
    assert acting.done == list("abcd")
    assert acting.failed == [("a", first), ("c", last)]


def test_a_database_that_is_unavailable_ends_the_round() -> None:
    acting = Acting(a=ZeroDivisionError(), b=Unavailable())
    with pytest.raises(Unavailable):
        one_by_one("abc", acting.act)
    assert acting.done == ["a", "b"]


def test_a_round_in_which_all_is_well_raises_nothing() -> None:
    acting = Acting()
    one_by_one("ab", acting.act, acting.note)
    assert (acting.done, acting.failed) == (["a", "b"], [])
