"""What a place for files does. One suite of tests holds for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Protocol

PIECE = 256 * 1024


class NoSuchFile(Exception):
    """Nothing is stored under that key."""


class FilesUnavailable(Exception):
    """The place cannot be asked at the moment."""


class ImageUnreadable(Exception):
    """It begins as an image and goes on as none: what its camera wrote into it cannot be told from the picture."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file whose bytes are made of the key: storing it again changes nothing."""

    key: str
    size: int


class Files(Protocol):
    """Synchronous, for threads. Every method raises FilesUnavailable."""

    def put(self, key: str, content: IO[bytes], size: int) -> Stored:
        """Once it has returned the file survives a crash; before, nobody can read any of it."""
        ...

    def size(self, key: str) -> int | None:
        """None: there is no such file."""
        ...

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Pieces of at most `PIECE` bytes. Raises NoSuchFile before the first one."""
        ...

    def forget(self, key: str) -> None:
        """Deletes it; one that is not there is forgotten already."""
        ...
