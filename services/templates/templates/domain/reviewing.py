"""What follows when Meta says something: by a webhook, in its list, or in answer to a request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TypedDict

from recado_events.event import Event
from recado_events.ids import RequestId
from recado_events.meta_templates import MetaContent
from recado_events.templates import (
    TemplateDeletionFailed,
    TemplateForm,
    TemplateFound,
    TemplateReviewOverdue,
    TemplateSubmissionFailed,
)

from templates.commands import HearGone, HearWords, NoticeSilence, OfMeta, RefuseRequest, TakeRequest
from templates.domain import words
from templates.domain.limits import REVIEW
from templates.domain.notation import content_of, form_of, is_same
from templates.domain.private import MetaSaid, RequestTaken
from templates.domain.story import Place, Story
from templates.domain.template import Template
from templates.domain.words import Word


class Why(TypedDict):
    request_id: RequestId
    reason: str
    meta_code: int | None
    meta_subcode: int | None
    failed_at: datetime


def is_another(command: HearWords, template: Template) -> bool:
    """Whether Meta's list has one that only has this one's name, or this one alive after it was deleted."""
    if not command.is_whole:
        return False
    if template.meta_template_id not in (None, command.meta_template_id):
        return True
    end = template.said.status
    return template.deleted and end is not None and command.at > end.at


def may_be_made_known(command: HearWords) -> bool:
    """Only what is wholly told, and is not at its end."""
    return command.is_whole and words.MEANINGS.get(command.status or "") != words.DELETED


def hear(command: HearWords, template: Template, place: Place) -> list[Event]:
    """Nothing, where it is about another template of this name. Of one that is deleted, words are kept and not told."""
    story = Story(template, place, command.at)
    if not _concerns(command, template) or not _is_known_to_meta(command, story):
        return []
    for word in _words(command, story.template):
        _say(story, word, command.evidence)
    return story.told()


def hear_gone(command: HearGone, template: Template, place: Place) -> list[Event]:
    if template.deleted or template.meta_template_id is None or template.meta_template_id != command.meta_template_id:
        return []
    story = Story(template, place, command.at)
    _say(story, Word(words.STATUS, "DELETED", command.at), "list")
    return story.told()


def _concerns(command: OfMeta, template: Template) -> bool:
    known = template.meta_template_id
    return not template.deleted if known is None else command.meta_template_id in (None, known)


def _is_known_to_meta(command: HearWords, story: Story) -> bool:
    """Or becomes so: whatever Meta says of what was submitted proves that it took it."""
    template, meta_id = story.template, command.meta_template_id
    if template.meta_template_id is not None:
        return True
    if meta_id is None:
        return False
    if template.request is not None:
        _take(story, template.request.id, meta_id, command.evidence, command.at)
    elif command.is_whole and command.content is not None:
        form = form_of(command.content, command.name, command.language, command.category or "", None)
        story.add(TemplateFound(**story.place, meta_template_id=meta_id, form=form, found_at=command.at))
    return story.template.meta_template_id is not None


def _words(command: HearWords, template: Template) -> Iterator[Word]:
    if command.status is not None and words.known_status(command.status):
        yield Word(words.STATUS, command.status, command.at, command.reason)
    if command.category:
        yield Word(words.CATEGORY, command.category, command.at)
    if command.quality:
        yield Word(words.QUALITY, command.quality, command.at)
    if command.content is not None:
        yield _content(command.content, template, command.at)


def _content(content: MetaContent, template: Template, at: datetime) -> Word:
    return Word(words.CONTENT, content.model_dump_json(), at, form=_as_known(content, template))


def _as_known(content: MetaContent, template: Template) -> TemplateForm | None:
    """The form that says the same, where one was written here; else Meta's, in the place of the one before."""
    known = template.request.form if template.request else template.accepted
    for form in (known, template.accepted):
        if form is not None and is_same(content, content_of(form)):
            return form
    return known and form_of(content, known.name, known.language, known.category, known)


def _say(story: Story, word: Word, evidence: str) -> None:
    if word.beats(story.template.said.of(word.about)):
        story.add(
            MetaSaid(
                **story.place,
                about=word.about,
                word=word.word,
                reason=word.reason,
                evidence=evidence,
                form=word.form,
                said_at=word.at,
            )
        )


def _take(story: Story, request_id: RequestId, meta_id: str, evidence: str, at: datetime) -> None:
    story.add(
        RequestTaken(**story.place, request_id=request_id, meta_template_id=meta_id, evidence=evidence, taken_at=at)
    )


def take(command: TakeRequest, template: Template, place: Place) -> list[Event]:
    """The gateway has done what was asked. Meta said its status after it was asked, so webhooks since are newer."""
    story = Story(template, place, command.now)
    if template.deletion is not None and template.deletion.id == command.request_id:
        _say(story, Word(words.STATUS, "DELETED", command.now), command.evidence)
        return story.told()
    meta_id = command.meta_template_id or template.meta_template_id
    if template.deleted or meta_id is None:
        return []
    at = command.asked_at.replace(microsecond=0)
    if template.request is not None and template.request.id == command.request_id:
        content, form = content_of(template.request.form), template.request.form
        _take(story, command.request_id, meta_id, command.evidence, command.now)
        _say(story, Word(words.CONTENT, content.model_dump_json(), at, form=form), command.evidence)
    if story.template.meta_template_id != meta_id:
        return []
    if command.status is not None and words.known_status(command.status):
        _say(story, Word(words.STATUS, command.status, at), command.evidence)
    if command.category:
        _say(story, Word(words.CATEGORY, command.category, at), command.evidence)
    return story.told()


def refuse(command: RefuseRequest, template: Template, place: Place) -> list[Event]:
    why = Why(
        request_id=command.request_id,
        reason=command.reason,
        meta_code=command.meta_code,
        meta_subcode=command.meta_subcode,
        failed_at=command.now,
    )
    story = Story(template, place, command.now)
    if template.deletion is not None and template.deletion.id == command.request_id:
        if command.reason == "not_found":
            _say(story, Word(words.STATUS, "DELETED", command.now), "answer")
        else:
            story.add(TemplateDeletionFailed(**place, **why))
    elif template.request is not None and template.request.id == command.request_id:
        story.add(TemplateSubmissionFailed(**place, **why))
    return story.told()


def notice_silence(command: NoticeSilence, template: Template, place: Place) -> list[Event]:
    since = template.pending_since
    if template.state != words.PENDING or template.overdue or since is None or command.now < since + REVIEW:
        return []
    return [TemplateReviewOverdue(**place, submitted_at=since, noticed_at=command.now)]
