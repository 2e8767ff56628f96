"""Small pictures, and images that do not tell where they were taken."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image
from recado_chassis.files.images import SIDE, thumbnail, without_metadata

from tests.samples import PDF, image


def test_a_small_picture_is_small_and_upright() -> None:
    small = thumbnail(io.BytesIO(image("JPEG", (1200, 600), orientation=6)))

    assert small is not None
    with Image.open(io.BytesIO(small)) as seen:
        assert (seen.format, seen.size) == ("JPEG", (SIDE // 2, SIDE))
        assert dict(seen.getexif()) == {}


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_transparent_images_have_one_too(format: str) -> None:
    assert thumbnail(io.BytesIO(image(format, (10, 10), mode="RGBA"))) is not None


@pytest.mark.parametrize("content", [b"", PDF, image("JPEG", (64, 64))[:200], b"\xff\xd8" + b"\0" * 50])
def test_what_is_no_image_or_broken_has_none(content: bytes) -> None:
    assert thumbnail(io.BytesIO(content)) is None


def test_70_an_image_of_2500_million_pixels_is_refused_before_it_is_decoded() -> None:
    assert thumbnail(io.BytesIO(_bomb(50_000))) is None


def test_71_what_a_camera_wrote_about_place_and_owner_is_stripped_and_every_pixel_stays() -> None:
    taken = image("JPEG", (40, 20), orientation=6, gps=True)
    bare = without_metadata(taken)

    assert _exif(bare) == {0x0112: 6}
    assert b"secret comment" in taken
    assert b"secret comment" not in bare
    assert _pixels(bare) == _pixels(taken)
    assert without_metadata(bare) == bare


def test_71_png_too() -> None:
    written = image("PNG", (40, 20), gps=True)
    bare = without_metadata(written)

    assert (_exif(bare), b"secret" in bare) == ({}, False)
    assert _pixels(bare) == _pixels(written)


@pytest.mark.parametrize("content", [b"", PDF, b"\xff\xd8\xff\xe1", b"\xff\xd8\xff\xe1\xff\xff" + b"x" * 20])
def test_what_is_no_image_stays_as_it_is(content: bytes) -> None:
    assert without_metadata(content) == content


def _exif(content: bytes) -> dict[int, object]:
    with Image.open(io.BytesIO(content)) as seen:
        return dict(seen.getexif())


def _pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as seen:
        return seen.tobytes()


def _bomb(side: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
