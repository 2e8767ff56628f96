"""Facts as they come together in one decision, and what they make others hear."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TypedDict

from recado_events.event import Event
from recado_events.ids import OrganisationId, TemplateId, WabaId
from recado_events.templates import (
    OfTemplate,
    TemplateApproved,
    TemplateArchived,
    TemplateDeleted,
    TemplateDisabled,
    TemplateEdited,
    TemplatePaused,
    TemplateQualityRated,
    TemplateRecategorised,
    TemplateRejected,
    TemplateReviewStarted,
)

from templates.domain import reasons, words
from templates.domain.template import DELETING, DRAFT, Template, evolve


class Place(TypedDict):
    organisation_id: OrganisationId
    waba_id: WabaId
    template_id: TemplateId


class Story:
    def __init__(self, template: Template, place: Place, now: datetime) -> None:
        """`now` dates what Meta said nothing of."""
        self.place = place
        self.template = template
        self.facts: list[Event] = []
        self._before = template
        self._now = now

    def add(self, *facts: Event) -> None:
        for fact in facts:
            self.facts.append(fact)
            self.template = evolve(self.template, fact)

    def told(self) -> list[Event]:
        """All facts, with those that others hear of what has become different."""
        self.add(*list(self._differences()))
        return self.facts

    def _differences(self) -> Iterator[OfTemplate]:
        before, after = self._before, self.template
        if before.deleted or after.deleted or after.id is None:
            return
        if after.standing == words.DELETED:
            by = after.deletion.by if after.deletion else None
            yield TemplateDeleted(**self.place, deleted_by=by, deleted_at=self._at(words.STATUS))
            return
        if before.id is not None and before.category != after.category:
            at = self._at(words.CATEGORY)
            told = {"previous": before.category, "category": after.category}
            yield TemplateRecategorised(**self.place, **told, recategorised_at=at)
        if before.live and after.live and before.live != after.live and not _was_submitted(before, after):
            yield TemplateEdited(**self.place, form=after.live, edited_at=self._at(words.CONTENT))
        if after.quality is not None and before.quality != after.quality:
            yield TemplateQualityRated(**self.place, quality=after.quality, rated_at=self._at(words.QUALITY))
        if _shown(before) != _shown(after):
            yield from self._state()

    def _state(self) -> Iterator[OfTemplate]:
        template, place = self.template, self.place
        at, meta_id = self._at(words.STATUS), template.meta_template_id
        if meta_id is None or template.live is None:
            return
        match template.state:
            case words.PENDING:
                yield TemplateReviewStarted(
                    **place, meta_template_id=meta_id, category=template.category, started_at=at
                )
            case words.APPROVED:
                at = max(at, self._at(words.CONTENT))
                yield TemplateApproved(
                    **place,
                    meta_template_id=meta_id,
                    form=template.live,
                    category=template.category,
                    approved_at=at,
                )
            case words.REJECTED:
                reason = reasons.reason_of(template.reason)
                yield TemplateRejected(**place, reason=reason, meta_reason=template.reason, rejected_at=at)
            case words.PAUSED:
                yield TemplatePaused(**place, meta_reason=template.reason, paused_at=at)
            case words.DISABLED:
                yield TemplateDisabled(**place, meta_reason=template.reason, disabled_at=at)
            case words.ARCHIVED:
                yield TemplateArchived(**place, archived_at=at)

    def _at(self, about: str) -> datetime:
        word = self.template.said.of(about)
        return word.at if word else self._now


def _was_submitted(before: Template, after: Template) -> bool:
    return before.request is not None and before.request.form == after.live


def _shown(template: Template) -> object:
    """What others would have to hear of anew when it is different."""
    if template.id is None or template.meta_template_id is None:
        return DRAFT
    if template.state == DELETING:
        return DELETING
    details = {words.REJECTED: template.reason, words.APPROVED: template.live}
    return template.state, details.get(template.state)
