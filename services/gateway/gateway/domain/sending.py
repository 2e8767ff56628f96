"""What happens to a message next: one decision a command."""

from __future__ import annotations

from datetime import timedelta
from typing import assert_never

from recado_events.event import Event
from recado_events.gateway import (
    AcceptedAt,
    MessageDispatchStarted,
    MessageQueued,
)

from gateway.commands import (
    DispatchCommand,
    NoteEvidence,
    NoticeSilence,
    QueueMessage,
    RecordVerdict,
    RefuseMedia,
    StartDispatch,
    UseMedia,
)
from gateway.domain.dispatch import Dispatch, is_sendable, waits_for_media
from gateway.domain.outcomes import accepted, duplicates, place, record, rejected, unknown
from gateway.domain.private import MessageTaken
from gateway.domain.private_media import MessageMediaReady

SILENCE = timedelta(seconds=60)
"""After this long without an outcome nobody waits for the claimant any more."""


def decide(command: DispatchCommand, dispatch: Dispatch) -> list[Event]:
    match command:
        case QueueMessage():
            return _queue(command, dispatch)
        case StartDispatch():
            return _start(command, dispatch)
        case RecordVerdict():
            return record(command, dispatch)
        case NoticeSilence():
            return _notice_silence(command, dispatch)
        case NoteEvidence():
            return _note_evidence(command, dispatch)
        case UseMedia():
            return _use_media(command, dispatch)
        case RefuseMedia():
            return _refuse_media(command, dispatch)
    assert_never(command)


def _queue(command: QueueMessage, dispatch: Dispatch) -> list[Event]:
    if dispatch.phase != "absent":
        return []
    facts: list[Event] = [
        MessageTaken(**place(command), taken_at=command.now, personal=command.released),
        MessageQueued(**place(command), send_by=command.send_by, queued_at=command.now),
    ]
    if not is_sendable(command.released):
        facts.append(rejected(command, attempt=0, reason="unsupported"))
    return facts


def _start(command: StartDispatch, dispatch: Dispatch) -> list[Event]:
    if dispatch.phase != "queued" or dispatch.send_by is None:
        return []
    if command.now >= dispatch.send_by:
        return [rejected(command, attempt=dispatch.attempt, reason="expired")]
    if command.passage == "shut":
        return [rejected(command, attempt=dispatch.attempt, reason="channel_disconnected")]
    if command.passage == "frozen":
        return [rejected(command, attempt=dispatch.attempt, reason="frozen")]
    if not is_sendable(dispatch.released):
        return [rejected(command, attempt=dispatch.attempt, reason="unsupported")]
    if waits_for_media(dispatch):
        return []
    if command.passage != "open" or command.now < (dispatch.retry_not_before or command.now):
        return []
    return [MessageDispatchStarted(**place(command), attempt=dispatch.attempt + 1, started_at=command.now)]


def _notice_silence(command: NoticeSilence, dispatch: Dispatch) -> list[Event]:
    if dispatch.phase != "started" or dispatch.attempt != command.attempt or command.lasted < SILENCE:
        return []
    return [unknown(command, attempt=command.attempt, reason="no_outcome")]


def _note_evidence(command: NoteEvidence, dispatch: Dispatch) -> list[Event]:
    """Evidence wins over everything the call looked like: a message that Meta took is not sent again."""
    if dispatch.phase == "absent":
        return []
    if dispatch.phase == "accepted":
        return duplicates(command, dispatch, command.wamid)
    taken = AcceptedAt(wamid=command.wamid, wa_id=command.wa_id, user_id=command.user_id)
    return [accepted(command, attempt=command.attempt, evidence="status", taken=taken)]


def _use_media(command: UseMedia, dispatch: Dispatch) -> list[Event]:
    if not waits_for_media(dispatch):
        return []
    return [MessageMediaReady(**place(command), media_id=command.media_id, ready_at=command.now)]


def _refuse_media(command: RefuseMedia, dispatch: Dispatch) -> list[Event]:
    if not waits_for_media(dispatch):
        return []
    return [rejected(command, attempt=dispatch.attempt, reason=command.reason, meta_code=command.meta_code)]
