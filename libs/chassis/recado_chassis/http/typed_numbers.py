"""Phone numbers as people type them."""

from __future__ import annotations

import phonenumbers
from recado_events.numbers import variants


def e164_digits(typed: str, country: str | None = None) -> str | None:
    """Its digits, country code first; a number without one is of `country` (ISO 3166 alpha-2). None for what is no
    number, also for what only looks like one: letters, extensions. Valid is also what has a valid spelling: people
    are still known at WhatsApp under the old ones of Brazil and Mexico."""
    if any(char.isalpha() for char in typed):
        return None
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        return None
    digits = _digits_of(number)
    return None if number.extension or not any(map(_is_valid, (digits, *variants(digits)))) else digits


def _digits_of(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")


def _is_valid(digits: str) -> bool:
    """As it is: what is read without its first digits is another number."""
    try:
        number = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) and _digits_of(number) == digits
