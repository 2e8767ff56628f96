"""What a bench finds out: rounds, their median, and whether a target is met."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal, TypeVar

from rich.console import Console

T = TypeVar("T")
console = Console(highlight=False, soft_wrap=True)


def say(text: str) -> None:
    console.print(text, markup=False)


@dataclass(frozen=True)
class Size:
    """How much is measured. Everything is long enough to be believed in `FULL`, and only tried out in `QUICK`."""

    rounds: int
    seconds: float
    """Of each run under load."""
    messages: int
    """Of each backlog that our pipeline works off; the slow rivals get `fewer`."""
    fewer: int
    known: int
    """Customers who have written before the measurement begins."""
    stored: tuple[int, int]
    """The sizes of the two event stores that are compared."""
    wallets: int
    """That are charged at the same time."""
    lines: int
    """Of the statement that is read."""


FULL = Size(
    rounds=3,
    seconds=6.0,
    messages=16_000,
    fewer=600,
    known=1_000,
    stored=(10_000, 1_000_000),
    wallets=1_000,
    lines=100_000,
)
QUICK = Size(
    rounds=1, seconds=2.0, messages=4_000, fewer=120, known=100, stored=(2_000, 20_000), wallets=100, lines=2_000
)


@dataclass(frozen=True)
class Target:
    at: Literal["least", "most"]
    number: float

    def is_met(self, value: float) -> bool:
        return value >= self.number if self.at == "least" else value <= self.number

    def __str__(self) -> str:
        return f"{'≥' if self.at == 'least' else '≤'} {self.number:g}"


@dataclass(frozen=True)
class Figure:
    """`rounds` are the single values whose median is `value`."""

    name: str
    value: float
    unit: str
    target: Target | None = None
    rounds: Sequence[float] = ()
    note: str = ""


@dataclass
class Findings:
    """The figures of one bench, and what a reader must know of how they came about."""

    title: str
    how: str
    figures: list[Figure] = field(default_factory=list)
    neighbours: float = 0.0
    """Cores that other programs kept busy meanwhile."""

    def add(self, name: str, rounds: Sequence[float], unit: str, target: Target | None = None, note: str = "") -> None:
        figure = Figure(name, median(rounds), unit, target, tuple(rounds), note)
        self.figures.append(figure)
        met = "" if target is None else f"   target {target}: {'met' if target.is_met(figure.value) else 'MISSED'}"
        say(f"  {name}: {spelled(figure.value)} {unit}{met}")


def spelled(value: float) -> str:
    """Three significant digits, thousands with a separator."""
    if abs(value) >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Round by round: both of a round met the same neighbours on the machine."""
    return [one / other for one, other in zip(ours, theirs, strict=True)]


def side_by_side(rounds: int, sides: Mapping[str, Callable[[int], T]]) -> dict[str, list[T]]:
    """Runs all sides once a round, every other round in the reverse order."""
    found: dict[str, list[T]] = {name: [] for name in sides}
    for number in range(rounds):
        for name in list(sides) if number % 2 == 0 else list(sides)[::-1]:
            say(f"  round {number + 1} of {rounds}: {name}")
            found[name].append(sides[name](number))
    return found
