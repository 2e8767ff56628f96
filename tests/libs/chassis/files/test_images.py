"""Small pictures, and images that do not tell where they were taken."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image
from recado_chassis.files import ImageUnreadable
from recado_chassis.files.images import SIDE, thumbnail, without_metadata

from tests.samples import JPEG, MP3, ODD, PDF, PNG, image, with_exif


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


@pytest.mark.parametrize(
    "taken",
    [
        lambda odd: b"\xff\xd8\xff\xff" + odd[3:],
        lambda odd: odd[:2] + b"some garbage" + odd[2:],
        lambda odd: odd + image("JPEG", (40, 20), gps=True),
        lambda odd: odd[:-2] + b"\xff" + odd[-2:] + b"secret behind it",
        lambda odd: odd[:-2] + odd[2 : odd.index(b"\xff\xdb")] + odd[-2:],
        lambda odd: odd[:-40],
    ],
    ids=["fill bytes", "garbage", "two pictures", "words behind it", "words behind the scan", "cut off"],
)
def test_71_wherever_it_stands_what_a_camera_wrote_is_stripped(taken: Callable[[bytes], bytes]) -> None:
    odd = taken(image("JPEG", (40, 20), orientation=3, gps=True))
    bare = without_metadata(odd)

    assert b"secret" in odd
    assert (b"secret" in bare, b"GPS" in bare, bare.count(b"Exif")) == (False, False, 1)
    assert without_metadata(bare) == bare
    if odd.endswith(b"\xff\xd9"):
        assert (_exif(bare), _pixels(bare)) == ({0x0112: 3}, _pixels(image("JPEG", (40, 20))))


def test_71_png_ends_with_its_picture() -> None:
    written = image("PNG", (40, 20))
    assert without_metadata(written + b"secret") == written


@pytest.mark.parametrize("progressive", [False, True])
def test_a_large_photo_keeps_every_byte_of_its_picture(progressive: bool) -> None:
    noise, written = Image.effect_noise((1200, 900), 90), io.BytesIO()
    noise.save(written, "JPEG", quality=95, progressive=progressive, restart_marker_blocks=40)

    assert without_metadata(written.getvalue()) == written.getvalue()


@pytest.mark.parametrize("content", [b"", PDF, MP3])
def test_what_is_no_image_stays_as_it_is(content: bytes) -> None:
    assert without_metadata(content) == content


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe1",
        b"\xff\xd8\xff\xe1\xff\xff" + b"x" * 20,
        b"\xff\xd8" + b"\xff\xe0\x00\x02" * 20_000 + JPEG[2:],
        PNG[:60],
    ],
    ids=["no length", "too long", "too many", "cut off"],
)
def test_what_begins_as_an_image_and_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(ImageUnreadable):
        without_metadata(content)


@pytest.mark.parametrize("tag", ODD, ids=str)
def test_an_odd_tag_of_a_camera_keeps_nothing_from_being_shown_or_sent(tag: tuple[int, int, int]) -> None:
    odd = with_exif(image("JPEG", (400, 200)), (0x0112, 3, 6), tag)
    small = thumbnail(io.BytesIO(odd))

    assert small is not None
    assert _exif(without_metadata(odd)).keys() <= {0x0112}
    with Image.open(io.BytesIO(small)) as seen:
        assert seen.size in ((SIDE // 2, SIDE), (SIDE, SIDE // 2))


def test_a_picture_that_has_to_be_decoded_whole_takes_little_memory_or_is_not_decoded() -> None:
    too_large = thumbnail(io.BytesIO(image("PNG", (8000, 5000), mode="L")))
    assert too_large is None
    assert thumbnail(io.BytesIO(image("PNG", (4000, 3000)))) is not None
    assert thumbnail(io.BytesIO(image("JPEG", (8000, 5000), mode="L"))) is not None


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
