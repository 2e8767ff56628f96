"""Something asked of Meta about a template: at most one call an attempt, and looked up before it is repeated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, TypedDict, assert_never

from recado_events.event import Event
from recado_events.ids import OrganisationId, RequestId, TemplateId, WabaId
from recado_events.meta_templates import TemplateRequestRefused, TemplateRequestTaken

from gateway.commands import (
    Ambiguous,
    NoticeTemplateSilence,
    NotTaken,
    OnTemplateRequest,
    QueueTemplateRequest,
    RecordTemplateLookup,
    RecordTemplateVerdict,
    SettleTemplateRequest,
    StartTemplateRequest,
    TemplateRefused,
    TemplateRequestCommand,
    TemplateTaken,
)
from gateway.domain.private import (
    TemplateRequestNotMade,
    TemplateRequestOutcomeUnknown,
    TemplateRequestQueued,
    TemplateRequestStarted,
)
from gateway.domain.sending import SILENCE
from gateway.domain.template_refusals import ALREADY_THERE, GONE, reason_of
from gateway.domain.verdicts import AUTHORISATION_CODES

PATIENCE = timedelta(hours=24)
"""After this long without success nobody waits any longer: people are told, and may ask again."""
SETTLING = timedelta(seconds=30)
"""So long Meta may go on with a call whose answer was lost: a look before proves nothing."""
_LONGEST_PAUSE = timedelta(hours=1)
NO_OUTCOME = "no_outcome"
_AUTHORISATION_LOST = "authorisation_lost"


def template_request_stream(request_id: RequestId) -> str:
    return f"template-request-{request_id}"


class Place(TypedDict):
    organisation_id: OrganisationId
    waba_id: WabaId
    template_id: TemplateId
    request_id: RequestId


@dataclass(frozen=True, slots=True)
class TemplateRequest:
    phase: Literal["absent", "queued", "started", "unknown", "ended"] = "absent"
    wanted: TemplateRequestQueued | None = None
    attempt: int = 0
    started_at: datetime | None = None
    failures: int = 0
    why: str | None = None
    """What stood in the way last."""
    retry_not_before: datetime | None = None


def evolve(request: TemplateRequest, event: Event) -> TemplateRequest:
    match event:
        case TemplateRequestQueued():
            return TemplateRequest("queued", event)
        case TemplateRequestStarted():
            return replace(request, phase="started", attempt=event.attempt, started_at=event.started_at)
        case TemplateRequestNotMade():
            request = replace(request, why=event.reason, retry_not_before=event.retry_not_before)
            return replace(request, phase="queued", failures=request.failures + 1)
        case TemplateRequestOutcomeUnknown():
            looked_at = event.noticed_at if event.reason == NO_OUTCOME else event.noticed_at + SETTLING
            return replace(request, phase="unknown", why=event.reason, retry_not_before=looked_at)
        case TemplateRequestTaken() | TemplateRequestRefused():
            return replace(request, phase="ended", wanted=None)
    return request


def decide(command: TemplateRequestCommand, request: TemplateRequest) -> list[Event]:
    match command:
        case QueueTemplateRequest():
            return _queue(command, request)
        case StartTemplateRequest():
            return _start(command, request)
        case RecordTemplateVerdict():
            return _record(command, request)
        case RecordTemplateLookup():
            return _looked_up(command, request)
        case NoticeTemplateSilence():
            return _notice_silence(command, request)
        case SettleTemplateRequest():
            return _settle(command, request)
    assert_never(command)


def _queue(command: QueueTemplateRequest, request: TemplateRequest) -> list[Event]:
    if request.phase != "absent":
        return []
    return [
        TemplateRequestQueued(
            **place(command),
            kind=command.kind,
            meta_template_id=command.meta_template_id,
            name=command.name,
            language=command.language,
            form=command.form,
            asks_category=command.asks_category,
            queued_at=command.now,
        )
    ]


def _start(command: StartTemplateRequest, request: TemplateRequest) -> list[Event]:
    if request.phase != "queued" or request.wanted is None:
        return []
    if command.passage == "shut":
        return [refused(command, "channel_disconnected")]
    if command.now >= request.wanted.queued_at + PATIENCE:
        return [refused(command, _AUTHORISATION_LOST if request.why == _AUTHORISATION_LOST else "gave_up")]
    if command.passage != "open" or command.now < (request.retry_not_before or command.now):
        return []
    return [TemplateRequestStarted(**place(command), attempt=request.attempt + 1, started_at=command.now)]


def _record(command: RecordTemplateVerdict, request: TemplateRequest) -> list[Event]:
    """In time, or after others gave up waiting; what Meta took is taken, whichever attempt it was."""
    verdict = command.verdict
    if request.phase in ("absent", "ended"):
        return []
    if isinstance(verdict, TemplateTaken):
        return [_taken(command, request, verdict, "answer")]
    if command.attempt != request.attempt or request.phase not in ("started", "unknown"):
        return []
    match verdict:
        case TemplateRefused():
            return _refused(command, request, verdict)
        case NotTaken(reason, code):
            return [_not_made(command, request, reason, code)]
        case Ambiguous(reason):
            return [] if request.phase == "unknown" else [_unknown(command, reason)]
    assert_never(verdict)


def _refused(command: RecordTemplateVerdict, request: TemplateRequest, verdict: TemplateRefused) -> list[Event]:
    if verdict.meta_code in AUTHORISATION_CODES:
        return [_not_made(command, request, _AUTHORISATION_LOST, verdict.meta_code)]
    reason = reason_of(verdict.meta_code, verdict.meta_subcode)
    if command.attempt > 1 and reason in (ALREADY_THERE, GONE) and request.phase == "started":
        # An earlier attempt of ours may be what is in the way.
        return [_unknown(command, reason)]
    return [refused(command, reason, verdict.meta_code, verdict.meta_subcode)]


def _looked_up(command: RecordTemplateLookup, request: TemplateRequest) -> list[Event]:
    if request.phase != "unknown" or command.attempt != request.attempt:
        return []
    if command.found is not None:
        return [_taken(command, request, command.found, "lookup")]
    if request.why in (ALREADY_THERE, GONE):
        return [refused(command, request.why)]
    return [_not_made(command, request, "not_done", None)]


def _notice_silence(command: NoticeTemplateSilence, request: TemplateRequest) -> list[Event]:
    if request.phase != "started" or request.attempt != command.attempt or command.lasted < SILENCE:
        return []
    return [_unknown(command, NO_OUTCOME)]


def _settle(command: SettleTemplateRequest, request: TemplateRequest) -> list[Event]:
    if request.phase in ("absent", "ended"):
        return []
    return [_taken(command, request, TemplateTaken(command.meta_template_id), "deletion")]


def _taken(
    command: OnTemplateRequest, request: TemplateRequest, taken: TemplateTaken, evidence: str
) -> TemplateRequestTaken:
    return TemplateRequestTaken(
        **place(command),
        meta_template_id=taken.meta_template_id,
        status=taken.status,
        category=taken.category,
        evidence=evidence,
        asked_at=request.started_at or command.now,
        taken_at=command.now,
    )


def refused(
    command: OnTemplateRequest, reason: str, meta_code: int | None = None, meta_subcode: int | None = None
) -> TemplateRequestRefused:
    codes = {"meta_code": meta_code, "meta_subcode": meta_subcode}
    return TemplateRequestRefused(**place(command), reason=reason, refused_at=command.now, **codes)


def _not_made(
    command: OnTemplateRequest, request: TemplateRequest, reason: str, code: int | None
) -> TemplateRequestNotMade:
    pause = min(timedelta(seconds=2 ** min(request.failures, 12)), _LONGEST_PAUSE)
    if reason in ("throttled", _AUTHORISATION_LOST):
        pause = max(pause, timedelta(seconds=60))
    return TemplateRequestNotMade(
        **place(command),
        attempt=request.attempt,
        reason=reason,
        meta_code=code,
        not_made_at=command.now,
        retry_not_before=command.now + pause,
    )


def _unknown(command: OnTemplateRequest, reason: str) -> TemplateRequestOutcomeUnknown:
    attempt = command.attempt if isinstance(command, RecordTemplateVerdict | NoticeTemplateSilence) else 0
    return TemplateRequestOutcomeUnknown(**place(command), attempt=attempt, reason=reason, noticed_at=command.now)


def place(command: OnTemplateRequest) -> Place:
    return Place(
        organisation_id=command.organisation_id,
        waba_id=command.waba_id,
        template_id=command.template_id,
        request_id=command.request_id,
    )
