"""A template as the screen shows it: the rules' own fold, with what only people ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from recado_events.ids import UserId
from recado_events.templates import (
    OfTemplate,
    TemplateDrafted,
    TemplateReviewOverdue,
    TemplateSubmissionFailed,
    TemplateSubmitted,
)

from templates.domain.template import ABSENT, Template, evolve


@dataclass(frozen=True, slots=True)
class Failure:
    """Why Meta did not take the last submission."""

    reason: str
    meta_code: int | None
    meta_subcode: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    template: Template
    created_at: datetime
    changed_at: datetime
    created_by: UserId | None = None
    """None: it was made at Meta."""
    failure: Failure | None = None
    overdue_at: datetime | None = None


def fold(row: Row | None, event: OfTemplate) -> Row:
    at = event.happened_at
    before = row or Row(ABSENT, at, at, event.drafted_by if isinstance(event, TemplateDrafted) else None)
    after = replace(before, template=evolve(before.template, event), changed_at=max(at, before.changed_at))
    match event:
        case TemplateSubmissionFailed():
            return replace(after, failure=Failure(event.reason, event.meta_code, event.meta_subcode, at))
        case TemplateSubmitted():
            return replace(after, failure=None, overdue_at=None)
        case TemplateReviewOverdue():
            return replace(after, overdue_at=at)
    return after
