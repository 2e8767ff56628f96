"""Small pictures of images, and images without what their cameras wrote about place and owner."""

from __future__ import annotations

import io
import warnings
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_PIXELS = 40_000_000
"""Above this an image is not decoded: its head alone may promise more than the machine has."""
SIDE = 320
_FORMATS = ("JPEG", "PNG", "WEBP")
_ORIENTATION = 0x0112
_BROKEN = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    MemoryError,
)
_WRITTEN_ABOUT = frozenset({b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME"})
"""Chunks of PNG that hold words and times, and no pixel."""


def thumbnail(content: IO[bytes]) -> bytes | None:
    """A JPEG of at most SIDE pixels each way; None for what is no image, is broken, or is too large to decode."""
    content.seek(0)
    try:
        with warnings.catch_warnings(), Image.open(content, formats=_FORMATS) as image:
            warnings.simplefilter("ignore")
            if image.width * image.height > LARGEST_PIXELS:
                return None
            image.draft("RGB", (SIDE * 2, SIDE * 2))
            small = ImageOps.exif_transpose(image)
            small.thumbnail((SIDE, SIDE))
            flat = Image.new("RGB", small.size, "white")
            flat.paste(small.convert("RGBA"), mask=small.convert("RGBA").getchannel("A"))
            written = io.BytesIO()
            flat.save(written, "JPEG", quality=80)
            return written.getvalue()
    except _BROKEN:
        return None


def without_metadata(content: bytes) -> bytes:
    """The same pixels, bit for bit, upright as before. What is neither JPEG nor PNG, or is broken, stays as it is."""
    try:
        if content.startswith(b"\xff\xd8"):
            return _bare_jpeg(content)
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            return _bare_png(content)
    except (IndexError, *_BROKEN):
        return content
    return content


def _bare_jpeg(content: bytes) -> bytes:
    """Without the segments APP1 (Exif, XMP), APP13 (IPTC) and COM; the orientation alone is written anew."""
    kept, at = [content[:2], _orientation(content)], 2
    while content[at] == 0xFF and content[at + 1] not in (0xDA, 0xD9):
        size = 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if content[at + 1] not in (0xE1, 0xED, 0xFE):
            kept.append(content[at : at + size])
        at += size
    return b"".join([*kept, content[at:]])


def _orientation(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
        turned = image.getexif().get(_ORIENTATION)
    if turned in (None, 1):
        return b""
    exif = Image.Exif()
    exif[_ORIENTATION] = turned
    told = exif.tobytes()
    return b"\xff\xe1" + (len(told) + 2).to_bytes(2, "big") + told


def _bare_png(content: bytes) -> bytes:
    kept, at = [content[:8]], 8
    while at + 12 <= len(content):
        size = 12 + int.from_bytes(content[at : at + 4], "big")
        if content[at + 4 : at + 8] not in _WRITTEN_ABOUT:
            kept.append(content[at : at + size])
        at += size
    return b"".join([*kept, content[at:]])
