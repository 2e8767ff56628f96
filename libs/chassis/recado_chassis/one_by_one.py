"""Work on several things in one round, where what is wrong with one of them is its own matter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from recado_chassis.store import Unavailable

T = TypeVar("T")


def one_by_one(
    things: Iterable[T], act: Callable[[T], object], failed: Callable[[T, Exception], object] = lambda _, __: None
) -> None:
    """One for which `act` raises stops no other. Raises what the last of those raised, when all have had their turn;
    Unavailable at once, for it is of them all. `failed` is told of each that raised.
    """
    failure: Exception | None = None
    for thing in things:
        try:
            act(thing)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is of this one alone
            failed(thing, error)
            failure = error
    if failure is not None:
        raise failure
