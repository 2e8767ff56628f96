"""Phone numbers as people type them."""

from __future__ import annotations

import phonenumbers

from conversations.domain.refusals import InvalidNumber


def e164_digits(typed: str, country: str | None) -> str:
    """The digits that WhatsApp is asked to send to, country code first. A number without one is of `country` (ISO 3166
    alpha-2). Raises InvalidNumber, also for what only looks like a number: letters, extensions."""
    if any(char.isalpha() for char in typed):
        raise InvalidNumber
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        raise InvalidNumber from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise InvalidNumber
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
