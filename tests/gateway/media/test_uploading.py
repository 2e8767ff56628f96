"""Files of the business: at Meta before their message leaves, once a number, and again when Meta forgets them."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from gateway.domain import uploads
from gateway.domain.private_media import MediaUploaded
from recado_chassis.files import FilesUnavailable
from recado_events.gateway import ChannelAuthorisationLost, MessageAccepted, MessageRejected
from recado_events.ids import MessageId

from tests.gateway.media.post_room import Hiccup, PostRoom
from tests.gateway.stage import NUMBER, WABA
from tests.samples import MP3, PDF
from tests.simulator.faults import Scope

MEDIA = Scope(operation="media")


async def sent(room: PostRoom, *messages: Any, until: type = MessageAccepted) -> list[MessageId]:
    async with room.moving_files(), room.dispatching():
        told = room.releases(*messages)
        for message in told:
            await room.until_told(message, until)
    return told


async def test_a_message_with_a_file_goes_out_naming_what_meta_has(room: PostRoom) -> None:
    to = await room.person()
    await sent(room, room.message(room.file(caption="Veja"), to))

    (send,) = await room.meta.sends(NUMBER)
    (uploaded,) = room.facts(MediaUploaded)
    assert send.request["image"] == {"id": uploaded.media_id, "caption": "Veja"}
    assert uploaded.expires_at - uploaded.uploaded_at == timedelta(days=30)
    assert room.moving.lines.count() == {"fetch": 0, "upload": 0}


@pytest.mark.parametrize(
    ("content", "kind", "mime_type", "filename", "said"),
    [
        (PDF, "document", "application/pdf", "conta.pdf", {"filename": "conta.pdf", "caption": "Veja"}),
        (MP3, "audio", "audio/mpeg", "som.mp3", {}),
    ],
)
async def test_each_kind_says_what_meta_shows_of_it(
    room: PostRoom, content: bytes, kind: str, mime_type: str, filename: str, said: dict[str, str]
) -> None:
    to = await room.person()
    file = room.file(content, kind=kind, mime_type=mime_type, filename=filename, caption="Veja")
    await sent(room, room.message(file, to))

    (send,) = await room.meta.sends(NUMBER)
    assert send.request[kind].keys() - {"id"} == said.keys()
    assert {**send.request[kind], **said} == send.request[kind]


async def test_a_file_is_uploaded_once_and_used_again_until_shortly_before_meta_forgets_it(room: PostRoom) -> None:
    to = await room.person()
    await sent(room, room.message(room.file(), to))
    await sent(room, room.message(room.file(), to), room.message(room.file(), to))
    assert len(room.facts(MediaUploaded)) == 1

    room.clock.advance((uploads.KEPT_BY_META - uploads.MARGIN).total_seconds())
    await sent(room, room.message(room.file(), to))
    assert len(room.facts(MediaUploaded)) == 2


async def test_messages_of_one_customer_keep_their_order_while_a_file_is_uploaded(room: PostRoom) -> None:
    to = await room.person()
    await room.meta.fault("stall", seconds=1.0, scope=MEDIA)
    await sent(room, room.message(room.file(), to), room.text(to))

    assert [send.type for send in await room.meta.sends(NUMBER)] == ["image", "text"]


async def test_an_upload_that_fails_is_made_good_before_the_message_leaves(room: PostRoom) -> None:
    to = await room.person()
    await room.meta.fault("drop", scope=MEDIA)
    await sent(room, room.message(room.file(), to))

    assert len(await room.meta.sends(NUMBER)) == 1


async def test_a_file_that_meta_refuses_rejects_its_message_with_metas_code(room: PostRoom) -> None:
    to = await room.person()
    await room.meta.fault("error", code=131053, scope=MEDIA)
    (message,) = await sent(room, room.message(room.file(), to), until=MessageRejected)

    rejected = room.story(message)[-1]
    assert (rejected.reason, rejected.meta_code, rejected.attempt) == ("media_refused", 131053, 0)
    assert await room.meta.sends(NUMBER) == []


async def test_a_file_that_is_not_there_rejects_its_message(room: PostRoom) -> None:
    to = await room.person()
    (message,) = await sent(room, room.message(room.file(kept=False), to), until=MessageRejected)

    assert room.story(message)[-1].reason == "media_missing"


@pytest.mark.parametrize("error", [FilesUnavailable("once"), RuntimeError("a mistake of ours")], ids=repr)
async def test_a_hiccup_delays_a_message_by_a_second(room: PostRoom, error: Exception) -> None:
    to = await room.person()
    room.moving.uploading._files = Hiccup(room.folder, error)
    began = time.monotonic()
    await sent(room, room.message(room.file(), to))

    assert time.monotonic() - began < 8


async def test_while_a_number_is_logged_out_meta_is_not_asked_to_take_a_file(room: PostRoom) -> None:
    to = await room.person()
    await room.meta.expire_tokens(WABA)
    room.releases(room.message(room.file(), to))
    outcomes = []
    for _ in range(3):
        outcomes += [room.moving.uploading.upload(waiting) for waiting in room.moving.uploading.take(1)]
        room.clock.advance(61)

    assert outcomes == ["failed", "waits", "waits"]
    assert [fact.meta_code for fact in room.facts(ChannelAuthorisationLost)] == [190]


@pytest.mark.parametrize("reason", ["channel_disconnected", "frozen"])
async def test_36_37_a_message_that_may_never_leave_is_rejected_before_its_file_is_brought(
    room: PostRoom, reason: str
) -> None:
    to = await room.person()
    async with room.moving_files(), room.dispatching():
        await room.meta.fault("error", code=131016, status=500, count=None, scope=MEDIA)
        (message,) = room.releases(room.message(room.file(), to))
        await room.until(lambda: room.moving.lines.count()["upload"] == 1)
        if reason == "frozen":
            room.edition("free")
        else:
            async with room.administrator() as client:
                assert (await client.post(f"/channels/{NUMBER}/disconnect")).is_success
        await room.meta.clear_faults()
        await room.until_told(message, MessageRejected)

    assert (room.story(message)[-1].reason, room.facts(MediaUploaded)) == (reason, [])
    assert room.moving.lines.count()["upload"] == 0


async def test_a_message_whose_file_is_not_at_meta_in_time_expires(room: PostRoom) -> None:
    to = await room.person()
    await room.meta.fault("error", code=131016, status=500, count=None, scope=MEDIA)
    (message,) = await sent(room, room.message(room.file(), to, seconds=2), until=MessageRejected)

    assert room.story(message)[-1].reason == "expired"
    assert room.moving.uploading.take(10) == []
    assert room.moving.lines.count()["upload"] == 0
