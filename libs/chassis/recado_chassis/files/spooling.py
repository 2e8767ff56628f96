"""Bytes that come in, kept aside until all are there: counted, hashed, and refused beyond a limit."""

from __future__ import annotations

import hashlib
import tempfile
from types import TracebackType
from typing import IO, Self
from uuid import UUID

_IN_MEMORY = 1024 * 1024


class TooLarge(Exception):
    """More than the limit has come."""


def key_of(owner: UUID, digest: str) -> str:
    """Where an owner's content is kept: nobody's key tells whether somebody else has the same content."""
    return f"{owner}/{digest}"


class Spool:
    """`with Spool(limit) as spool`: what was written is gone at the end."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by its own `with`
        self._hash = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def write(self, piece: bytes) -> None:
        """Raises TooLarge."""
        self.size += len(piece)
        if self.size > self._limit:
            raise TooLarge
        self._hash.update(piece)
        self._file.write(piece)

    @property
    def digest(self) -> str:
        """SHA-256 in hex of all that was written."""
        return self._hash.hexdigest()

    def content(self) -> IO[bytes]:
        """From the beginning."""
        self._file.seek(0)
        return self._file
