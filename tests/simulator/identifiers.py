"""Ids that look like Meta's, from a random source that is given.

Meta's contract, section 7 (wamid, business-scoped user ids) and section 2 (decimal ids).
"""

import base64
import string
from random import Random

_INBOUND, _OUTBOUND = 0x12, 0x11
_TOKEN_ALPHABET = string.ascii_letters + string.digits


class Ids:
    """Every id the platform gives out."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def decimal(self, digits: int = 15) -> str:
        return self._random.choice("123456789") + "".join(self._random.choices(string.digits, k=digits - 1))

    def key(self) -> str:
        return f"{self._random.getrandbits(64):016x}"

    def inbound_wamid(self, party: str) -> str:
        return wamid(party, "3A" + self._hexadecimal(18), _INBOUND)

    def outbound_wamid(self, party: str) -> str:
        return wamid(party, self._hexadecimal(18), _OUTBOUND)

    def user_id(self, country: str) -> str:
        return f"{country}.{self.decimal(20)}"

    def token(self) -> str:
        return "EAA" + "".join(self._random.choices(_TOKEN_ALPHABET, k=180))

    def code(self) -> str:
        return "AQ" + "".join(self._random.choices(_TOKEN_ALPHABET + "-_", k=200))

    def trace(self) -> str:
        return "A" + "".join(self._random.choices(_TOKEN_ALPHABET + "-_", k=22))

    def _hexadecimal(self, digits: int) -> str:
        return "".join(self._random.choices("0123456789ABCDEF", k=digits))


def wamid(party: str, key: str, direction: int = _INBOUND) -> str:
    """A wamid: base64 of a small record with the direction, the other party and the message's own key."""
    other = party.encode()
    record = b"\x1c\x18" + bytes([len(other)]) + other + b"\x15\x02\x00" + bytes([direction, 0x18, len(key)])
    return "wamid." + base64.b64encode(record + key.encode() + b"\x00").decode()


def is_wamid(value: object) -> bool:
    """Whether this could be a wamid at all; Meta refuses other texts where one is asked for."""
    if not isinstance(value, str) or not value.startswith("wamid.") or len(value) > 512:
        return False
    try:
        return len(base64.b64decode(value[6:] + "=" * (-len(value[6:]) % 4), validate=True)) >= 8
    except ValueError:
        return False
