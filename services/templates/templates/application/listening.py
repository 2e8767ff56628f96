"""What templates does when the gateway, Meta or conversations told something."""

from __future__ import annotations

from recado_chassis.one_by_one import one_by_one
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId, TemplateId, WabaId

from templates.application.shelf import Shelf, number_key
from templates.commands import (
    HearGone,
    HearWords,
    NoteChannel,
    NoteGrant,
    NoteUser,
    NoticeSilence,
    OnRequest,
    RefuseRequest,
    TakeRequest,
)
from templates.domain import account, reviewing, staff
from templates.domain.limits import REVIEW
from templates.domain.reviewing import is_another, may_be_made_known
from templates.domain.story import Place
from templates.domain.template import Template
from templates.views import Questions

AT_ONCE = 100


class Listening:
    """One method a fact; each may be repeated and then changes nothing."""

    def __init__(self, shelf: Shelf, ids: Ids) -> None:
        self._shelf = shelf
        self._ids = ids

    def hear_words(self, work: Work, command: HearWords, cause: Cause) -> None:
        """One that Meta's list has and nobody here knows, or that was deleted here before, becomes known."""
        found = self._shelf.of_meta(work, command)
        if found is None or is_another(command, self._shelf.template(work, found)):
            if not may_be_made_known(command):
                return
            found = None
        template_id = found or TemplateId(self._ids.new())
        template = self._shelf.template(work, template_id)
        place = _place(command.organisation_id, command.waba_id, template_id)
        self._shelf.record(work, reviewing.hear(command, template, place), cause)

    def hear_gone(self, work: Work, command: HearGone, cause: Cause) -> None:
        found = self._shelf.of_meta(work, command)
        if found is None:
            return
        template = self._shelf.template(work, found)
        place = _place(command.organisation_id, command.waba_id, found)
        self._shelf.record(work, reviewing.hear_gone(command, template, place), cause)

    def take_request(self, work: Work, command: TakeRequest, cause: Cause) -> None:
        template, place = self._asked(work, command)
        self._shelf.record(work, reviewing.take(command, template, place), cause)

    def refuse_request(self, work: Work, command: RefuseRequest, cause: Cause) -> None:
        template, place = self._asked(work, command)
        self._shelf.record(work, reviewing.refuse(command, template, place), cause)

    def notice_silence(self, work: Work, command: NoticeSilence, cause: Cause) -> None:
        template = self._shelf.template(work, command.template_id)
        place = _place(command.organisation_id, template.waba_id, command.template_id)
        self._shelf.record(work, reviewing.notice_silence(command, template, place), cause)

    def note_channel(self, work: Work, command: NoteChannel, cause: Cause) -> None:
        """A disconnected number is told without its account, and one may have come from another account."""
        key = number_key(command.organisation_id, command.phone_number_id)
        before = work.find(key)
        if before is not None and before != command.waba_id:
            left = NoteChannel(
                organisation_id=command.organisation_id,
                waba_id=WabaId(before),
                phone_number_id=command.phone_number_id,
                is_connected=False,
                now=command.now,
            )
            self._note(work, left, cause)
        if command.waba_id:
            work.move(key, command.waba_id)
            self._note(work, command, cause)

    def note_user(self, work: Work, command: NoteUser, cause: Cause) -> None:
        known = self._shelf.staff(work, command.organisation_id)
        self._shelf.record(work, staff.note_user(command, known), cause)

    def note_grant(self, work: Work, command: NoteGrant, cause: Cause) -> None:
        known = self._shelf.staff(work, command.organisation_id)
        self._shelf.record(work, staff.note_grant(command, known), cause)

    def _note(self, work: Work, command: NoteChannel, cause: Cause) -> None:
        known = self._shelf.account(work, command.organisation_id, command.waba_id)
        self._shelf.record(work, account.note_channel(command, known), cause)

    def _asked(self, work: Work, command: OnRequest) -> tuple[Template, Place]:
        template = self._shelf.template(work, command.template_id)
        return template, _place(command.organisation_id, template.waba_id, command.template_id)


class Reminding:
    """Notices what nobody told: reviews that take too long. Synchronous, for threads."""

    def __init__(self, streams: Streams, listening: Listening, questions: Questions) -> None:
        self._streams = streams
        self._listening = listening
        self._questions = questions

    def remind(self) -> int:
        """Of all that are overdue now; answers how many were looked at. Raises as `one_by_one` does."""
        overdue = self._questions.overdue(self._streams.clock.now() - REVIEW, AT_ONCE)
        one_by_one(overdue, lambda each: self._notice(*each))
        return len(overdue)

    def _notice(self, organisation_id: OrganisationId, template_id: TemplateId) -> None:
        command = NoticeSilence(organisation_id=organisation_id, template_id=template_id, now=self._streams.clock.now())
        cause = Cause(str(self._streams.ids.new()))
        self._streams.transact(lambda work: self._listening.notice_silence(work, command, cause))


def _place(organisation_id: OrganisationId, waba_id: WabaId, template_id: TemplateId) -> Place:
    return Place(organisation_id=organisation_id, waba_id=waba_id, template_id=template_id)
