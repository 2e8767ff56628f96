"""What stands for a value that may not be stored or told: a keyed hash, useless without the key."""

from __future__ import annotations

import hmac


class Fingerprints:
    """HMAC-SHA256 under one key. The same parts give the same fingerprint; other cuts of the same text do not."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("A key of fingerprints has at least 32 bytes; make one with `openssl rand -hex 32`.")
        # Keyed once and copied: hashing so little it never lets go of the interpreter, as `hmac.digest` does each time.
        self._keyed = hmac.new(key, digestmod="sha256")

    def __repr__(self) -> str:
        return "Fingerprints(key=**********)"

    def of(self, *parts: str) -> str:
        """32 hex characters (128 bits) for these parts in this order. Any text is taken, lone surrogates too."""
        return self.digest(*[part.encode("utf-8", "surrogatepass") for part in parts]).hex()[:32]

    def digest(self, *parts: bytes) -> bytes:
        """All 32 bytes, for what is compared or signed."""
        mac = self._keyed.copy()
        mac.update(b"".join([len(part).to_bytes(8, "big") + part for part in parts]))
        return mac.digest()

    def sibling(self, purpose: str) -> Fingerprints:
        """Another key made from this one, so that what is signed for one purpose is worth nothing for another."""
        return Fingerprints(self.digest(b"purpose", purpose.encode()))
