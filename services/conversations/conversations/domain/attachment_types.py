"""Which files may be sent: eight extensions, and what is called, is declared and is has to agree (rule 32)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from conversations.domain.file_refusals import AttachmentMismatch, AttachmentTypeNotAllowed

MIB = 1024 * 1024
Kind = Literal["image", "audio", "video", "document"]


class FileType(NamedTuple):
    kind: Kind
    mime_type: str


_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPES: Mapping[str, FileType] = MappingProxyType(
    {
        "jpg": FileType("image", "image/jpeg"),
        "jpeg": FileType("image", "image/jpeg"),
        "png": FileType("image", "image/png"),
        "pdf": FileType("document", "application/pdf"),
        "mp3": FileType("audio", "audio/mpeg"),
        "mp4": FileType("video", "video/mp4"),
        "doc": FileType("document", "application/msword"),
        "docx": FileType("document", _DOCX),
    }
)
LARGEST: Mapping[str, int] = MappingProxyType(
    {"image": 5 * MIB, "audio": 16 * MIB, "video": 16 * MIB, "document": 100 * MIB}
)
_ALSO_CALLED = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "audio/mp3": "audio/mpeg"}
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
LONGEST_NAME = 120


def type_of(filename: str) -> FileType:
    """By its extension. Raises AttachmentTypeNotAllowed."""
    _, dot, extension = filename.rpartition(".")
    found = TYPES.get(extension.lower()) if dot else None
    if found is None:
        raise AttachmentTypeNotAllowed(allowed=sorted(TYPES))
    return found


def check(filename: str, declared: str | None, sniffed: str | None) -> FileType:
    """Raises AttachmentTypeNotAllowed and AttachmentMismatch."""
    wanted = type_of(filename)
    bare = (declared or "").partition(";")[0].strip().lower()
    if _ALSO_CALLED.get(bare, bare) != wanted.mime_type:
        raise AttachmentMismatch(by="declared_type", expected=wanted.mime_type)
    if sniffed != wanted.mime_type:
        raise AttachmentMismatch(by="content", expected=wanted.mime_type)
    return wanted


def safe_name(filename: str | None, mime_type: str | None = None) -> str:
    """Fit to be shown and to be saved under: the last part of a path, without what nobody sees or what turns text
    round, and not too long; its extension stays."""
    last = re.split(r"[/\\]", filename or "")[-1]
    seen = "".join(char for char in last if unicodedata.category(char) not in _UNSEEN and char not in '<>:"|?*')
    seen = seen.strip(" .")
    if not seen:
        extension = next((name for name, known in TYPES.items() if known.mime_type == mime_type), None)
        return f"file.{extension}" if extension else "file"
    if len(seen) <= LONGEST_NAME:
        return seen
    stem, dot, extension = seen.rpartition(".")
    short = f".{extension}" if dot and len(extension) <= 10 else ""
    return (stem if short else seen)[: LONGEST_NAME - len(short)] + short
