"""Text as people search and sort it: without accents, without case."""

from __future__ import annotations

import unicodedata
from typing import Any


def folded(told: Any) -> str:
    """`João` and `joao` are the same name to somebody who searches. Anything but text folds to nothing."""
    decomposed = unicodedata.normalize("NFKD", told if isinstance(told, str) else "")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def searched(told: Any) -> str:
    """As much as anybody looks for; a space stands before every word."""
    return f" {folded(told)[:1_000]}"


def sort_key(told: Any) -> str:
    """Short enough for an index, whatever somebody calls themselves."""
    return folded(told)[:100]
