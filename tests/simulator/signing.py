"""How Meta writes and signs a webhook body, so that tests and the simulator produce the same bytes.

Meta's contract, sections 1 (point 2) and 3.2.
"""

import hashlib
import hmac
import json
from typing import Any

JsonObject = dict[str, Any]

# None of these characters can stand outside a string in JSON, so replacing them in the whole text is safe.
_ESCAPES = {"/": "\\/", "<": "\\u003c", "%": "\\u0025", "@": "\\u0040"}


def meta_json(value: object) -> bytes:
    """The bytes Meta would send: non-ASCII as lowercase \\uXXXX (pairs above U+FFFF), `/`, `<`, `%` and `@` escaped."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text.encode("ascii")


def signature(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature-256` for exactly these bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signed_headers(secret: str, body: bytes) -> dict[str, str]:
    """All headers Meta sends with a webhook, except `Content-Length`."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "facebookexternalua",
        "X-Hub-Signature-256": signature(secret, body),
    }


def app_secret_proof(secret: str, token: str) -> str:
    """The optional `appsecret_proof` query parameter of a Graph call (Meta's contract, section 2)."""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
