"""What a packed file says of itself: its directory, and of what kind its parts are. In bounds, and nothing else."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

_DIRECTORY = 1024 * 1024
"""Bytes of a directory: some twenty thousand names. Documents have some hundred."""
_KINDS = "[content_types].xml"
_LARGEST_KINDS = 256 * 1024
_STREAMED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Ways of packing that can be unpacked a piece at a time."""
_PROMISED, _USUAL = 1024**3, 64 * 1024**2
"""So many bytes, unpacked, are too many in any case; so many are fine in any case."""
_RATIO = 250
_ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".bz2", ".xz", ".tar", ".jar", ".cab", ".iso")
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, ValueError, RuntimeError, OSError, EOFError, OverflowError)


class _TooLarge(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Packed:
    """`is_bomb`: it promises more than anybody should unpack, or more names than are read; these are none then."""

    names: tuple[str, ...] = ()
    kinds: bytes | None = b""
    """What it says of the kinds of its parts, in small letters; None: too long to be looked at."""
    is_bomb: bool = False

    @property
    def is_nested(self) -> bool:
        """Archives inside an archive: what they would unpack to nobody has told."""
        return any(name.endswith(_ARCHIVES) for name in self.names)

    @property
    def has_macros(self) -> bool:
        """By the name of a part, or by what it is said to be whatever it is called. What is too long to be looked at
        is not believed."""
        if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in self.names):
            return True
        return self.kinds is None or b"vbaproject" in self.kinds or b"macroenabled" in self.kinds


def packed(content: IO[bytes]) -> Packed:
    """Of what is no archive, or a broken one: nothing."""
    size = content.seek(0, io.SEEK_END)
    try:
        with zipfile.ZipFile(_Bounded(content)) as archive:
            parts = archive.infolist()
            promised = sum(part.file_size for part in parts)
            names = tuple(part.filename.lower() for part in parts)
            return Packed(names, _kinds(archive, parts), promised > min(_PROMISED, max(_USUAL, _RATIO * size)))
    except _TooLarge:
        return Packed(is_bomb=True)
    except _BROKEN:
        return Packed()


def _kinds(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> bytes | None:
    """A name may stand there more than once: whichever a program takes, it is looked at, up to a few."""
    named = [part for part in parts if part.filename.lower() == _KINDS]
    found = b""
    for part in named[:3]:
        if part.compress_type not in _STREAMED:
            return None
        try:
            with archive.open(part) as told:
                found += told.read(_LARGEST_KINDS + 1)
        except _BROKEN:
            return None
    if len(found) > _LARGEST_KINDS or len(named) > 3:
        return None
    return found.replace(b"\0", b"").lower()  # of UTF-16 the letters are left


class _Bounded:
    """A file of which nobody reads more than a directory's worth at once: how large it is, a stranger has said."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self.seek, self.tell, self.seekable = content.seek, content.tell, content.seekable

    def read(self, size: int = -1) -> bytes:
        """Raises _TooLarge."""
        if size > _DIRECTORY:
            raise _TooLarge
        found = self._content.read(_DIRECTORY + 1 if size < 0 else size)
        if len(found) > _DIRECTORY:
            raise _TooLarge
        return found
