"""What is told of one template beside what Meta said of it: by itself, not as the rules that made it fold it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from recado_events.templates import (
    OfTemplate,
    TemplateApproved,
    TemplateArchived,
    TemplateDeleted,
    TemplateDeletionRequested,
    TemplateDisabled,
    TemplateDrafted,
    TemplateEdited,
    TemplateFound,
    TemplatePaused,
    TemplateRejected,
    TemplateReviewStarted,
    TemplateSubmissionFailed,
    TemplateSubmitted,
)

from templates.domain.private import MetaSaid, RequestTaken

_STATES: dict[type[OfTemplate], str] = {
    TemplateReviewStarted: "pending",
    TemplateApproved: "approved",
    TemplateRejected: "rejected",
    TemplatePaused: "paused",
    TemplateDisabled: "disabled",
    TemplateArchived: "archived",
    TemplateDeletionRequested: "deleting",
    TemplateDeleted: "deleted",
}
_MEANT = {
    "pending": {"PENDING", "IN_APPEAL"},
    "approved": {"APPROVED", "REINSTATED", "UNARCHIVED"},
    "rejected": {"REJECTED"},
    "paused": {"PAUSED"},
    "disabled": {"DISABLED", "LIMIT_EXCEEDED"},
    "archived": {"ARCHIVED"},
    "deleted": {"DELETED", "PENDING_DELETION"},
}


@dataclass(slots=True)
class Life:
    told_state: str = "draft"
    name: tuple[str, str] | None = None
    """As the key of its unique row: organisation, and account, language and name."""
    falls: bool = False
    _told_category: str | None = None
    _said: dict[str, MetaSaid] = field(default_factory=dict)
    _answers: Counter[object] = field(default_factory=Counter)
    _at_meta: bool = False

    def hear(self, event: OfTemplate) -> None:
        if type(event) in _STATES:
            self.told_state = _STATES[type(event)]
        self._told_category = getattr(event, "category", self._told_category)
        match event:
            case TemplateDrafted() | TemplateFound() | TemplateEdited():
                self._name(event)
                self._at_meta = self._at_meta or isinstance(event, TemplateFound)
            case TemplateSubmitted() if not self._at_meta:
                self.told_state = "pending"
            case TemplateSubmissionFailed():
                self._answers[event.request_id] += 1
                self.told_state = self.told_state if self._at_meta else "draft"
            case RequestTaken():
                self._answers[event.request_id] += 1
                self._at_meta = True
            case MetaSaid():
                self._note(event)

    @property
    def answered_twice(self) -> bool:
        return any(count > 1 for count in self._answers.values())

    @property
    def is_untold(self) -> bool:
        """Whether somebody who only hears what is published believes something else than Meta said last."""
        status, category = self._said.get("status"), self._said.get("category")
        if self.told_state in ("deleting", "deleted", "draft") or status is None:
            return False
        if status.word not in _MEANT.get(self.told_state, ()):
            return True
        return category is not None and self._told_category is not None and category.word != self._told_category

    def _note(self, event: MetaSaid) -> None:
        before = self._said.get(event.about)
        if before is not None and _is_older(event.said_at, event, before):
            self.falls = True
        self._said[event.about] = event

    def _name(self, event: TemplateDrafted | TemplateFound | TemplateEdited) -> None:
        if isinstance(event, TemplateEdited) and event.edited_by is None:
            return
        if self.name is None or not isinstance(event, TemplateFound):
            key = f"{event.waba_id}/{event.form.language}/{event.form.name}"
            self.name = (str(event.organisation_id), key)


def _is_older(at: datetime, event: MetaSaid, before: MetaSaid) -> bool:
    """What is deleted stays so, whatever was said when."""
    return at < before.said_at and event.word not in _MEANT["deleted"]
