"""A submission that got no answer is taken for one that was not made, and made again without a look at Meta's list."""

from __future__ import annotations

from gateway.adapters.graph import templates
from gateway.commands import NotTaken, TemplateVerdict


def plant() -> None:
    def hopeful(reason: str, code: int | None = None) -> TemplateVerdict:
        return NotTaken("unreachable")

    templates.Ambiguous = hopeful  # type: ignore[attr-defined, assignment]
