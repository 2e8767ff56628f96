"""Text as people search and sort it: without accents, without case."""

from __future__ import annotations

import unicodedata
from typing import Any

SEARCHED_OF_A_LINE = 1_000
"""Characters. What comes after is not found."""


def folded(told: Any) -> str:
    """`João` and `joao` are the same name to somebody who searches. Anything but text folds to nothing."""
    decomposed = unicodedata.normalize("NFKD", told if isinstance(told, str) else "")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def searched(told: Any) -> str:
    """With the space that stands before every word, also before the first."""
    return f" {folded(told)[:SEARCHED_OF_A_LINE]}"


def sort_key(told: Any) -> str:
    """Short enough for an index, whatever somebody calls themselves."""
    return folded(told)[:100]
