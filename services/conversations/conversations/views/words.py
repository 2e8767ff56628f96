"""Words as people search for them: without case, accents and marks, so that "joao" finds "João"."""

from __future__ import annotations

import re
from itertools import islice
from unicodedata import category, normalize

from recado_events.numbers import variants

LONGEST_WORD = 64
MOST_WORDS = 2_000
"""Of one text. What comes after is not found."""
SHORTEST_NUMBER = 3
"""Digits of a number that can be looked for."""
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"[0-9]+")
_WRITTEN_NUMBER = re.compile(r"[0-9\s()+./-]+")


def folded(text: str) -> str:
    """Compatibility forms taken apart, case folded, marks removed."""
    if text.isascii():
        return text.lower()
    apart = normalize("NFKD", normalize("NFKD", text).casefold())
    return "".join(char for char in apart if category(char) not in {"Mn", "Me", "Mc"})


def words_of(*texts: str | None) -> list[str]:
    """Each once, in the order in which they come."""
    found = (match.group()[:LONGEST_WORD] for text in texts if text for match in _WORD.finditer(folded(text)))
    return list(islice(dict.fromkeys(found), MOST_WORDS))


def spellings_of(number: str | None) -> list[str]:
    """A number and its variants (rule 10), digits only: whichever is typed finds it."""
    digits = "".join(_DIGITS.findall(number or ""))
    return [digits, *variants(digits)] if digits else []


def number_in(text: str) -> str | None:
    """The digits of what is typed like a part of a number; None where it is none or too short to look for."""
    if not _WRITTEN_NUMBER.fullmatch(text):
        return None
    digits = "".join(_DIGITS.findall(text))
    return digits if len(digits) >= SHORTEST_NUMBER else None
