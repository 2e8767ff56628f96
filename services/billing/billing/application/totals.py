"""What a month sums to when it is rated again: by category, and by why each line costs what it does."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from billing.application.rerating import Line

Kind = tuple[str, str, str]
"""Category, why it was charged so, why it would be charged so."""


@dataclass(slots=True)
class Sum:
    """Amounts are micro-US$."""

    messages: int = 0
    charged: int = 0
    rerated: int = 0

    def add(self, line: Line) -> None:
        self.messages += 1
        self.charged += line.charged
        self.rerated += line.rerated


@dataclass(slots=True)
class Totals:
    """Lines are added as they come, and forgotten."""

    whole: Sum = field(default_factory=Sum)
    kinds: defaultdict[Kind, Sum] = field(default_factory=lambda: defaultdict(Sum))

    def add(self, line: Line) -> None:
        self.whole.add(line)
        self.kinds[line.category, line.charged_because, line.rerated_because].add(line)
