"""What must hold for a template to be written, changed and sent to Meta."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from recado_events.templates import TemplateForm

from templates.domain import forms, limits, texts
from templates.domain.account import Account
from templates.domain.refusals import EditedTooOften, NotEditable, TemplateInvalid, UnderReview, UnknownAccount
from templates.domain.template import DRAFT, Template
from templates.domain.violations import Violation
from templates.domain.words import APPROVED, PAUSED, PENDING, REJECTED


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is looked at beside the template itself."""

    account: Account
    is_name_taken: bool = False
    """By another template of the account, in the same language."""


def check_editable(template: Template) -> None:
    if template.state == PENDING:
        raise UnderReview
    if template.state not in (DRAFT, APPROVED, REJECTED, PAUSED) or unsupported(template):
        raise NotEditable


def unsupported(template: Template) -> tuple[str, ...]:
    written = template.live or template.form
    return written.unsupported if written else ()


def as_it_was_made(form: TemplateForm, template: Template) -> TemplateForm:
    """How its places are told apart is not for people to write."""
    before = template.live or template.form
    return form if before is None else form.model_copy(update={"parameter_format": before.parameter_format})


def places(template: Template) -> frozenset[str]:
    """The fields that it may have because it was made elsewhere."""
    return frozenset(name for form in (template.form, template.live) if form for name in texts.used(form))


def check(
    form: TemplateForm, template: Template, around: Surroundings, *, submits: bool, places: frozenset[str]
) -> None:
    if submits and not around.account.connected:
        raise UnknownAccount
    found = [*forms.violations(form, template.category, places), *_beside(form, template, around, submits=submits)]
    if found:
        raise TemplateInvalid(violations=[violation.told() for violation in found])


def _beside(form: TemplateForm, template: Template, around: Surroundings, *, submits: bool) -> Iterator[Violation]:
    if around.is_name_taken:
        yield Violation("name_taken", "name", "This account has a template of this name in this language.")
    live = template.live
    if live is not None and (form.name, form.language) != (live.name, live.language):
        yield Violation("name_fixed", "name", "Meta keeps name and language; duplicate the template instead.")
    if template.standing in (APPROVED, PAUSED) and form.category not in (template.category, live and live.category):
        yield Violation("category_fixed", "category", "The category of an approved template stays.")
    rows = len(around.account.rows)
    if submits and not template.counts and rows >= limits.ROWS:
        told = f"At most {limits.ROWS} templates an account; drafts and deleted ones do not count."
        yield Violation("too_many_templates", "waba_id", told, limits.ROWS, rows)


def check_edits(template: Template, now: datetime) -> None:
    last_day = [at for at in template.edits if at > now - limits.DAY]
    month = [at for at in template.edits if at > now - limits.MONTH]
    if len(last_day) >= limits.EDITS_A_DAY:
        raise EditedTooOften(again_at=(min(last_day) + limits.DAY).isoformat())
    if len(month) >= limits.EDITS_A_MONTH:
        raise EditedTooOften(again_at=(min(month) + limits.MONTH).isoformat())
