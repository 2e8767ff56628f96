"""Phone numbers as people type them."""

from __future__ import annotations

from recado_chassis.http import typed_numbers

from conversations.domain.beginning_refusals import InvalidNumber


def e164_digits(typed: str, country: str | None) -> str:
    """The digits that WhatsApp is asked to send to, country code first. A number without one is of `country` (ISO 3166
    alpha-2). Raises InvalidNumber."""
    digits = typed_numbers.e164_digits(typed, country)
    if digits is None:
        raise InvalidNumber
    return digits
