"""Number variants under which the same phone may appear (rule 10). They only match; nothing is ever rewritten."""

from __future__ import annotations

import re

_BRAZIL_OLD = re.compile(r"55(\d{2})([6-9]\d{7})")
_BRAZIL_NEW = re.compile(r"55(\d{2})9([6-9]\d{7})")
_ARGENTINA_OLD = re.compile(r"54([1-8]\d{9})")
_ARGENTINA_NEW = re.compile(r"549([1-8]\d{9})")
_MEXICO_OLD = re.compile(r"52([2-9]\d{9})")
_MEXICO_NEW = re.compile(r"521([2-9]\d{9})")

_RULES = (
    (_BRAZIL_OLD, r"55\g<1>9\g<2>"),
    (_BRAZIL_NEW, r"55\g<1>\g<2>"),
    (_ARGENTINA_OLD, r"549\g<1>"),
    (_ARGENTINA_NEW, r"54\g<1>"),
    (_MEXICO_OLD, r"521\g<1>"),
    (_MEXICO_NEW, r"52\g<1>"),
)


def variants(wa_id: str) -> tuple[str, ...]:
    """Other spellings of a mobile number: Brazil's ninth digit, Argentina's 9, Mexico's 1. Landlines have none."""
    return tuple(rule.sub(spelling, wa_id) for rule, spelling in _RULES if rule.fullmatch(wa_id))
