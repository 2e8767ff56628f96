"""Meta asks whether the address is ours: whoever knows the token gets their challenge back, as plain text."""

from __future__ import annotations

import hmac
import re
from urllib.parse import parse_qs

from recado_chassis.http.problems import Problem

_CHALLENGE = re.compile(r"[A-Za-z0-9._~+/=-]{1,1024}")


def challenge_of(query: bytes, token: bytes) -> bytes:
    """What is to be answered, unchanged. Raises Problem: 403 for a stranger, 400 for what no challenge looks like."""
    asked = parse_qs(query.decode("latin-1"), keep_blank_values=True)
    given = _only(asked, "hub.verify_token").encode("utf-8", "surrogatepass")
    known = hmac.compare_digest(given, token)
    if _only(asked, "hub.mode") != "subscribe" or not known:
        raise Problem(403, "verify_token_refused", "hub.mode is not subscribe, or hub.verify_token is not ours.")
    challenge = _only(asked, "hub.challenge")
    if not _CHALLENGE.fullmatch(challenge):
        raise Problem(400, "bad_challenge", "hub.challenge is missing, too long, or no plain word.")
    return challenge.encode()


def _only(asked: dict[str, list[str]], name: str) -> str:
    """Empty where it is missing or given more than once."""
    values = asked.get(name, ())
    return values[0] if len(values) == 1 else ""
