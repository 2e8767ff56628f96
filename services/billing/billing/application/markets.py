"""The market of a recipient: the country of a number's calling code, else that of a user id (rule 26)."""

from __future__ import annotations

import re

import phonenumbers
from recado_events.identity import Recipient

_USER_ID = re.compile(r"([A-Z]{2})\.[A-Za-z0-9.]+")


def country_of(recipient: Recipient | None) -> str | None:
    """ISO 3166 alpha-2; None where neither says it."""
    if recipient is None:
        return None
    return _of_number(recipient.wa_id) or _of_user_id(recipient.user_id)


def _of_number(wa_id: str | None) -> str | None:
    """Of numbers whose calling code several countries share, the number itself says which; else the code's main one."""
    if wa_id is None or not wa_id.isascii() or not wa_id.isdigit():
        return None
    try:
        number = phonenumbers.parse(f"+{wa_id}", None)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code is None:
        return None
    region = phonenumbers.region_code_for_number(number)
    found = region or phonenumbers.region_code_for_country_code(number.country_code)
    return found if re.fullmatch(r"[A-Z]{2}", found) and found != "ZZ" else None


def _of_user_id(user_id: str | None) -> str | None:
    match = None if user_id is None else _USER_ID.fullmatch(user_id)
    return None if match is None else match[1]
