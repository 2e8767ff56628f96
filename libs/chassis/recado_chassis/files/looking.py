"""What a file really is, by its own bytes. Nothing is decoded or run, and of what is packed only its own description of
its parts is looked at."""

from __future__ import annotations

from typing import IO

import filetype

from recado_chassis.files.packed import packed

_HEAD = 8192
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_MACROS_IN_OLE = (b"_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0", b"_VBA_PROJECT")
_PARTS = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_SAME = {"audio/mp3": "audio/mpeg", "image/jpg": "image/jpeg", "audio/x-wav": "audio/wav", "video/x-m4v": "video/mp4"}
DOC, OLE, ZIP = "application/msword", "application/x-ole-storage", "application/zip"


def sniffed(content: IO[bytes]) -> str | None:
    """The media type that the first bytes tell; None where they tell nothing that is known."""
    content.seek(0)
    head = content.read(_HEAD)
    if head.startswith(_OLE):
        return DOC if _is_word(content) else OLE
    if head.startswith(b"PK\x03\x04"):
        return _packed(content)
    found = filetype.guess_mime(head)
    return None if found is None else _SAME.get(found, found)


def flags(content: IO[bytes], mime_type: str | None) -> tuple[str, ...]:
    """What people are to be warned of: `macros`; `bomb`, what unpacks to more than a machine has; `nested`, archives in
    an archive; `malware`, where it is the antivirus makers' own test file."""
    found: list[str] = []
    if mime_type in (DOC, OLE) and _has_macros(content):
        found.append("macros")
    if mime_type is not None and (mime_type == ZIP or mime_type in _PARTS.values()):
        found += _flags_of_packed(content, mime_type)
    content.seek(0)
    if _EICAR in content.read(_HEAD):
        found.append("malware")
    return tuple(found)


def _is_word(content: IO[bytes]) -> bool:
    """Word writes its main stream's name, in UTF-16, into the directory of the compound file."""
    return _contains(content, "WordDocument".encode("utf-16-le"))


def _packed(content: IO[bytes]) -> str:
    names = packed(content).names
    found = (mime_type for prefix, mime_type in _PARTS.items() if any(name.startswith(prefix) for name in names))
    return next(found, ZIP)


def _flags_of_packed(content: IO[bytes], mime_type: str) -> list[str]:
    told = packed(content)
    marks = {"macros": mime_type != ZIP and told.has_macros, "bomb": told.is_bomb, "nested": told.is_nested}
    return [mark for mark, is_so in marks.items() if is_so]


def _has_macros(content: IO[bytes]) -> bool:
    return any(_contains(content, mark) for mark in _MACROS_IN_OLE)


def _contains(content: IO[bytes], mark: bytes) -> bool:
    content.seek(0)
    before = b""
    while piece := content.read(1024 * 1024):
        if mark in before + piece:
            return True
        before = piece[-len(mark) :]
    return False
