"""Files of customers, from Meta to where they are kept: checked, tried again, lost with a reason."""

from __future__ import annotations

import hashlib
import struct
from uuid import uuid4

import pytest
from gateway.adapters.postgres.media_lines import OF_ONE
from gateway.application import fetching
from recado_chassis.files import key_of
from recado_events.content import Media, Text
from recado_events.gateway import ChannelAuthorisationLost
from recado_events.ids import OrganisationId
from recado_events.media import MediaLost, MediaStored

from tests.gateway.media.post_room import Hiccup, PostRoom
from tests.gateway.stage import WABA
from tests.samples import EICAR, HTML, JPEG, ODD, docx, image, with_exif
from tests.simulator.faults import Scope

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def test_an_image_is_fetched_at_once_checked_and_kept_with_a_small_picture(room: PostRoom) -> None:
    photo = image("JPEG", (800, 600))
    async with room.moving_files():
        message = room.receives(await room.at_meta(photo), photo)
        await room.until(lambda: room.names_of(message)[-1:] == ["MediaStored"])

    (stored,) = room.facts(MediaStored)
    assert (stored.size, stored.mime_type, stored.flags, stored.attempts) == (len(photo), "image/jpeg", (), 1)
    assert stored.sha256 == hashlib.sha256(photo).hexdigest()
    assert b"".join(room.files.read(stored.file_key)) == photo
    assert b"".join(room.files.read(stored.thumbnail)).startswith(b"\xff\xd8")
    assert room.moving.lines.count() == {"fetch": 0, "upload": 0}


async def test_messages_without_a_file_ask_for_nothing(room: PostRoom) -> None:
    room.hears(room.announced(Text(body="Oi")), room.announced(Text(body="Oi"), personal=None))

    assert room.moving.lines.count() == {"fetch": 0, "upload": 0}


async def test_60_a_wrong_hash_is_fetched_again_and_then_lost_and_nothing_of_it_is_kept(room: PostRoom) -> None:
    message = room.receives(await room.at_meta(JPEG), b"something else")
    outcomes = []
    for _ in range(4):
        outcomes += room.fetches_once()
        room.clock.advance(60)

    assert outcomes == ["failed"] * 3 + ["lost"]
    (lost,) = room.facts(MediaLost)
    assert (lost.message_id, lost.reason, lost.attempts) == (message, "hash_mismatch", 4)
    assert not [path for path in room.folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "error", "code": 131016, "status": 500}, "meta_failed"),
        ({"kind": "error", "code": 130429}, "throttled"),
        ({"kind": "error", "code": 100}, "gone"),
        ({"kind": "not_json", "status": 502}, "meta_failed"),
        ({"kind": "drop"}, "connection_lost"),
        ({"kind": "truncate", "when": "after"}, "connection_lost"),
    ],
    ids=str,
)
async def test_what_fails_once_is_made_good_by_the_next_attempt(
    room: PostRoom, fault: dict[str, object], reason: str
) -> None:
    media_id = await room.at_meta()
    message = room.receives(media_id)
    await room.meta.fault(**fault, scope=Scope(operation=media_id))  # type: ignore[arg-type]

    assert room.fetches_once() == ["failed"]
    assert room.of_media(message)[-1].reason == reason
    assert room.fetches_once() == []
    room.clock.advance(2)
    assert room.fetches_once() == ["stored"]


async def test_a_download_that_breaks_off_is_no_file(room: PostRoom) -> None:
    message = room.receives(await room.at_meta())
    await room.meta.fault("truncate", when="after", scope=Scope(operation="attachments"))

    assert room.fetches_once() == ["failed"]
    assert room.of_media(message)[-1].reason == "connection_lost"


async def test_a_file_that_meta_has_no_more_is_lost_as_gone(room: PostRoom) -> None:
    room.receives("1234567890123456")
    for _ in range(10):
        room.fetches_once()
        room.clock.advance(1000)

    (lost,) = room.facts(MediaLost)
    assert lost.reason == "gone"


async def test_a_dead_token_is_waited_for_until_the_number_is_connected_anew(room: PostRoom) -> None:
    message = room.receives(await room.at_meta())
    await room.meta.expire_tokens(WABA)
    assert room.fetches_once() == ["failed"]
    code = await room.meta.mint_code(WABA)
    async with room.administrator() as client:
        answer = await client.post("/channels/106540352242922/reconnect", json={"code": code})
        assert answer.is_success, answer.text
    room.clock.advance(60)

    assert room.fetches_once() == ["stored"]
    assert room.names_of(message) == ["MediaFetchQueued", "MediaFetchFailed", "MediaStored"]


