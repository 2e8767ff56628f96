"""Parts of texts as they are looked for, behind a mark of their organisation: the index of one organisation's parts and
words holds nothing of another's, however much that one writes."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID


def mark_of(organisation_id: UUID) -> str:
    """What stands before each word and part of an organisation. Nearly unique: whoever looks names the organisation
    too."""
    return organisation_id.hex[-6:]


def marked(organisation_id: UUID, words: Iterable[str]) -> list[str]:
    mark = mark_of(organisation_id)
    return [mark + word for word in words]


def trigrams_of(text: str) -> list[str]:
    """Every three characters that follow each other, each once, sorted."""
    return sorted({text[place : place + 3] for place in range(len(text) - 2)})
