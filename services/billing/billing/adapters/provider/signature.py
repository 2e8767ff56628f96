"""Whether Stripe sent a notice: `Stripe-Signature` over the raw bytes and a time, before anybody reads them."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

HEADER = b"stripe-signature"
_TIME = re.compile(rb"t=(\d{1,12})")
_DIGEST = re.compile(rb"v1=([0-9a-f]{64})")


class BadSignature(Exception):
    """Its message says what is wrong with it, and is told to the sender."""


class Signatures:
    """Checks under every valid secret: while one is replaced, both are in use."""

    def __init__(self, secrets: Iterable[str], tolerance: int) -> None:
        """`tolerance` in seconds, for both directions of the clock."""
        self._secrets = [secret.encode() for secret in secrets]
        self._tolerance = tolerance

    def __repr__(self) -> str:
        return f"Signatures({len(self._secrets)} secrets)"

    def check(self, headers: Sequence[tuple[bytes, bytes]], body: bytes, now: datetime) -> None:
        """Raises BadSignature."""
        values = [value for name, value in headers if name == HEADER]
        if len(values) != 1:
            raise BadSignature("The request has not one Stripe-Signature.")
        told, digests = _parts(values[0])
        if told is None or not digests:
            raise BadSignature("Stripe-Signature has no time, or no v1 digest of 64 hex digits.")
        signed = told + b"." + body
        expected = [hmac.digest(secret, signed, "sha256") for secret in self._secrets]
        if not any(hmac.compare_digest(one, digest) for one in expected for digest in digests):
            raise BadSignature("Stripe-Signature was not made from this body with a secret of this account.")
        if abs(now.timestamp() - int(told)) > self._tolerance:
            raise BadSignature("Stripe-Signature was made too long ago, or is of the future.")


def _parts(value: bytes) -> tuple[bytes | None, list[bytes]]:
    told: bytes | None = None
    digests: list[bytes] = []
    for part in value.split(b",")[:20]:
        if found := _TIME.fullmatch(part.strip()):
            told = found[1]
        elif found := _DIGEST.fullmatch(part.strip()):
            digests.append(bytes.fromhex(found[1].decode()))
    return told, digests
