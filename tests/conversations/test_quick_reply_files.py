"""S27: quick replies with files, which belong to the organisation and go out with the text as their caption."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from conversations.application import Attaching
from conversations.commands import Person, SendQuickReply
from conversations.commands.attaching import FileRead, UploadReplyFile
from conversations.domain.attachment_types import TYPES
from conversations.domain.beginning_refusals import ValuesDoNotFit
from conversations.domain.file_refusals import (
    AttachmentMismatch,
    CaptionNotAllowed,
    DangerousAttachment,
    UnknownAttachment,
)
from conversations.domain.private_attachments import ReplyFileUploaded
from conversations.domain.refusals import NoPermission, OutOfScope, UnknownQuickReply, ViewOnly, WindowClosed
from recado_events.content import OutgoingContent, OutgoingMedia, OutgoingText
from recado_events.conversations import MessageReleased, QuickReplyWritten
from recado_events.ids import AttachmentId, MessageId, UserId

from tests.conversations.filing import FilingOffice, puts_aside_for_replies
from tests.conversations.office import Office
from tests.conversations.stage import ADMINISTRATOR, ORGANISATION
from tests.conversations.test_quick_replies import Writing, member
from tests.harness.on_database import token
from tests.samples import EICAR, JPEG, MP3, PDF


class WritingWithFiles(Writing):
    def __init__(self) -> None:
        super().__init__()
        self.attaching = Attaching(self.scene)

    def file(self, name: str = "Preços.pdf", by: Any = ADMINISTRATOR, **told: Any) -> AttachmentId:
        kind = TYPES[name.rpartition(".")[2]].mime_type
        read: dict[str, Any] = {"declared_type": kind, "sniffed_type": kind, "flags": (), "size": 9, **told}
        command = UploadReplyFile(
            organisation_id=ORGANISATION,
            attachment_id=AttachmentId(uuid4()),
            file=FileRead(filename=name, key="a/b", sha256="ab" * 32, **read),
            by=by,
            now=self.now,
        )
        self.do(self.attaching.upload_for_replies, command)
        return command.attachment_id

    def written(self, name: str = "Preços.pdf", text: str = "Oi #{contact.first_name}") -> QuickReplyWritten:
        (written,) = self.words(f"s{uuid4().hex[:9]}", text, attachment_id=self.file(name))
        assert isinstance(written, QuickReplyWritten)
        return written

    def sends_it(self, quick_reply_id: UUID, by: Any = ADMINISTRATOR, **more: Any) -> OutgoingContent:
        about = self.on(self.talk(), by)
        command = SendQuickReply(
            **about, message_id=MessageId(uuid4()), quick_reply_id=quick_reply_id, **{"text": None, **more}
        )
        self.do(self.answering.send, command)
        released = self.facts(MessageReleased)[-1]
        assert released.personal is not None
        content: OutgoingContent = released.personal.content
        return content


@pytest.fixture
def writing() -> WritingWithFiles:
    return WritingWithFiles()


def media(content: OutgoingContent) -> OutgoingMedia:
    assert isinstance(content, OutgoingMedia)
    return content


def test_s27_a_quick_reply_with_a_file_is_sent_as_the_file_with_the_rendered_text_as_its_caption(
    writing: WritingWithFiles,
) -> None:
    writing.writes(name="Maria Silva")
    sent = media(writing.sends_it(writing.written().quick_reply_id))
    assert (sent.kind, sent.filename, sent.key, sent.caption) == ("document", "Preços.pdf", "a/b", "Oi Maria")
    (released,) = writing.facts(MessageReleased)
    assert released.kind == "document"


def test_s27_a_quick_reply_without_a_file_is_sent_as_its_text(writing: WritingWithFiles) -> None:
    writing.writes(name="Maria Silva")
    (written,) = writing.words(text="Oi #{contact.first_name}")
    assert isinstance(written, QuickReplyWritten)
    assert writing.sends_it(written.quick_reply_id) == OutgoingText(body="Oi Maria")
    assert writing.sends_it(written.quick_reply_id, text="Oi, Mari!") == OutgoingText(body="Oi, Mari!")


def test_s27_audio_goes_out_without_a_caption_because_whatsapp_shows_none_beside_it(writing: WritingWithFiles) -> None:
    writing.writes()
    with pytest.raises(CaptionNotAllowed):
        writing.written("Oi.mp3")
    sound = writing.written("Oi.mp3", text="")
    assert media(writing.sends_it(sound.quick_reply_id)).caption is None
    with pytest.raises(CaptionNotAllowed):
        writing.sends_it(sound.quick_reply_id, text="Ouça")


def test_s27_a_caption_has_1024_characters_at_most_and_what_is_missing_is_named(writing: WritingWithFiles) -> None:
    writing.writes(name="M" * 50)
    assert len(writing.written(text="x" * 1024).text) == 1024
    with pytest.raises(ValuesDoNotFit):
        writing.written(text="x" * 1025)
    nearly = writing.written(text="x" * 1000 + "#{contact.name}")
    with pytest.raises(ValuesDoNotFit) as refused:
        writing.sends_it(nearly.quick_reply_id)
    assert refused.value.details["errors"][0]["kind"] == "too_long"
    missing = writing.written(text="#{company.name}")
    with pytest.raises(ValuesDoNotFit) as refused:
        writing.sends_it(missing.quick_reply_id)
    assert refused.value.details["errors"][0]["field"] == "company.name"


def test_rule_32_a_file_of_quick_replies_is_checked_as_any_other(writing: WritingWithFiles) -> None:
    with pytest.raises(AttachmentMismatch):
        writing.file(sniffed_type="text/html")
    with pytest.raises(DangerousAttachment):
        writing.file(flags=("malware",))
    assert writing.facts(ReplyFileUploaded) == []


def test_whoever_may_write_quick_replies_may_put_a_file_aside_for_them(writing: WritingWithFiles) -> None:
    (ana,) = writing.agents(1)
    writing.file(by=member(ana))
    writing.grant("view_only", "all")
    with pytest.raises(ViewOnly):
        writing.file(by=member(ana))
    with pytest.raises(NoPermission):
        writing.file(by=Person(UserId(uuid4()), "member"))


def test_rule_15_a_quick_reply_is_sent_where_a_reply_would_be_and_nowhere_else(writing: WritingWithFiles) -> None:
    ana, bruno = writing.agents(2)
    writing.rota([ana])
    writing.grant("view_reply", "own")
    writing.writes()
    written = writing.written()
    writing.sends_it(written.quick_reply_id, member(ana))
    with pytest.raises(OutOfScope):
        writing.sends_it(written.quick_reply_id, member(bruno))
    with pytest.raises(UnknownQuickReply):
        writing.sends_it(uuid4(), member(ana))
    writing.later(hours=24)
    with pytest.raises(WindowClosed):
        writing.sends_it(written.quick_reply_id, member(ana))


def test_a_file_that_nobody_put_aside_for_quick_replies_is_none_of_theirs(writing: WritingWithFiles) -> None:
    with pytest.raises(UnknownAttachment):
        writing.words(attachment_id=AttachmentId(uuid4()))


# Over HTTP -----------------------------------------------------------------------------------------------------------


async def written(office: Office, shortcut: str = "precos", content: bytes = JPEG, **file: str) -> Any:
    put = await puts_aside_for_replies(office, content, headers=office.agent(), **file)
    assert put.status_code == 201, put.text
    body = {"shortcut": shortcut, "title": "Preços", "text": "Oi #{contact.first_name}"}
    return await office.does("POST", "/quick-replies", {**body, "attachment_id": put.json()["attachment_id"]})


async def test_s27_over_http_a_file_is_put_aside_shown_downloaded_and_sent_with_the_text(office: Office) -> None:
    filing = FilingOffice.of(office)
    made = await written(office, content=JPEG, name="Cardápio.jpg", mime_type="image/jpeg")
    at = f"/quick-replies/{made['quick_reply_id']}"
    (shown,) = (await office.sees("/quick-replies", office.agent(1)))["items"]
    assert shown["attachment"] == {
        **shown["attachment"],
        "kind": "image",
        "filename": "Cardápio.jpg",
        "mime_type": "image/jpeg",
        "download": f"{at}/attachment",
        "thumbnail": f"{at}/thumbnail",
    }
    assert "key" not in shown["attachment"]
    downloaded = await filing.gets(f"{at}/attachment", office.agent(1))
    assert (downloaded.status_code, downloaded.headers["content-type"]) == (200, "image/jpeg")
    assert (await filing.gets(f"{at}/thumbnail")).content[:2] == b"\xff\xd8"

    talk = await filing.talk()
    (offered,) = (await office.sees(f"/conversations/{talk}/quick-replies", office.agent()))["items"]
    assert (offered["rendered"], offered["attachment"]["filename"]) == ("Oi João", "Cardápio.jpg")
    sent = await office.sends(talk, type="quick_reply", quick_reply_id=made["quick_reply_id"])
    line = await filing.shown(talk, sent.message_id)
    assert (line["kind"], line["content"]["caption"], line["attachment"]["state"]) == ("image", "Oi João", "stored")
    assert (await filing.gets(line["attachment"]["download"])).content == downloaded.content


async def test_s27_a_quick_reply_keeps_or_loses_its_file_as_it_is_written_anew(office: Office) -> None:
    made = await written(office, content=PDF, name="a.pdf", mime_type="application/pdf")
    at = f"/quick-replies/{made['quick_reply_id']}"
    (shown,) = (await office.sees("/quick-replies"))["items"]
    body = {"shortcut": "precos", "title": "Preços", "text": ""}
    kept = {**body, "attachment_id": shown["attachment"]["attachment_id"]}
    await office.does("PUT", at, kept)
    assert (await office.client.get(f"{at}/attachment", headers=office.administrator)).content == PDF
    empty = await office.client.put(at, json=body, headers=office.administrator)
    assert (empty.status_code, "text" in empty.text) == (422, True)
    await office.does("PUT", at, {**body, "text": "x"})
    gone = await office.client.get(f"{at}/attachment", headers=office.administrator)
    assert (gone.status_code, gone.json()["rule"]) == (404, "unknown_attachment")


def rule(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["rule"]


async def test_files_of_a_conversation_and_of_another_organisation_are_not_for_quick_replies(office: Office) -> None:
    filing, body = FilingOffice.of(office), {"shortcut": "a", "title": "A", "text": "x"}
    talk = await filing.talk()
    of_talk = (await filing.uploads(talk)).json()["attachment_id"]
    of_replies = (await puts_aside_for_replies(office)).json()["attachment_id"]
    stranger = token("administrator", uuid4())
    for who, file in ((office.administrator, of_talk), (stranger, of_replies), (office.administrator, str(uuid4()))):
        refused = await office.client.post("/quick-replies", json={**body, "attachment_id": file}, headers=who)
        assert rule(refused) == (404, "unknown_attachment")
    there = {"type": "attachment", "attachment_id": of_replies}
    headers = {**office.administrator, "Idempotency-Key": "k"}
    sent = await office.client.post(f"/conversations/{talk}/messages", json=there, headers=headers)
    assert rule(sent) == (404, "unknown_attachment")


@pytest.mark.parametrize(
    ("content", "name", "mime_type", "expected"),
    [
        (PDF, "a.jpg", "image/jpeg", (422, "attachment_type_mismatch")),
        (MP3, "a.exe", "audio/mpeg", (422, "attachment_type_not_allowed")),
        (PDF + EICAR, "a.pdf", "application/pdf", (422, "attachment_dangerous")),
        (JPEG + b"x" * 5 * 1024 * 1024, "a.jpg", "image/jpeg", (413, "attachment_too_large")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_rule_32_what_may_not_be_sent_is_not_put_aside_for_quick_replies_either(
    office: Office, content: bytes, name: str, mime_type: str, expected: tuple[int, str]
) -> None:
    assert rule(await puts_aside_for_replies(office, content, name, mime_type)) == expected


async def test_who_only_views_puts_nothing_aside_for_quick_replies_and_may_look_at_their_files(office: Office) -> None:
    made, profile = await written(office), uuid4()
    await office.does("PUT", f"/profiles/{profile}/grant", {"level": "view_only", "scope": "all"})
    viewer = token("member", office.organisation, uuid4(), profile)
    assert rule(await puts_aside_for_replies(office, headers=viewer)) == (403, "view_only")
    at = f"/quick-replies/{made['quick_reply_id']}/attachment"
    assert (await office.client.get(at, headers=viewer)).status_code == 200
    nobody = token("member", office.organisation, uuid4(), uuid4())
    assert rule(await office.client.get(at, headers=nobody)) == (403, "no_permission")
    stranger = token("administrator", uuid4())
    assert rule(await office.client.get(at, headers=stranger)) == (404, "unknown_quick_reply")
