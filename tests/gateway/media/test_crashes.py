"""The role `media` killed at its worst moments: every file ends stored or lost, every message leaves once."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from recado_chassis.crash import SETTING
from recado_events.gateway import MessageAccepted
from recado_events.media import MediaStored

from tests.gateway.media.post_room import PostRoom
from tests.gateway.stage import NUMBER
from tests.gateway.test_crashes import ended, worker


@pytest.mark.parametrize("point", ["media.after_take", "media.after_fetch", "media.after_record"])
async def test_a_killed_fetch_is_done_by_the_next_and_told_once(room: PostRoom, tmp_path: Path, point: str) -> None:
    message = room.receives(await room.at_meta())
    told = {SETTING: point, "RECADO_FILES_FOLDER": str(room.folder)}
    with worker(room, tmp_path / "log", **told) as process:
        assert await ended(process) == -signal.SIGKILL

    room.clock.advance(301)
    room.fetches_once()

    assert room.names_of(message) == ["MediaFetchQueued", "MediaStored"]
    (stored,) = room.facts(MediaStored)
    assert room.files.size(stored.file_key) == stored.size


async def test_a_killed_upload_is_done_by_the_next_and_the_message_leaves_once(room: PostRoom, tmp_path: Path) -> None:
    to = await room.person()
    (message,) = room.releases(room.message(room.file(), to))
    told = {SETTING: "media.after_upload", "RECADO_FILES_FOLDER": str(room.folder)}
    with worker(room, tmp_path / "log", **told) as process:
        assert await ended(process) == -signal.SIGKILL

    room.clock.advance(301)
    async with room.moving_files(), room.dispatching():
        await room.until_told(message, MessageAccepted)

    assert len(await room.meta.sends(NUMBER)) == 1
