"""A call that got no answer is taken for one that was not made, and made again."""

from __future__ import annotations

from gateway.adapters.graph import messages
from gateway.commands import NotTaken, Verdict


def plant() -> None:
    def hopeful(*, written: bool, why: str) -> Verdict:
        return NotTaken("unreachable")

    messages.unanswered = hopeful  # type: ignore[attr-defined]
