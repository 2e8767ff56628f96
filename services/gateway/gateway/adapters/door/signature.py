"""Whether Meta sent it: the signature over the raw bytes, before anybody looks at what they say."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Sequence

HEADER = b"x-hub-signature-256"
_FORM = re.compile(rb"sha256=([0-9a-fA-F]{64})")


class BadSignature(Exception):
    """Its message says what is wrong with it, and is told to the sender."""


class Signatures:
    """Checks under every valid secret: while one is replaced, both are in use."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._keyed = [hmac.new(secret.encode(), digestmod="sha256") for secret in secrets]

    def __repr__(self) -> str:
        return f"Signatures({len(self._keyed)} secrets)"

    def claimed(self, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
        """The digest that the one header states. Raises BadSignature."""
        values = [value for name, value in headers if name == HEADER]
        if not values:
            raise BadSignature("The request has no X-Hub-Signature-256.")
        digest = _digest_in(values[0])
        if len(values) > 1 or digest is None:
            raise BadSignature("X-Hub-Signature-256 is not one `sha256=` with 64 hex digits.")
        return digest

    def check(self, claimed: bytes, body: bytes) -> None:
        """Raises BadSignature."""
        if not self._made(claimed, body):
            raise BadSignature("X-Hub-Signature-256 was not made from this body with a secret of this app.")

    def is_signed(self, value: bytes, body: bytes) -> bool:
        """Whether the header's value is the body's signature."""
        digest = _digest_in(value)
        return digest is not None and self._made(digest, body)

    def _made(self, claimed: bytes, body: bytes) -> bool:
        for keyed in self._keyed:
            made = keyed.copy()
            made.update(body)
            if hmac.compare_digest(made.digest(), claimed):
                return True
        return False


def _digest_in(value: bytes) -> bytes | None:
    found = _FORM.fullmatch(value)
    return None if found is None else bytes.fromhex(found[1].decode())
