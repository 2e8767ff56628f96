"""Rule 32 for what goes out: eight extensions, sizes by kind, and names, declared types and contents that agree."""

from __future__ import annotations

import unicodedata
from typing import Any
from uuid import uuid4

import pytest
from conversations.commands.attaching import FileRead, SendAttachment, UploadAttachment
from conversations.domain import attachments
from conversations.domain.attachment_types import LARGEST, LONGEST_NAME, TYPES, check, safe_name
from conversations.domain.attachments import NONE, Attachment
from conversations.domain.file_refusals import (
    AttachmentEmpty,
    AttachmentMismatch,
    AttachmentTooLarge,
    AttachmentTypeNotAllowed,
    CaptionNotAllowed,
    DangerousAttachment,
    UnknownAttachment,
)
from conversations.domain.places import ConversationPlace
from conversations.domain.private_attachments import AttachmentUploaded
from hypothesis import given
from hypothesis import strategies as st
from recado_events.ids import AttachmentId, ConversationId, CustomerId, MessageId

from tests.conversations.stage import ADMINISTRATOR, NOON, NUMBER, ORGANISATION

TALK = ConversationId(uuid4())
PLACE = ConversationPlace(
    organisation_id=ORGANISATION, phone_number_id=NUMBER, customer_id=CustomerId(uuid4()), conversation_id=TALK
)
ON: dict[str, Any] = {"organisation_id": ORGANISATION, "conversation_id": TALK, "by": ADMINISTRATOR, "now": NOON}
MIB = 1024 * 1024


def uploads(filename: str = "foto.jpg", mime_type: str = "image/jpeg", **changed: Any) -> Attachment:
    told: dict[str, Any] = {
        "filename": filename,
        "declared_type": mime_type,
        "sniffed_type": mime_type,
        "flags": (),
        "size": 3,
    }
    file = FileRead(key="a/b", sha256="ab" * 32, **{**told, **changed})
    command = UploadAttachment(**ON, attachment_id=AttachmentId(uuid4()), file=file)
    (fact,) = attachments.upload(command, PLACE, NONE)
    after = attachments.evolve(NONE, fact)
    assert attachments.upload(command, PLACE, after) == []
    assert isinstance(fact, AttachmentUploaded)
    return after


@pytest.mark.parametrize("extension", sorted(TYPES))
def test_s28_each_of_the_eight_extensions_may_be_sent_by_whatever_case(extension: str) -> None:
    content = uploads(f"Relatório.{extension.upper()}", TYPES[extension].mime_type).content

    assert content is not None
    assert (content.kind, content.mime_type) == TYPES[extension]


@pytest.mark.parametrize(
    "name", ["a.gif", "a.exe", "a.jpg.exe", "jpg", "a.", "a.svg", "a.html", "a.docm", "a.webp", "a.ogg"]
)
def test_no_other_extension_may_be_sent(name: str) -> None:
    with pytest.raises(AttachmentTypeNotAllowed) as refused:
        uploads(name)

    assert refused.value.details["allowed"] == ["doc", "docx", "jpeg", "jpg", "mp3", "mp4", "pdf", "png"]


@pytest.mark.parametrize(
    ("told", "by"),
    [
        ({"declared_type": "image/png"}, "declared_type"),
        ({"declared_type": None}, "declared_type"),
        ({"sniffed_type": "image/png"}, "content"),
        ({"sniffed_type": "text/html"}, "content"),
        ({"sniffed_type": None}, "content"),
    ],
)
def test_69_extension_declared_type_and_content_agree_or_it_is_refused_and_said_which(
    told: dict[str, Any], by: str
) -> None:
    with pytest.raises(AttachmentMismatch) as refused:
        uploads(**told)

    assert refused.value.details == {"by": by, "expected": "image/jpeg"}


@pytest.mark.parametrize("declared", ["image/jpeg", "IMAGE/JPEG; name=x", "image/jpg", "image/pjpeg"])
def test_other_names_of_a_type_are_the_type(declared: str) -> None:
    assert check("a.jpg", declared, "image/jpeg").kind == "image"


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "image"), ("a.mp3", "audio"), ("a.mp4", "video"), ("a.pdf", "document")]
)
def test_sizes_are_limited_by_kind(name: str, kind: str) -> None:
    mime_type = check(name, TYPES[name[2:]].mime_type, TYPES[name[2:]].mime_type).mime_type
    uploads(name, mime_type, size=LARGEST[kind])
    with pytest.raises(AttachmentTooLarge) as refused:
        uploads(name, mime_type, size=LARGEST[kind] + 1)

    assert refused.value.details == {"kind": kind, "largest": LARGEST[kind]}
    assert dict(LARGEST) == {"image": 5 * MIB, "audio": 16 * MIB, "video": 16 * MIB, "document": 100 * MIB}


def test_an_empty_file_and_a_harmful_one_are_refused() -> None:
    with pytest.raises(AttachmentEmpty):
        uploads(size=0)
    for flags in (("malware",), ("macros", "bomb")):
        with pytest.raises(DangerousAttachment):
            uploads(flags=flags)


def test_a_file_is_sent_in_its_own_conversation_and_audio_without_a_caption() -> None:
    send = SendAttachment(**ON, message_id=MessageId(uuid4()), attachment_id=AttachmentId(uuid4()), caption="Veja")
    assert attachments.content_of(send, uploads()).caption == "Veja"
    elsewhere = Attachment(ConversationId(uuid4()), uploads().content)
    for unknown in (NONE, elsewhere):
        with pytest.raises(UnknownAttachment):
            attachments.content_of(send, unknown)
    with pytest.raises(CaptionNotAllowed):
        attachments.content_of(send, uploads("a.mp3", "audio/mpeg"))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\conta.pdf", "conta.pdf"),
        ("con\0ta.pdf", "conta.pdf"),
        ("fdp.\u202eatnoc.exe", "fdp.atnoc.exe"),
        ("..", "file"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * (LONGEST_NAME - 4) + ".pdf"),
        ("Orçamento – João.docx", "Orçamento – João.docx"),
    ],
)
def test_68_names_are_shown_without_paths_and_without_what_nobody_sees(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=400))
def test_68_no_name_leads_anywhere_or_hides_anything(name: str) -> None:
    safe = safe_name(name, "image/png")

    assert 0 < len(safe) <= LONGEST_NAME
    assert not set(safe) & set('/\\\\<>:"|?*')
    assert {unicodedata.category(char) for char in safe}.isdisjoint({"Cc", "Cf", "Cs"})
    assert safe_name(safe) == safe
