"""Lists in pages: opaque cursors that nobody can read, change, or use on another list."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from recado_chassis.fingerprints import Fingerprints
from recado_chassis.http.problems import Problem

_MAX_LENGTH = 2048


class Cursors:
    """Seals where a page ended. Encrypted, not only signed: what a list is sorted by may be somebody's name."""

    def __init__(self, fingerprints: Fingerprints) -> None:
        self._cipher = AESSIV(fingerprints.digest(b"cursors"))

    def seal(self, scope: str, after: list[Any]) -> str:
        """`scope` says which list: the same route, organisation and filters. `after` is plain JSON values."""
        sealed = self._cipher.encrypt(orjson.dumps(after), [scope.encode()])
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, scope: str, cursor: str) -> list[Any]:
        """Raises Problem (400, `cursor_invalid`) for a cursor of another list, or one that was changed."""
        try:
            if len(cursor) > _MAX_LENGTH:
                raise ValueError("longer than any cursor")
            sealed = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
            after: list[Any] = orjson.loads(self._cipher.decrypt(sealed, [scope.encode()]))
        except (ValueError, InvalidTag):
            raise Problem(400, "cursor_invalid", "This cursor is not of this list; begin again without one.") from None
        return after
