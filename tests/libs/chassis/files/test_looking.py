"""What a file is by its own bytes: nothing is believed, unpacked or run."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recado_chassis.files.looking import flags, sniffed

from tests.samples import DOC, DOCX, EICAR, HTML, JPEG, MP3, MP4, PDF, PNG, SVG, docx

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("content", "mime_type"),
    [
        (JPEG, "image/jpeg"),
        (PNG, "image/png"),
        (PDF, "application/pdf"),
        (MP3, "audio/mpeg"),
        (MP4, "video/mp4"),
        (DOC, "application/msword"),
        (DOCX, WORD),
        (b"", None),
        (b"just words", None),
    ],
)
def test_each_kind_is_known_by_its_bytes(content: bytes, mime_type: str | None) -> None:
    assert sniffed(io.BytesIO(content)) == mime_type


@pytest.mark.parametrize("content", [SVG, HTML])
def test_62_63_what_a_browser_would_run_is_no_image(content: bytes) -> None:
    assert sniffed(io.BytesIO(content)) not in ("image/jpeg", "image/png", "image/webp", "image/gif")


@pytest.mark.parametrize("first", [JPEG, PDF])
def test_64_a_file_of_two_kinds_is_what_it_begins_as(first: bytes) -> None:
    both = first + zipped({"Main.class": b"\xca\xfe\xba\xbe"}) + HTML

    assert sniffed(io.BytesIO(both)) == sniffed(io.BytesIO(first))


def test_65_documents_with_macros_are_flagged() -> None:
    assert flags(io.BytesIO(docx({"word/vbaProject.bin": b"x"})), WORD) == ("macros",)
    assert flags(io.BytesIO(DOC + b"_VBA_PROJECT".decode().encode("utf-16-le")), "application/msword") == ("macros",)
    assert flags(io.BytesIO(DOCX), WORD) == ()


def kinds(*told: str, encoding: str = "utf-8") -> bytes:
    """As an Office document says of what kind its parts are."""
    parts = "".join(f'<Override PartName="/word/x.bin" ContentType="{each}"/>' for each in told)
    return f'<?xml version="1.0"?><Types>{parts}</Types>'.encode(encoding)


VBA = "application/vnd.ms-office.vbaProject"
ENABLED = "application/vnd.ms-word.document.macroEnabled.main+xml"


@pytest.mark.parametrize(
    "parts",
    [
        {"[Content_Types].xml": kinds(VBA)},
        {"[Content_Types].xml": kinds(ENABLED)},
        {"[Content_Types].xml": kinds(VBA.upper(), encoding="utf-16")},
        {"[CONTENT_types].xml": kinds(VBA)},
        {"[Content_Types].xml": b" " * 300_000 + kinds(VBA)},
        {"[Content_Types].xml": b" " * 300_000},
        {"WORD/VBAPROJECT.BIN": b"x"},
        {"word/macrosheets/sheet1.xml": b"x"},
    ],
)
def test_65_macros_are_found_whatever_their_part_is_called(parts: dict[str, bytes]) -> None:
    """What cannot be looked through in bounds is warned of, too."""
    document = zipped({"word/document.xml": b"<x/>", **parts})

    assert flags(io.BytesIO(document), WORD) == ("macros",)


def test_65_a_document_that_only_speaks_of_macros_has_none() -> None:
    document = zipped({"word/document.xml": VBA.encode(), "[Content_Types].xml": kinds("application/xml")})

    assert flags(io.BytesIO(document), WORD) == ()


@pytest.mark.parametrize("way", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_66_a_packed_bomb_is_not_unpacked_and_flagged(way: int) -> None:
    bomb = zipped({"word/document.xml": b"\0" * 70_000_000}, way)
    tracemalloc.start()
    began = time.perf_counter()

    assert sniffed(io.BytesIO(bomb)) == WORD
    assert flags(io.BytesIO(bomb), WORD) == ("bomb",)
    assert time.perf_counter() - began < 0.5
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("way", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_66_the_one_part_that_is_looked_at_is_not_unpacked_without_bound_either(way: int) -> None:
    bomb = zipped({"word/document.xml": b"<x/>", "[Content_Types].xml": b"\0" * 40_000_000}, way)
    tracemalloc.start()

    assert flags(io.BytesIO(bomb), WORD) == ("macros",)
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


def test_66_what_a_large_document_usually_holds_is_no_bomb() -> None:
    assert flags(io.BytesIO(zipped({"word/document.xml": b"\0" * 20_000_000})), WORD) == ()
    assert flags(io.BytesIO(zipped({"word/embeddings/Table.xlsx": DOCX, "word/document.xml": b"<x/>"})), WORD) == ()


def test_66_archives_in_archives_are_flagged_and_not_opened() -> None:
    nested = zipped({f"lib {number}.zip": zipped({"0.zip": b"PK"}) for number in range(16)})

    assert sniffed(io.BytesIO(nested)) == "application/zip"
    assert flags(io.BytesIO(nested), "application/zip") == ("nested",)


def test_66_a_directory_of_a_million_names_is_not_read() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("word/document.xml", b"<x/>")
    content = written.getvalue()
    start = content.index(b"PK\x01\x02")
    entry = content[start : content.index(b"PK\x05\x06")]
    many = entry * 100_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(many), start, 0)
    began = time.perf_counter()

    assert sniffed(io.BytesIO(content[:start] + many + end)) == "application/zip"
    assert flags(io.BytesIO(content[:start] + many + end), "application/zip") == ("bomb",)
    assert time.perf_counter() - began < 0.5


@given(st.binary(max_size=300), st.integers(0, 600))
def test_66_whatever_an_archive_is_broken_into_looking_ends(noise: bytes, at: int) -> None:
    broken = DOCX[:at] + noise + DOCX[at:]

    flags(io.BytesIO(broken), sniffed(io.BytesIO(broken)))
    flags(io.BytesIO(DOCX[:at] + noise), WORD)


def test_67_the_test_file_of_antivirus_makers_is_flagged() -> None:
    assert flags(io.BytesIO(EICAR), None) == ("malware",)


def zipped(parts: dict[str, bytes], way: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", way) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize("offset", [2**63, 2**64 - 1])
def test_66_a_directory_that_is_nowhere_ends_the_look(offset: int) -> None:
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 46, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 4, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 46, 0xFFFFFFFF, 0)
    broken = b"PK\x03\x04" + record + locator + end

    assert sniffed(io.BytesIO(broken)) == "application/zip"
    assert flags(io.BytesIO(broken), "application/zip") == ()
