"""Files in a folder of this machine: written beside, made durable, then named."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from recado_chassis.files.ports import PIECE, FilesUnavailable, NoSuchFile, Stored

_KEY = re.compile(r"[0-9a-f-]{1,64}/[0-9a-f]{64}")


class Folder:
    """Implements `Files`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, content: IO[bytes], size: int) -> Stored:
        place = self._place(key)
        with _outages():
            if self.size(key) == size:
                return Stored(key, size)
            self._make(place.parent)
            self._write(place, content)
        return Stored(key, size)

    def size(self, key: str) -> int | None:
        try:
            with _outages():
                return self._place(key).stat().st_size
        except NoSuchFile:
            return None

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        with _outages():
            file = self._place(key).open("rb")
        return _pieces(file, start, length)

    def forget(self, key: str) -> None:
        with _outages():
            self._place(key).unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        """Below a folder for the first two digits, so that none gets too full."""
        if not _KEY.fullmatch(key):
            raise ValueError("not a key of a file")
        owner, _, digest = key.partition("/")
        return self._folder / owner / digest[:2] / digest

    def _make(self, folder: Path) -> None:
        """A new folder survives a crash once the one above it is synced."""
        if folder.is_dir():
            return
        self._make(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_names(folder.parent)

    def _write(self, place: Path, content: IO[bytes]) -> None:
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                shutil.copyfileobj(content, file, PIECE)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(place)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_names(place.parent)


def _pieces(file: IO[bytes], start: int, length: int | None) -> Iterator[bytes]:
    with file, _outages():
        file.seek(start)
        left = length
        while left is None or left > 0:
            piece = file.read(PIECE if left is None else min(PIECE, left))
            if not piece:
                return
            left = None if left is None else left - len(piece)
            yield piece


def _sync_names(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _outages() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NoSuchFile from error
    except OSError as error:
        raise FilesUnavailable(f"the folder of files cannot be used: {error.strerror}") from error
