"""Attachments over HTTP, on a real database and a folder: put aside, sent, shown, downloaded by whoever may."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from conversations import main
from PIL import Image
from recado_chassis.files import key_of
from recado_chassis.files.folder import Folder
from recado_events.conversations import MessageReceived, MessageReleased
from recado_events.inbound import InboundType

from tests.conversations.filing import CUSTOMER, FilingOffice
from tests.harness.on_database import ServiceOnDatabase, prepare, token
from tests.samples import DOCX, EICAR, HTML, JPEG, MP3, PDF, image
from tests.servers.database_factory import DatabaseFactory

PREPARED = partial(prepare, main)


@pytest_asyncio.fixture
async def office(database: DatabaseFactory, tmp_path: Path) -> AsyncIterator[FilingOffice]:
    service = ServiceOnDatabase(main, database(PREPARED), {"files_folder": str(tmp_path / "files")})
    async with service.http() as client:
        office = FilingOffice(service, client)
        office.folder = Folder(tmp_path / "files")
        await office.open()
        yield office
    service.close()


def refused(answer: httpx.Response, status: int, rule: str) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["rule"]) == (status, rule), answer.text
    return problem


# Going out ------------------------------------------------------------------------------------------


async def test_a_file_is_put_aside_sent_and_shown(office: FilingOffice) -> None:
    talk = await office.talk()
    put = await office.uploads(talk, image("JPEG", (600, 400)), "Minha foto.jpg")
    assert put.status_code == 201, put.text
    assert put.json() | {"attachment_id": "", "size": 0} == {
        "attachment_id": "", "kind": "image", "mime_type": "image/jpeg", "size": 0, "flags": [], "thumbnail": True,
    }  # fmt: skip

    content = await office.sends_file(talk, put.json()["attachment_id"], caption="Veja")
    assert (content.kind, content.filename, content.caption) == ("image", "Minha foto.jpg", "Veja")
    sent = office.service.facts(MessageReleased)[-1]
    line = await office.shown(talk, sent.message_id)
    assert (line["kind"], line["content"]["caption"], line["status"]) == ("image", "Veja", "queued")
    assert "key" not in line["content"]
    assert line["attachment"]["state"] == "stored"
    assert (await office.gets(line["attachment"]["thumbnail"])).headers["content-type"] == "image/jpeg"
    assert (await office.gets(line["attachment"]["download"])).status_code == 200


async def test_s28_documents_and_audio_too(office: FilingOffice) -> None:
    talk = await office.talk()
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    files = [(PDF, "a.pdf", "application/pdf"), (MP3, "a.mp3", "audio/mpeg"), (DOCX, "a.docx", word)]
    for content, name, mime_type in files:
        put = await office.uploads(talk, content, name, mime_type)
        assert put.status_code == 201, put.text
        sent = await office.sends_file(talk, put.json()["attachment_id"])
        assert b"".join(office.folder.read(sent.key)) == content


async def test_71_the_place_where_a_photo_was_taken_does_not_leave(office: FilingOffice) -> None:
    talk = await office.talk()
    photo = image("JPEG", (60, 40), gps=True)
    put = await office.uploads(talk, photo)
    sent = await office.sends_file(talk, put.json()["attachment_id"])

    kept = b"".join(office.folder.read(sent.key))
    assert b"secret" in photo
    assert b"secret" not in kept
    assert (hashlib.sha256(kept).hexdigest(), len(kept)) == (sent.sha256, sent.size)


@pytest.mark.parametrize(
    ("content", "name", "mime_type", "status", "rule"),
    [
        (HTML, "a.jpg", "image/jpeg", 422, "attachment_type_mismatch"),
        (PDF, "a.jpg", "image/jpeg", 422, "attachment_type_mismatch"),
        (JPEG, "a.jpg", "image/png", 422, "attachment_type_mismatch"),
        (HTML, "a.html", "text/html", 422, "attachment_type_not_allowed"),
        (b"", "a.jpg", "image/jpeg", 422, "attachment_empty"),
        (EICAR, "a.pdf", "application/pdf", 422, "attachment_type_mismatch"),
        (PDF + EICAR, "a.pdf", "application/pdf", 422, "attachment_dangerous"),
        (JPEG + b"x" * 5 * 1024 * 1024, "a.jpg", "image/jpeg", 413, "attachment_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_may_not_be_sent_is_refused_with_its_reason(
    office: FilingOffice, content: bytes, name: str, mime_type: str, status: int, rule: str
) -> None:
    talk = await office.talk()

    refused(await office.uploads(talk, content, name, mime_type), status, rule)


@pytest.mark.parametrize(
    ("content", "name", "mime_type", "rule"),
    [
        (JPEG + b"x" * 6 * 1024 * 1024, "x.pdf", "application/pdf", "attachment_type_mismatch"),
        (image("PNG", (9, 9)), "x.pdf", "application/pdf", "attachment_type_mismatch"),
        (JPEG, "x.jpg", "image/png", "attachment_type_mismatch"),
        (EICAR, "x.doc", "application/msword", "attachment_type_mismatch"),
        (PDF + EICAR, "x.pdf", "application/pdf", "attachment_dangerous"),
        (b"", "x.pdf", "application/pdf", "attachment_empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_rule_32_what_is_refused_was_not_read_as_an_image_and_is_not_kept(
    office: FilingOffice,
    content: bytes,
    name: str,
    mime_type: str,
    rule: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    talk = await office.talk()

    def opened(*_: Any, **__: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(Image, "open", opened)
    refused(await office.uploads(talk, content, name, mime_type), 422, rule)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_a_file_that_does_not_say_its_size_is_broken_off_at_the_limit(office: FilingOffice) -> None:
    talk = await office.talk()
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while given < 200:
            given += 1
            yield b"x" * 1024 * 1024

    problem = refused(await office.uploads(talk, endless()), 413, "attachment_too_large")
    assert (problem["kind"], problem["largest"], given < 200) == ("image", 5 * 1024 * 1024, True)


async def test_a_repeated_upload_with_its_key_is_one_and_another_file_under_it_is_refused(office: FilingOffice) -> None:
    talk = await office.talk()
    first = await office.uploads(talk, key="k")
    again = await office.uploads(talk, key="k")
    other = await office.uploads(talk, image("JPEG", (9, 9)), key="k")

    assert (first.status_code, first.json()) == (201, again.json())
    refused(other, 422, "idempotency_key_reused")


async def test_whoever_may_not_reply_may_not_put_anything_aside(office: FilingOffice) -> None:
    talk = await office.talk()
    profile, viewer = uuid4(), uuid4()
    await office.does("PUT", f"/profiles/{profile}/grant", {"level": "view_only", "scope": "all"})
    looking = token("member", office.organisation, viewer, profile)
    foreign = token("administrator", uuid4())

    refused(await office.uploads(talk, who=looking), 403, "view_only")
    refused(await office.uploads(talk, who=foreign), 404, "not_found")
    refused(await office.uploads(uuid4()), 404, "not_found")
    assert (await office.uploads(talk, who={"Authorization": "Bearer x"})).status_code == 401


async def test_a_file_of_one_conversation_is_not_sent_in_another(office: FilingOffice) -> None:
    talk = await office.talk()
    put = await office.uploads(talk)
    office.customer_writes(wa_id="5511900000000")
    page = await office.sees("/conversations")
    (other,) = [each["conversation_id"] for each in page["items"] if each["conversation_id"] != str(talk)]
    body = {"type": "attachment", "attachment_id": put.json()["attachment_id"]}
    key = {"Idempotency-Key": "k"}
    answer = await office.client.post(
        f"/conversations/{other}/messages", json=body, headers={**office.administrator, **key}
    )

    refused(answer, 404, "unknown_attachment")


# Coming in ------------------------------------------------------------------------------------------


async def test_pain_14_rule_32_a_customers_file_is_shown_as_fetching_then_stored_and_downloaded(
    office: FilingOffice,
) -> None:
    message = await office.customer_sends()
    talk = UUID((await office.sees("/conversations"))["items"][0]["conversation_id"])
    path = f"/conversations/{talk}/messages/{message}/attachment"
    line = await office.shown(talk, message)
    assert (line["attachment"]["state"], line["attachment"]["download"]) == ("fetching", None)
    refused(await office.gets(path), 409, "attachment_fetching")

    office.fetched(message)
    office.fetched(message)
    line = await office.shown(talk, message)
    assert (line["attachment"]["state"], line["attachment"]["download"]) == ("stored", path)
    assert (await office.gets(path)).content == JPEG


async def test_rule_32_a_lost_file_says_why(office: FilingOffice) -> None:
    message = await office.customer_sends()
    office.lost(message)
    talk = UUID((await office.sees("/conversations"))["items"][0]["conversation_id"])
    line = await office.shown(talk, message)

    assert (line["attachment"]["state"], line["attachment"]["reason"]) == ("lost", "gone")
    answer = await office.gets(f"/conversations/{talk}/messages/{message}/attachment")
    assert refused(answer, 410, "attachment_lost")["reason"] == "gone"


async def stored(office: FilingOffice, content: bytes = JPEG, **changed: Any) -> str:
    """A customer's file, fetched; where it is downloaded."""
    members = changed.pop("members", {})
    message = await office.customer_sends(content, **members)
    office.fetched(message, content, **changed)
    talk = (await office.sees("/conversations"))["items"][0]["conversation_id"]
    return f"/conversations/{talk}/messages/{message}/attachment"


