"""Limits that a form breaks: each is named, and all at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Violation:
    """`where` is a member of the form, with its place in a list: `buttons/2/url`. `found` is a count, never a text."""

    rule: str
    where: str
    message: str
    limit: int | None = None
    found: int | None = None

    def told(self) -> dict[str, Any]:
        numbers = {"limit": self.limit, "found": self.found}
        counts = {name: value for name, value in numbers.items() if value is not None}
        return {"rule": self.rule, "where": self.where, "detail": self.message, **counts}


Violations = Iterator[Violation]


def too_many(rule: str, where: str, what: str, limit: int, found: int) -> Violations:
    if found > limit:
        yield Violation(rule, where, f"At most {limit} {what}.", limit, found)
