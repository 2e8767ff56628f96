"""Small files of every kind, for tests of attachments."""

from __future__ import annotations

import io
import struct
import zipfile

from PIL import ExifTags, Image, PngImagePlugin

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MP3 = b"ID3\x03\x00\x00\x00\x00\x00\x00" + b"\xff\xfb\x90\x00" + b"\0" * 600
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00\x00\x00\x08free" + b"\0" * 64
DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "WordDocument".encode("utf-16-le") + b"\0" * 512
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def docx(more: dict[str, bytes] | None = None) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        for name, content in {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>", **(more or {})}.items():
            packed.writestr(name, content)
    return written.getvalue()


def image(
    format: str, size: tuple[int, int] = (64, 48), *, mode: str = "RGB", orientation: int = 1, gps: bool = False
) -> bytes:
    """With `gps` it tells where it was taken, and a comment."""
    written = io.BytesIO()
    exif = Image.Exif()
    if orientation != 1:
        exif[0x0112] = orientation
    words: dict[str, object] = {}
    if gps:
        exif[0x010F] = "secret camera"
        exif.get_ifd(ExifTags.IFD.GPSInfo)[1] = "S"
        told = PngImagePlugin.PngInfo()
        told.add_text("Comment", "secret comment")
        words = {"pnginfo": told} if format == "PNG" else {"comment": b"secret comment"}
    picture = Image.linear_gradient("L").resize(size).convert(mode)
    picture.save(written, format, exif=exif, **words)
    return written.getvalue()


ODD = ((0x011A, 2, 5), (0x011A, 7, 5), (0x0100, 2, 5), (0x0112, 2, 2))
"""Tag, type and value as no camera should write them: a resolution and a width in letters, an orientation too."""


def with_exif(jpeg: bytes, *tags: tuple[int, int, int]) -> bytes:
    """With tags of any type, each of one short value; the last one of a name counts."""
    entries = [struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in {tag[0]: tag for tag in tags}.values()]
    told = b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(entries) + b"\0" * 4
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told + jpeg[2:]


JPEG, PNG, DOCX = image("JPEG"), image("PNG"), docx()
