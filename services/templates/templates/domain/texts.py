"""What header, body and footer may hold, and where their merge fields may stand (rule 18)."""

from __future__ import annotations

import re
from collections.abc import Collection

from recado_events.merging import FIELDS, FOREIGN, TOKEN, tokens
from recado_events.templates import TemplateForm

from templates.domain import limits, values
from templates.domain.violations import Violation, Violations, too_many

_STRAY = re.compile(r"\{\{|\}\}|#\{")


def body(form: TemplateForm) -> Violations:
    if not form.body.strip():
        yield Violation("body_missing", "body", "Write the message.")
        return
    yield from too_many("body_too_long", "body", "characters", limits.BODY, len(form.body))
    yield from _text("body", form.body, lines=True)
    yield from _places("body", form.body)


def header(form: TemplateForm) -> Violations:
    if form.header is None:
        return
    if not form.header.strip():
        yield Violation("header_empty", "header", "Write the header, or leave it out.")
        return
    yield from too_many("header_too_long", "header", "characters", limits.HEADER, len(form.header))
    found = len(tokens(form.header))
    yield from too_many("header_fields", "header", "merge field in a header", limits.HEADER_FIELDS, found)
    yield from _text("header", form.header, lines=False)


def footer(form: TemplateForm) -> Violations:
    if form.footer is None:
        return
    if not form.footer.strip():
        yield Violation("footer_empty", "footer", "Write the footer, or leave it out.")
        return
    yield from too_many("footer_too_long", "footer", "characters", limits.FOOTER, len(form.footer))
    yield from too_many("footer_fields", "footer", "merge fields in a footer", 0, len(tokens(form.footer)))
    yield from _text("footer", form.footer, lines=False)


def _text(where: str, text: str, *, lines: bool) -> Violations:
    if not values.is_clean(text, lines=lines):
        told = "Line breaks and control characters are not allowed here." if not lines else "Only letters and lines."
        yield Violation("characters_not_allowed", where, told)
    if stray_marks(text):
        yield Violation("braces", where, "`{{`, `}}` and `#{` only as parts of a merge field such as #{contact.name}.")


def stray_marks(text: str) -> bool:
    """Whether there is a mark that Meta, or a reader, would take for a field that is none."""
    return _STRAY.search(TOKEN.sub("\0", text)) is not None


def _places(where: str, text: str) -> Violations:
    """Neither first, nor last, nor beside another one: only text on both sides tells what a field is about."""
    around = [part.strip() for part in TOKEN.split(text)[::2]]
    if len(around) == 1:
        return
    if not around[0]:
        yield Violation("field_first", where, "The text may not begin with a merge field.")
    if not around[-1]:
        yield Violation("field_last", where, "The text may not end with a merge field.")
    if not all(around[1:-1]):
        yield Violation("fields_adjacent", where, "Between two merge fields there must be text.")


def used(form: TemplateForm) -> list[str]:
    """The merge fields of the whole form, as often as they stand there."""
    urls = (button.url or "" for button in form.buttons)
    return [name for text in (form.header or "", form.body, *urls) for name in tokens(text)]


def fields(form: TemplateForm, places: Collection[str]) -> Violations:
    """Every field that is used is known, and has a sample that Meta would take for a value."""
    names = used(form)
    yield from too_many("too_many_fields", "body", "merge fields", limits.FIELDS, len(names))
    given = {field.name: place for place, field in enumerate(form.fields)}
    if len(given) != len(form.fields):
        yield Violation("field_twice", "fields", "Describe each merge field once.")
    for name in dict.fromkeys(names):
        if name not in FIELDS and not (name in places and name.startswith(FOREIGN)):
            yield Violation("unknown_field", "body", f"There is no merge field {name[:60]}; see /template-fields.")
        if name not in given:
            yield Violation("sample_missing", "fields", f"Give a sample value of {name[:60]}.")
    for place, field in enumerate(form.fields):
        yield from _value(f"fields/{place}/sample", field.sample)
        if field.fallback is not None:
            yield from _value(f"fields/{place}/fallback", field.fallback)


def _value(where: str, value: str) -> Violations:
    fault = values.fault(value)
    if fault is not None:
        told = "A value has no line break, tab, five spaces in a row, or merge mark, and is not empty."
        yield Violation(f"value_{fault}", where, told)
