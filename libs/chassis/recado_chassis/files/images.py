"""Small pictures of images, and images without what their cameras wrote about place and owner."""

from __future__ import annotations

import io
import re
import threading
import warnings
from typing import IO

from PIL import Image

from recado_chassis.files.ports import ImageUnreadable

LARGEST_PIXELS = 40_000_000
"""Above this an image is not decoded: its head alone may promise more than the machine has."""
LARGEST_WHOLE = 12_000_000
"""Of what is not a JPEG: that alone is decoded at a smaller scale."""
SIDE = 320
_FORMATS = ("JPEG", "PNG", "WEBP")
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_one_at_a_time = threading.Lock()

_MOST_PIECES = 10_000
"""Segments of a JPEG, chunks of a PNG: one of 5 MB has some hundreds."""
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_BEGINS, _ENDS, _SCAN = 0xD8, 0xD9, 0xDA
_WORDS = frozenset({*range(0xE0, 0xF0), 0xFE})
"""Segments that no decoder needs but for the colours: of JFIF, of profiles, and of Adobe."""
_COLOURS = {0xE0: b"", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_EXIF = b"Exif\0\0"
_WRITTEN_ABOUT = frozenset({b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME"})
"""Chunks of PNG that hold words and times, and no pixel."""


def thumbnail(content: IO[bytes]) -> bytes | None:
    """A JPEG of at most SIDE pixels each way; None for what is no image, is broken, or is too large to decode."""
    content.seek(0)
    try:
        with _one_at_a_time, warnings.catch_warnings(), Image.open(content, formats=_FORMATS) as image:
            warnings.simplefilter("ignore")
            if image.width * image.height > (LARGEST_PIXELS if image.format == "JPEG" else LARGEST_WHOLE):
                return None
            turn = _TURNS.get(_turned(image.getexif()))
            image.draft("RGB", (SIDE * 2, SIDE * 2))
            image.thumbnail((SIDE, SIDE))
            small = image if turn is None else image.transpose(turn)
            flat = Image.new("RGB", small.size, "white")
            flat.paste(small.convert("RGBA"), mask=small.convert("RGBA").getchannel("A"))
            written = io.BytesIO()
            flat.save(written, "JPEG", quality=80)
            return written.getvalue()
    except Exception:  # noqa: BLE001 - decoders raise whatever they like, and a small picture is a courtesy
        return None


def _turned(exif: Image.Exif) -> int:
    """1 for upright, and for what makes no sense."""
    told = exif.get(_ORIENTATION)
    return told if isinstance(told, int) and told in _TURNS else 1


def without_metadata(content: bytes) -> bytes:
    """The same pixels, bit for bit, upright as before, and nothing behind the picture. What is neither JPEG nor PNG
    stays as it is. Raises ImageUnreadable for what begins as one of them and is none."""
    if content.startswith(b"\xff\xd8"):
        return _bare_jpeg(content)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _bare_png(content)
    return content


def _bare_jpeg(content: bytes) -> bytes:
    """Of the segments that hold words (Exif, XMP, IPTC, comments …) the orientation alone stays, written anew. It ends
    with its first picture: behind it phones put others, with words of their own."""
    kept, turned, at, is_scan = [content[:2]], b"", 2, False
    scans = 0
    for _ in range(_MOST_PIECES):
        found = _MARKER.search(content, at)
        begin = found.start() if found else len(content)
        if is_scan:
            kept.append(content[at:begin])
        marker = content[begin + 1] if found else _ENDS
        if marker in (_BEGINS, _ENDS):
            break
        segment = content[begin : begin + 2 + int.from_bytes(content[begin + 2 : begin + 4], "big")]
        if segment[4:].startswith(_EXIF):
            turned = turned or _orientation(segment[4:])
        if marker not in _WORDS or segment[4:].startswith(_COLOURS.get(marker, segment)):
            kept.append(segment)
        at, is_scan = begin + max(len(segment), 4), marker == _SCAN
        scans += is_scan
    else:
        raise ImageUnreadable
    if not scans:
        raise ImageUnreadable
    return b"".join([kept[0], turned, *kept[1:], b"\xff\xd9"])


def _orientation(told: bytes) -> bytes:
    """A segment that tells nothing else; empty for an upright one, and for what cannot be read."""
    exif = Image.Exif()
    try:
        exif.load(told)
        turned = _turned(exif)
    except Exception:  # noqa: BLE001 - as above
        return b""
    if turned == 1:
        return b""
    anew = Image.Exif()
    anew[_ORIENTATION] = turned
    written = anew.tobytes()
    return b"\xff\xe1" + (len(written) + 2).to_bytes(2, "big") + written


def _bare_png(content: bytes) -> bytes:
    kept, at = [content[:8]], 8
    for _ in range(_MOST_PIECES):
        chunk = content[at : at + 12 + int.from_bytes(content[at : at + 4], "big")]
        if chunk[4:8] not in _WRITTEN_ABOUT:
            kept.append(chunk)
        if chunk[4:8] == b"IEND":
            return b"".join(kept)
        if len(chunk) < 12:
            break
        at += len(chunk)
    raise ImageUnreadable
