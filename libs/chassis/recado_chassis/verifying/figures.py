"""What a check found: a number with the one it should be, and where to look when it is another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """`of` is a service; `name` says what is counted. Without `wanted` it is told and not judged."""

    of: str
    name: str
    value: int
    wanted: int | None = 0
    examples: tuple[str, ...] = ()
    """Ids and places, never anybody's data."""

    @property
    def differs(self) -> bool:
        return self.wanted is not None and self.value != self.wanted


def none_of(of: str, name: str, found: Iterable[object]) -> Figure:
    """There should be none of these; the first few are shown where there are."""
    named = [str(each) for each in found]
    return Figure(of, name, len(named), 0, tuple(named[:_SHOWN]))


def told(of: str, name: str, value: int) -> Figure:
    return Figure(of, name, value, None)