@pytest.mark.parametrize("mime_type", ["text/html", "image/svg+xml", None, "application/xhtml+xml"])
async def test_62_63_no_browser_runs_what_a_customer_sent(office: FilingOffice, mime_type: str | None) -> None:
    path = await stored(office, HTML, mime_type=mime_type, members={"filename": '../../x\u202e"gpj.html'})
    answer = await office.gets(path)

    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["content-disposition"].startswith('attachment; filename="xgpj.html"')
    assert "\u202e" not in answer.headers["content-disposition"]


async def test_67_a_harmful_file_is_shown_and_not_handed_out(office: FilingOffice) -> None:
    path = await stored(office, EICAR, mime_type=None, flags=("malware",))

    refused(await office.gets(path), 403, "attachment_quarantined")


async def test_46_parts_of_a_file_are_handed_out_one_at_a_time(office: FilingOffice) -> None:
    content = bytes(range(256)) * 40
    path = await stored(office, content, mime_type="video/mp4")
    size = len(content)
    for asked, start, end in [("bytes=0-99", 0, 99), ("bytes=100-", 100, size - 1), ("bytes=-50", size - 50, size - 1)]:
        answer = await office.gets(path, Range=asked)
        assert (answer.status_code, answer.content) == (206, content[start : end + 1])
        assert answer.headers["content-range"] == f"bytes {start}-{end}/{size}"
        assert answer.headers["content-length"] == str(end - start + 1)

    for asked in ("bytes=0-1,5-6", "bytes=" + ",".join(["0-1"] * 5000), "lines=1-2", "bytes=-", "bytes=9-3", "bytes=x"):
        answer = await office.gets(path, Range=asked)
        assert (answer.status_code, answer.content) == (200, content)
    for asked in (f"bytes={size}-", "bytes=-0"):
        refused(await office.gets(path, Range=asked), 416, "range_not_satisfiable")


