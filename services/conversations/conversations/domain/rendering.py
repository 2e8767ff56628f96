"""An approved template with values put in, and everything that would make Meta refuse it, found before (rule 18)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from unicodedata import category, normalize
from urllib.parse import quote

from recado_events.content import OutgoingTemplate, TemplateParameter
from recado_events.merging import NAMED, name_at_meta, tokens
from recado_events.merging import render as merged
from recado_events.templates import TemplateButton, TemplateForm

from conversations.domain.beginning_refusals import ValuesDoNotFit

LONGEST = {"header": 60, "body": 1024}
"""Characters as the customer reads them: code points after NFC."""
LONGEST_URL = 2_000
COPY_CODE = "copy_code"
_CODE = re.compile(r"[\x21-\x7e]+")
LONGEST_CODE = 15
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why it cannot be sent: missing_value, invalid_value, unknown_field or too_long."""

    kind: str
    detail: str
    field: str | None = None
    """The merge field, or the part of the template that is too long: header, body, buttons/0 and so on."""


@dataclass(frozen=True, slots=True)
class Rendering:
    content: OutgoingTemplate
    """With faults: as far as it goes, what is missing stands there by its name."""
    faults: tuple[Fault, ...] = ()

    def sendable(self) -> OutgoingTemplate:
        """Raises ValuesDoNotFit, which names every fault."""
        if self.faults:
            raise ValuesDoNotFit(errors=[told(fault) for fault in self.faults])
        return self.content


def told(fault: Fault) -> dict[str, str | None]:
    """As answers name it; it quotes no value."""
    return {"kind": fault.kind, "field": fault.field, "detail": fault.detail}


def render(form: TemplateForm, known: Mapping[str, str], given: Mapping[str, str]) -> Rendering:
    """`known`: values of the records, whose whitespace is tidied; `given`: what was typed for this message, which
    stands or falls as it is. Where neither has a value the field's fallback does."""
    values = _Values(form, known, given)
    header = None if form.header is None else merged(form.header, values.texts)
    body = merged(form.body, values.texts)
    content = OutgoingTemplate(
        name=form.name,
        language=form.language,
        parameters=(
            *_in_text("header", form.header or "", form, values.texts),
            *_in_text("body", form.body, form, values.texts),
            *_in_buttons(form.buttons, values),
        ),
        header=header,
        body=body,
        footer=form.footer,
        buttons=tuple(button.text or button.kind for button in form.buttons),
    )
    faults = [
        *values.faults,
        *_too_long("header", header or "", LONGEST["header"]),
        *_too_long("body", body, LONGEST["body"]),
        *_long_addresses(form.buttons, values.texts),
    ]
    return Rendering(content, tuple(faults))


@dataclass(slots=True)
class _Values:
    form: TemplateForm
    known: Mapping[str, str]
    given: Mapping[str, str]
    texts: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        wanted = dict.fromkeys(_wanted(self.form))
        fallbacks = {each.name: each.fallback for each in self.form.fields if each.fallback}
        for name in wanted:
            self.texts[name] = self._value(name, self.known.get(name), fallbacks.get(name))
        if any(button.kind == COPY_CODE for button in self.form.buttons):
            wanted[COPY_CODE] = None
            self.texts[COPY_CODE] = self._code(fallbacks.get(COPY_CODE))
        for name in self.given.keys() - wanted.keys():
            self.faults.append(Fault("unknown_field", "The template has no such field.", name))

    def _value(self, name: str, known: str | None, fallback: str | None) -> str:
        if name in self.given:
            value = normalize("NFC", self.given[name])
        else:
            value = tidy(known or "") or tidy(fallback or "")
            if not value:
                self.faults.append(Fault("missing_value", "Nothing is known to put here; give a value.", name))
                return f"#{{{name}}}"
        wrong = _wrong_with(value)
        if wrong:
            self.faults.append(Fault("invalid_value", wrong, name))
        return value

    def _code(self, fallback: str | None) -> str:
        """Never the button's own, which is what Meta's reviewers saw."""
        before = len(self.faults)
        code = self._value(COPY_CODE, None, fallback)
        if len(self.faults) > before:
            return code
        if not _CODE.fullmatch(code):
            told = "A code is of visible ASCII characters, without spaces."
            self.faults.append(Fault("invalid_value", told, COPY_CODE))
        else:
            self.faults += _too_long(COPY_CODE, code, LONGEST_CODE)
        return code


def _wanted(form: TemplateForm) -> list[str]:
    urls = [button.url or "" for button in form.buttons]
    return [name for text in (form.header or "", form.body, *urls) for name in tokens(text)]


def tidy(value: str) -> str:
    """As a record's value reads on one line: Meta takes no line breaks, tabs or runs of spaces."""
    readable = "".join(char for char in value if char.isspace() or category(char) != "Cc")
    return " ".join(normalize("NFC", readable).split())


def _wrong_with(value: str) -> str | None:
    if not value.strip():
        return "A value may not be empty."
    if any(category(char) in {"Cc", "Zl", "Zp"} for char in value):
        return "A value may not hold line breaks, tabs or other control characters."
    if " " * 5 in value:
        return "A value may not hold more than four spaces in a row."
    if _PLACEHOLDER.search(value):
        return "A value may not hold a placeholder such as {{1}}."
    return None


def _too_long(part: str, text: str, longest: int) -> list[Fault]:
    length = len(normalize("NFC", text))
    if length <= longest:
        return []
    return [Fault("too_long", f"{length} characters with its values put in, {longest} are allowed.", part)]


def _long_addresses(buttons: tuple[TemplateButton, ...], texts: Mapping[str, str]) -> list[Fault]:
    segments = {name: _segment(value) for name, value in texts.items()}
    addresses = [(index, merged(button.url, segments)) for index, button in enumerate(buttons) if button.url]
    return [fault for index, url in addresses for fault in _too_long(f"buttons/{index}", url, LONGEST_URL)]


def _segment(value: str) -> str:
    """An address takes its value as one segment of it."""
    return quote(value, safe="")


def _in_text(component: str, text: str, form: TemplateForm, values: Mapping[str, str]) -> list[TemplateParameter]:
    """A place each time a field stands there; in a template whose format is named, one for each name."""
    names = tokens(text)
    if form.parameter_format != NAMED:
        return [TemplateParameter(component=component, index=at, value=values[each]) for at, each in enumerate(names)]
    return [
        TemplateParameter(component=component, index=at, value=values[each], name=name_at_meta(each))
        for at, each in enumerate(dict.fromkeys(names))
    ]


def _in_buttons(buttons: tuple[TemplateButton, ...], values: _Values) -> list[TemplateParameter]:
    found = []
    for index, button in enumerate(buttons):
        if button.kind == COPY_CODE:
            code = values.texts[COPY_CODE]
            found.append(TemplateParameter(component="button", index=index, kind="coupon_code", value=code))
        for name in tokens(button.url or ""):
            value = _segment(values.texts[name])
            found.append(TemplateParameter(component="button", index=index, value=value))
    return found
