"""A form as a whole: normalised, judged, rendered with its samples."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from recado_events.merging import render
from recado_events.templates import MergeField, TemplateButton, TemplateForm

from templates.domain import buttons, languages, limits, texts
from templates.domain.values import composed
from templates.domain.violations import Violation, Violations, too_many

CATEGORIES = ("MARKETING", "UTILITY")
"""Those the form offers; others come in by reconciling with Meta."""
_NAME = re.compile(r"[a-z0-9_]+")


def normalised(form: TemplateForm) -> TemplateForm:
    """The same in composed characters, and with line ends as Meta keeps them."""
    return form.model_copy(
        update={
            "header": _composed(form.header),
            "body": composed(form.body).replace("\r\n", "\n"),
            "footer": _composed(form.footer),
            "buttons": tuple(_button(button) for button in form.buttons),
            "fields": tuple(_field(field) for field in form.fields),
        }
    )


def _composed(text: str | None) -> str | None:
    return None if text is None else composed(text)


def _button(button: TemplateButton) -> TemplateButton:
    return button.model_copy(update={"text": _composed(button.text), "url": _composed(button.url)})


def _field(field: MergeField) -> MergeField:
    return field.model_copy(update={"sample": composed(field.sample), "fallback": _composed(field.fallback)})


def violations(form: TemplateForm, known_category: str = "", places: Collection[str] = ()) -> Violations:
    """Every limit it breaks, in the order of its members. What Meta made it is a category too; `places` are the fields
    of a template made elsewhere, which nobody offers."""
    yield from _name(form.name)
    if form.language not in languages.CODES:
        yield Violation("language", "language", "One of Meta's language codes, exactly: en_US, pt_BR …")
    if form.category not in (*CATEGORIES, known_category or CATEGORIES[0]):
        yield Violation("category", "category", f"One of {' and '.join(CATEGORIES)}.")
    yield from texts.header(form)
    yield from texts.body(form)
    yield from texts.footer(form)
    yield from texts.fields(form, places)
    yield from buttons.buttons(form)
    yield from _rendered(form)


def _name(name: str) -> Violations:
    yield from too_many("name_too_long", "name", "characters", limits.NAME, len(name))
    if not _NAME.fullmatch(name):
        yield Violation("name", "name", "Lower-case letters a to z, digits and underscores only.")


def _rendered(form: TemplateForm) -> Violations:
    shown = preview(form)
    if shown.length > limits.RENDERED:
        told = f"With its samples the message may have at most {limits.RENDERED} characters."
        yield Violation("rendered_too_long", "body", told, limits.RENDERED, shown.length)


@dataclass(frozen=True, slots=True)
class Preview:
    """The message as a customer would read it. `missing` fields have no sample and stand as typed."""

    header: str | None
    body: str
    footer: str | None
    buttons: tuple[TemplateButton, ...]
    missing: tuple[str, ...]

    @property
    def length(self) -> int:
        """Code points of the body, of which Meta takes 1,024."""
        return len(composed(self.body))


def preview(form: TemplateForm) -> Preview:
    """With samples in the place of values."""
    samples = {field.name: field.sample for field in form.fields}
    missing = [name for name in dict.fromkeys(texts.used(form)) if name not in samples]
    values = samples | {name: f"#{{{name}}}" for name in missing}
    return Preview(
        header=None if form.header is None else render(form.header, values),
        body=render(form.body, values),
        footer=form.footer,
        buttons=tuple(
            b if b.url is None else b.model_copy(update={"url": render(b.url, values)}) for b in form.buttons
        ),
        missing=tuple(missing),
    )