async def test_a_file_that_is_known_is_not_sent_again(office: FilingOffice) -> None:
    path = await stored(office)
    tag = (await office.gets(path)).headers["etag"]

    answer = await office.gets(path, **{"If-None-Match": tag})  # type: ignore[arg-type]
    assert (answer.status_code, answer.content) == (304, b"")
    changed = await office.gets(path, **{"Range": "bytes=0-1", "If-Range": '"another"'})  # type: ignore[arg-type]
    assert (changed.status_code, changed.content) == (200, JPEG)


async def test_rule_15_only_who_may_see_the_conversation_may_download(office: FilingOffice) -> None:
    path = await stored(office)
    profile = uuid4()
    await office.does("PUT", f"/profiles/{profile}/grant", {"level": "view_only", "scope": "own"})
    mine, theirs = uuid4(), uuid4()
    assignee = (await office.sees(path.split("/messages")[0]))["assignee"]
    looking = token("member", office.organisation, UUID(assignee), office.profile)

    assert (await office.gets(path, looking)).status_code == 200
    for stranger in (
        token("member", office.organisation, mine, profile),
        token("administrator", uuid4()),
    ):
        for asked in (path, path.replace("attachment", "thumbnail")):
            refused(await office.gets(asked, stranger), 404, "not_found")
    refused(await office.gets(path, token("member", office.organisation, theirs, uuid4())), 403, "no_permission")
    elsewhere = path.replace(path.split("/")[2], str(uuid4()))
    refused(await office.gets(elsewhere), 404, "not_found")


async def test_a_file_that_its_sender_took_back_is_shown_to_nobody(office: FilingOffice) -> None:
    path = await stored(office)
    wamid = office.service.facts(MessageReceived)[-1].personal.wamid
    office.meta_tells(
        InboundType.MESSAGE,
        **{"from": CUSTOMER, "id": "wamid.revoke", "type": "revoke", "revoke": {"original_message_id": wamid}},
    )

    refused(await office.gets(path), 404, "unknown_attachment")


async def test_a_file_sent_from_here_that_was_taken_back_in_the_phone_app_is_shown_to_nobody(
    office: FilingOffice,
) -> None:
    talk = await office.talk()
    put = await office.uploads(talk)
    await office.sends_file(talk, put.json()["attachment_id"])
    sent = office.service.facts(MessageReleased)[-1]
    path = f"/conversations/{talk}/messages/{sent.message_id}/attachment"
    assert (await office.gets(path)).status_code == 200
    office.accepted(sent, "wamid.sent")
    revoke = {"id": "wamid.revoke", "type": "revoke", "revoke": {"original_message_id": "wamid.sent"}}
    office.meta_tells(InboundType.ECHO, **{"from": "551155550000", "to": CUSTOMER}, **revoke)

    line = await office.shown(talk, sent.message_id)
    assert (line["content"], line["attachment"]) == (None, None)
    refused(await office.gets(path), 404, "unknown_attachment")


async def test_a_file_that_is_missing_where_it_was_kept_is_told_as_lost(office: FilingOffice) -> None:
    path = await stored(office)
    office.folder.forget(key_of(office.organisation, hashlib.sha256(JPEG).hexdigest()))

    assert refused(await office.gets(path), 410, "attachment_lost")["reason"] == "file_missing"
