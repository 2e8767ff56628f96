"""What templates asks of Meta: claimed before the one call it is for, settled by what came of it or by a look."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event as Flag

import structlog
from recado_chassis.crash import crash
from recado_chassis.ports import Clock
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.ids import PhoneNumberId, RequestId
from recado_events.templates import TemplateDeletionRequested, TemplateSubmitted

from gateway.application import authorisation
from gateway.application.accounts import GraphFailed, Token
from gateway.application.folds import TEMPLATE_REQUEST
from gateway.application.template_ports import AccountTokens, Pending, TemplateLine, TemplatesAtMeta
from gateway.commands import (
    NoticeTemplateSilence,
    QueueTemplateRequest,
    RecordTemplateLookup,
    RecordTemplateVerdict,
    SettleTemplateRequest,
    StartTemplateRequest,
    TemplateRefused,
    TemplateRequestCommand,
    TemplateTaken,
    TemplateVerdict,
)
from gateway.domain.private import TemplateRequestQueued
from gateway.domain.sending import SILENCE
from gateway.domain.template_request import Place, TemplateRequest, decide, template_request_stream
from gateway.domain.verdicts import AUTHORISATION_CODES

ENDED = ("PENDING_DELETION", "DELETED")
USABLE = 5.0
"""Seconds from before the claim to its first byte; later nothing is written."""
AT_ONCE = 20

_log = structlog.get_logger()


class Queueing:
    """A reaction: it works in the unit of work of the batch it was heard in."""

    def __init__(self, line: TemplateLine, clock: Clock) -> None:
        self._line = line
        self._clock = clock

    def queue(self, work: Work, event: TemplateSubmitted | TemplateDeletionRequested, cause: Cause) -> None:
        command = _queue(event, self._clock)
        stream = template_request_stream(command.request_id)
        facts = decide(command, work.state(stream, TEMPLATE_REQUEST))
        if facts:
            work.record(facts, cause)
            at = (command.organisation_id, command.waba_id, command.template_id, command.request_id)
            work.also(self._line.enter(Pending(*at, 0, cause), command.now))
        if isinstance(event, TemplateDeletionRequested) and event.settles is not None:
            self._settle(work, event.settles, event, cause)

    def _settle(self, work: Work, request_id: RequestId, event: TemplateDeletionRequested, cause: Cause) -> None:
        """A submission whose answer was lost would look like one that Meta never had, once its template is gone."""
        stream = template_request_stream(request_id)
        settle = SettleTemplateRequest(
            organisation_id=event.organisation_id,
            waba_id=event.waba_id,
            template_id=event.template_id,
            request_id=request_id,
            meta_template_id=event.meta_template_id,
            now=self._clock.now(),
        )
        work.record(decide(settle, work.state(stream, TEMPLATE_REQUEST)), cause)
        work.also(self._line.mirror(request_id, work.state(stream, TEMPLATE_REQUEST)))


def _queue(event: TemplateSubmitted | TemplateDeletionRequested, clock: Clock) -> QueueTemplateRequest:
    form = event.form if isinstance(event, TemplateSubmitted) else None
    kind = "delete" if form is None else "create" if event.meta_template_id is None else "edit"
    return QueueTemplateRequest(
        organisation_id=event.organisation_id,
        waba_id=event.waba_id,
        template_id=event.template_id,
        request_id=event.request_id,
        now=clock.now(),
        kind=kind,
        meta_template_id=event.meta_template_id,
        name=event.name if isinstance(event, TemplateDeletionRequested) else event.form.name,
        language=None if form is None else form.language,
        form=form,
        asks_category=isinstance(event, TemplateSubmitted) and event.asks_category,
    )


class Requesting:
    """Synchronous, for threads: it waits for Meta. Any number of workers may do this at once."""

    def __init__(
        self,
        streams: Streams,
        line: TemplateLine,
        tokens: AccountTokens,
        meta: TemplatesAtMeta,
        uptime: Callable[[], float],
    ) -> None:
        self._streams = streams
        self._line = line
        self._tokens = tokens
        self._meta = meta
        self._uptime = uptime
        self._stopping = Flag()

    def stop(self) -> None:
        """From any thread: nothing more is claimed."""
        self._stopping.set()

    def work_off(self) -> int:
        """What is due, one by one; answers how many there were."""
        for one in self._line.silent(SILENCE, AT_ONCE):
            silence = NoticeTemplateSilence(
                **_place(one), attempt=one.attempt, lasted=one.silent_for or SILENCE, now=self._streams.clock.now()
            )
            self._ask(one, silence)
        due = self._line.take(self._streams.clock.now(), AT_ONCE)
        for one in due:
            if self._stopping.is_set():
                break
            self._go_on(one)
        return len(due)

    def _go_on(self, one: Pending) -> None:
        held = self._tokens.of_account((one.organisation_id, one.waba_id))
        usable = [(number, token) for number, token in held if token is not None]
        number, token = usable[0] if usable else (None, None)
        request = self._streams.read(template_request_stream(one.request_id), TEMPLATE_REQUEST)
        if request.phase == "unknown" and token is not None:
            self._look_up(one, request, token)
            return
        began = self._uptime()
        passage = "open" if token is not None else "wait" if held else "shut"
        start = StartTemplateRequest(**_place(one), passage=passage, now=self._streams.clock.now())
        after = self._ask(one, start)
        if after.phase != "started" or after.wanted is None or after == request or token is None or number is None:
            return
        crash("templates.after_claim")
        verdict = self._call(after.wanted, token, began)
        crash("templates.after_call")
        self._record(one, after.attempt, verdict, number, token)
        crash("templates.after_outcome")

    def _call(self, wanted: TemplateRequestQueued, token: Token, began: float) -> TemplateVerdict:
        def may_write() -> bool:
            return self._uptime() - began < USABLE

        meta_id = wanted.meta_template_id
        if wanted.form is None:
            return self._meta.delete(wanted.waba_id, meta_id or "", wanted.name, token, may_write)
        if meta_id is None:
            return self._meta.create(wanted.waba_id, wanted.form, token, may_write)
        return self._meta.edit(meta_id, wanted.form, token, may_write, asks_category=wanted.asks_category)

    def _record(
        self, one: Pending, attempt: int, verdict: TemplateVerdict, number: PhoneNumberId, token: Token
    ) -> None:
        command = RecordTemplateVerdict(**_place(one), attempt=attempt, verdict=verdict, now=self._streams.clock.now())
        self._ask(one, command)
        if isinstance(verdict, TemplateRefused) and verdict.meta_code in AUTHORISATION_CODES:
            code, now = verdict.meta_code, self._streams.clock.now()
            whose = one.organisation_id, number
            self._streams.transact(lambda work: authorisation.lose(work, whose, token, code, now, one.cause))

    def _look_up(self, one: Pending, request: TemplateRequest, token: Token) -> None:
        """Nothing is repeated before Meta was asked whether it has done it."""
        if request.wanted is None:
            return
        try:
            found = self._found(request.wanted, token)
        except GraphFailed as failed:
            _log.warning("template_lookup_failed", request_id=str(one.request_id), reason=failed.reason)
            return
        at = self._streams.clock.now()
        self._ask(one, RecordTemplateLookup(**_place(one), attempt=request.attempt, found=found, now=at))

    def _found(self, wanted: TemplateRequestQueued, token: Token) -> TemplateTaken | None:
        if wanted.meta_template_id is None:
            found = self._meta.named(wanted.waba_id, wanted.name, wanted.language or "", token)
        else:
            found = self._meta.one(wanted.meta_template_id, token)
        if wanted.form is None:
            return TemplateTaken() if found is None or found.status in ENDED else None
        if found is None or (wanted.meta_template_id is not None and not self._meta.says(found, wanted.form)):
            return None
        return TemplateTaken(found.id, found.status, found.category)

    def _ask(self, one: Pending, command: TemplateRequestCommand) -> TemplateRequest:
        stream = template_request_stream(one.request_id)

        def ask(work: Work) -> TemplateRequest:
            work.record(decide(command, work.state(stream, TEMPLATE_REQUEST)), one.cause)
            after = work.state(stream, TEMPLATE_REQUEST)
            work.also(self._line.mirror(one.request_id, after))
            return after

        return self._streams.transact(ask).value


def _place(one: Pending) -> Place:
    return Place(
        organisation_id=one.organisation_id,
        waba_id=one.waba_id,
        template_id=one.template_id,
        request_id=one.request_id,
    )
