"""What may be put in the place of a merge field: Meta refuses a send with any other value (132012)."""

from __future__ import annotations

import re
import unicodedata

_BROKEN = re.compile(r" {5}")
_BRACES = re.compile(r"\{\{|\}\}|#\{")


def fault(value: str) -> str | None:
    """Why this text may not stand in a place of a template; None where it may."""
    if not value.strip():
        return "empty"
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in value):
        return "line_break_or_control"
    if _BROKEN.search(value):
        return "five_spaces"
    return "merge_mark" if _BRACES.search(value) else None


def is_clean(text: str, *, lines: bool) -> bool:
    """Whether it holds nothing that is no letter of a text; with `lines` it may have several."""
    allowed = "\n" if lines else ""
    return not any(unicodedata.category(each) in ("Cc", "Cs") and each not in allowed for each in text)


def composed(text: str) -> str:
    """Canonically composed (NFC), as characters are counted and sent."""
    return unicodedata.normalize("NFC", text)
