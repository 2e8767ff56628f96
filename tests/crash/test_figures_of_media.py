"""Each figure about files differs where its promise is broken, and only there."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conversations.adapters.postgres.verifying import attachments
from conversations.domain.private_attachments import AttachmentNoted, AttachmentUploaded
from gateway.adapters.postgres.verifying import media
from gateway.domain.private_media import MediaFetchFailed, MediaFetchQueued
from recado_chassis.files import key_of
from recado_chassis.files.folder import Folder
from recado_events.content import Media, OutgoingMedia, Text
from recado_events.conversations import MessageReceived, MessageReleased, Received, Released
from recado_events.event import Event
from recado_events.gateway import ChannelConnectionStarted
from recado_events.identity import Recipient
from recado_events.media import MediaLost, MediaStored, OfMedia

from tests.crash.test_figures_of_conversations import ANA, NOW, ORGANISATION, facts, some_id, talk
from tests.crash.test_figures_of_the_gateway import MESSAGE, PLACE
from tests.libs.chassis.verifying.test_published import found_in

CONTENT = b"a file"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
KEY = key_of(ORGANISATION, DIGEST)
QUEUED = MediaFetchQueued(**PLACE, media_id="7", kind="image", queued_at=NOW, fetch_until=NOW + timedelta(days=7))
FAILED = MediaFetchFailed(
    **PLACE, attempt=1, reason="timeout", failed_at=NOW, retry_not_before=NOW + timedelta(seconds=1)
)
STORED = MediaStored(**PLACE, file_key=KEY, sha256=DIGEST, size=6, attempts=1, stored_at=NOW)
LOST = MediaLost(**PLACE, reason="gone", attempts=10, lost_at=NOW)
BOTH_ENDS = "files of customers with ends that cannot both be"
LATE = "files of customers neither kept nor lost after their time"
GIVEN_UP = "files of customers that nobody tries to fetch any more"


def told_by(*told: OfMedia, pending: bool = False, later: timedelta = timedelta()) -> dict[str, int]:
    waiting = {MESSAGE} if pending else set()
    return found_in(list(media.told_by("tests", {MESSAGE: list(told)}, waiting, NOW + later)))


@pytest.mark.parametrize("story", [[QUEUED, STORED], [QUEUED, FAILED, STORED], [QUEUED, FAILED, LOST]], ids=str)
def test_files_that_are_kept_or_lost_differ_in_nothing(story: Sequence[OfMedia]) -> None:
    assert told_by(*story, later=timedelta(days=30)) == {}


def test_a_file_on_its_way_differs_once_nobody_tries_it_or_its_time_is_over() -> None:
    assert told_by(QUEUED, FAILED, pending=True, later=timedelta(days=7)) == {}
    assert told_by(QUEUED, FAILED) == {GIVEN_UP: 1}
    assert told_by(QUEUED, pending=True, later=timedelta(days=8)) == {LATE: 1}


@pytest.mark.parametrize(
    "story", [[QUEUED, STORED, LOST], [QUEUED, QUEUED, STORED], [STORED], [QUEUED, STORED, FAILED]]
)
def test_ends_that_cannot_both_be_are_named(story: Sequence[OfMedia]) -> None:
    assert told_by(*story, pending=True)[BOTH_ENDS] == 1


def test_a_file_lost_without_a_reason_is_named() -> None:
    lost = MediaLost(**PLACE, reason="", attempts=1, lost_at=NOW)

    assert told_by(QUEUED, lost) == {"files of customers lost without a reason": 1}


def test_a_kept_file_that_was_changed_or_is_gone_is_named(tmp_path: Path) -> None:
    files, stories = Folder(tmp_path), {MESSAGE: [QUEUED, STORED]}
    assert list(media.changed(stories, files)) == [str(MESSAGE)]
    files.put(KEY, io.BytesIO(CONTENT), len(CONTENT))
    assert list(media.changed(stories, files)) == []
    (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    path.write_bytes(b"b file")
    assert list(media.changed(stories, files)) == [str(MESSAGE)]


def test_a_file_that_meta_told_of_and_that_nobody_fetches_is_named() -> None:
    number = PLACE["phone_number_id"]
    served = ChannelConnectionStarted(
        organisation_id=PLACE["organisation_id"],
        phone_number_id=number,
        waba_id="1",  # type: ignore[arg-type]
        country="BR",
        time_zone="UTC",
        started_by=ANA,
        started_at=NOW,
    )
    taken = [webhook(number, "7"), webhook(number, "8"), webhook("1", "9")]

    assert media.unheard([served, QUEUED], taken) == {"8"}
    assert media.unheard([QUEUED], taken) == set()


def webhook(number: str, media_id: str) -> dict[str, Any]:
    value = {"metadata": {"phone_number_id": number}, "messages": [{"type": "image", "image": {"id": media_id}}]}
    return {"entry": [{"changes": [{"field": "messages", "value": value}]}]}


# conversations --------------------------------------------------------------------------------------

ABOUT: dict[str, Any] = {**talk(1), "message_id": some_id(401)}
IMAGE = Media(kind="image", media_id="7")
FILE = OutgoingMedia(kind="image", key=KEY, sha256=DIGEST, size=6, mime_type="image/jpeg", filename="a.jpg")
NOTED = AttachmentNoted(**ABOUT, state="stored", file_key=KEY, noted_at=NOW)
UPLOADED = AttachmentUploaded(
    **talk(1),
    attachment_id=some_id(7),
    kind="image",
    file_key=KEY,
    sha256=DIGEST,
    size=6,
    mime_type="image/jpeg",
    uploaded_by=ANA,
    uploaded_at=NOW,
    personal=None,
)


def received(content: Any = IMAGE) -> Event:
    said = Received(wamid="wamid.1", content=content)
    return MessageReceived(**ABOUT, kind=content.kind, occurred_at=NOW, received_at=NOW, personal=said)


def released() -> Event:
    said = Released(content=FILE, recipient=Recipient(wa_id="1"))
    by = {"released_by": ANA, "released_at": NOW, "send_by": NOW + timedelta(hours=1)}
    return MessageReleased(**ABOUT, kind="image", **by, personal=said)


def noticed(*events: Event) -> dict[str, int]:
    return found_in(list(attachments.told_by("tests", facts(*events))))


def test_files_noted_and_sent_as_they_should_be_differ_in_nothing() -> None:
    assert noticed(received(), NOTED) == noticed(received()) == noticed(UPLOADED, released()) == {}


def test_a_file_of_a_message_without_one_and_one_that_nobody_put_aside_are_named() -> None:
    assert noticed(received(Text(body="x")), NOTED) == {"files noted of messages without one": 1}
    assert noticed(released()) == {"files sent that nobody put aside in that conversation or for quick replies": 1}


class Shown:
    """What stands on the screen."""

    def __init__(self, *rows: tuple[Any, ...]) -> None:
        self._rows = rows

    def execute(self, _: str) -> Shown:
        return self

    def fetchall(self) -> Sequence[tuple[Any, ...]]:
        return self._rows


@pytest.mark.parametrize("row", [("fetching", None), ("stored", "another"), None])
def test_a_file_that_is_shown_otherwise_than_the_log_tells_it_is_named(row: tuple[Any, ...] | None) -> None:
    def differing(*rows: tuple[Any, ...]) -> dict[str, int]:
        screen: Any = Shown(*rows)
        return found_in(list(attachments.figures("tests", screen, facts(received(), NOTED))))

    assert differing((some_id(401), "stored", KEY)) == {}
    found = {"files shown otherwise than the log tells them": 1}
    assert differing(*([] if row is None else [(some_id(401), *row)])) == found


def test_the_screen_is_to_show_what_the_log_tells() -> None:
    assert attachments.wanted(facts(received())) == {some_id(401): ("fetching", None)}
    assert attachments.wanted(facts(received(), NOTED)) == {some_id(401): ("stored", KEY)}
    assert attachments.wanted(facts(released())) == {some_id(401): ("stored", KEY)}