@pytest.mark.parametrize(
    ("content", "declared", "flags"),
    [
        (HTML, "image/jpeg", ()),
        (docx(), "application/pdf", ("type_mismatch",)),
        (docx({"word/vbaProject.bin": b"x"}), WORD, ("macros",)),
        (EICAR, "text/plain", ("malware",)),
        (b"\0\1\2", "application/octet-stream", ()),
    ],
    ids=["html", "mismatch", "macros", "malware", "unknown"],
)
async def test_65_67_69_whatever_meta_sends_is_kept_and_flagged(
    room: PostRoom, content: bytes, declared: str, flags: tuple[str, ...]
) -> None:
    message = room.receives(await room.at_meta(content, "application/octet-stream"), content, mime_type=declared)

    assert room.fetches_once() == ["stored"]
    stored = room.of_media(message)[-1]
    assert stored.flags == flags
    assert (stored.thumbnail, stored.declared_type) == (None, declared)


async def test_while_a_number_is_logged_out_meta_is_not_asked_and_the_loss_is_told_once(room: PostRoom) -> None:
    first = room.receives(await room.at_meta())
    second = room.receives(await room.at_meta())
    await room.meta.expire_tokens(WABA)
    outcomes = room.fetches_once()
    for _ in range(3):
        room.clock.advance(301)
        outcomes += room.fetches_once()

    assert outcomes == ["failed", "waits"] + ["waits"] * 6
    (lost,) = room.facts(ChannelAuthorisationLost)
    assert lost.meta_code == 190
    room.clock.advance(7 * 86_400)
    assert set(room.fetches_once()) == {"lost"}
    assert {room.of_media(message)[-1].reason for message in (first, second)} == {"authorisation_lost"}


@pytest.mark.parametrize("tag", ODD, ids=str)
async def test_a_photo_with_an_odd_tag_is_kept(room: PostRoom, tag: tuple[int, int, int]) -> None:
    photo = with_exif(JPEG, (0x0112, 3, 6), tag)
    message = room.receives(await room.at_meta(photo), photo)

    assert room.fetches_once() == ["stored"]
    assert room.of_media(message)[-1].thumbnail is not None


async def test_an_attempt_counts_whatever_a_file_does_to_who_looks_at_it(
    room: PostRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise struct.error("a mistake of ours")

    message = room.receives(await room.at_meta())
    monkeypatch.setattr(fetching, "flags", explode)

    assert room.fetches_once() == ["failed"]
    assert (room.of_media(message)[-1].reason, room.of_media(message)[-1].attempt) == ("unreadable", 1)


async def test_a_hiccup_of_the_files_costs_a_second(room: PostRoom) -> None:
    message = room.receives(await room.at_meta())
    room.fetching._files = Hiccup(room.folder)

    assert room.fetches_once() == ["failed"]
    assert room.of_media(message)[-1].reason == "files_unavailable"
    room.clock.advance(2)
    assert room.fetches_once() == ["stored"]


async def test_files_of_one_organisation_keep_no_others_waiting(room: PostRoom) -> None:
    theirs = OrganisationId(uuid4())
    for _ in range(8):
        room.hears(room.announced(Media(kind="image", media_id="1"), organisation_id=theirs))
    room.receives("2")

    taken = [waiting.organisation_id for waiting in room.fetching.take(5)]
    assert (taken.count(theirs), taken.count(room.organisation)) == (OF_ONE, 1)
    assert room.fetching.take(5, [theirs] * OF_ONE) == []
    assert len(room.fetching.take(5, [theirs] * (OF_ONE - 1))) == 1


async def test_a_redelivered_message_is_fetched_once(room: PostRoom) -> None:
    media_id = await room.at_meta()
    event = room.announced(Text(body="x"))
    message = room.receives(media_id)
    assert room.fetches_once() == ["stored"]
    room.hears(event)

    assert room.fetches_once() == []
    assert room.names_of(message) == ["MediaFetchQueued", "MediaStored"]


async def test_two_workers_fetch_a_file_into_one_fact(room: PostRoom) -> None:
    message = room.receives(await room.at_meta())
    (waiting,) = room.fetching.take(10)
    room.clock.advance(301)
    (again,) = room.fetching.take(10)

    assert [room.fetching.fetch(waiting), room.fetching.fetch(again)] == ["stored", "over"]
    assert room.names_of(message) == ["MediaFetchQueued", "MediaStored"]


async def test_nobody_elses_files_are_under_a_key_of_ours(room: PostRoom) -> None:
    message = room.receives(await room.at_meta())
    room.fetches_once()

    assert room.of_media(message)[-1].file_key == key_of(room.organisation, hashlib.sha256(JPEG).hexdigest())
