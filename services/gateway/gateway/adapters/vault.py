"""Secrets at rest: AES-256-GCM, bound to where they lie, so that a ciphertext moved elsewhere opens nowhere."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x01"
_NONCE_BYTES = 12


class CannotOpen(Exception):
    """None of the keys opens this ciphertext here: a key is missing, or it was made for another place."""


class Vault:
    """The first key seals, all of them open: put a new one first, and take the old one away when all is sealed anew."""

    def __init__(self, keys: Sequence[bytes], random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        if not keys:
            raise ValueError("A vault needs at least one key.")
        self._ciphers = [AESGCM(key) for key in keys]
        self._random_bytes = random_bytes

    def __repr__(self) -> str:
        return f"Vault({len(self._ciphers)} keys)"

    def seal(self, secret: str, *place: str) -> bytes:
        """`place` names the row and the purpose; the same names are needed to open."""
        nonce = self._random_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._ciphers[0].encrypt(nonce, secret.encode(), _bound(place))

    def open(self, sealed: bytes, *place: str) -> str:
        """Raises CannotOpen."""
        version, nonce, ciphertext = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        for cipher in self._ciphers if version == _VERSION else ():
            try:
                return cipher.decrypt(nonce, ciphertext, _bound(place)).decode()
            except (InvalidTag, ValueError):
                continue
        raise CannotOpen("This secret cannot be opened here: is RECADO_TOKEN_KEY the key it was sealed with?")


def _bound(place: Sequence[str]) -> bytes:
    return "|".join(place).encode()
