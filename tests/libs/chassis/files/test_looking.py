"""What a file is by its own bytes: nothing is believed, unpacked or run."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
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


def test_66_a_packed_bomb_is_not_unpacked() -> None:
    bomb = zipped({"word/document.xml": b"\0" * 50_000_000})
    began = time.perf_counter()

    assert sniffed(io.BytesIO(bomb)) == WORD
    assert flags(io.BytesIO(bomb), WORD) == ()
    assert time.perf_counter() - began < 0.5


def test_67_the_test_file_of_antivirus_makers_is_flagged() -> None:
    assert flags(io.BytesIO(EICAR), None) == ("malware",)


def zipped(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return written.getvalue()
