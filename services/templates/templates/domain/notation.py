"""Between two notations of one message: ours, with fields by name, and Meta's, with numbered places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from recado_events.merging import FOREIGN, address_at_meta, as_at_meta, tokens
from recado_events.meta_templates import MetaContent
from recado_events.templates import MergeField, TemplateButton, TemplateForm

_MARK = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_STRANGE = re.compile(r"[^a-z0-9_]")


def content_of(form: TemplateForm) -> MetaContent:
    """What Meta has of it, without the examples: in a foreign template's texts the marks are as they were."""
    buttons = tuple(b if b.url is None else b.model_copy(update={"url": address_at_meta(b.url)}) for b in form.buttons)
    return MetaContent(
        header=None if form.header is None else as_at_meta(form.header, form.parameter_format),
        body=as_at_meta(form.body, form.parameter_format),
        footer=form.footer,
        buttons=tuple(_as_listed(button) for button in buttons),
        parameter_format=form.parameter_format,
        unsupported=form.unsupported,
    )


def _as_listed(button: TemplateButton) -> TemplateButton:
    """Meta's list does not say the sample of a code."""
    return button.model_copy(update={"code": None})


def is_same(one: MetaContent, other: MetaContent) -> bool:
    """Whether they say the same to a customer."""
    return _compared(one) == _compared(other)


def _compared(content: MetaContent) -> MetaContent:
    buttons = tuple(_as_listed(button) for button in content.buttons)
    return content.model_copy(update={"examples": (), "buttons": buttons})


def form_of(content: MetaContent, name: str, language: str, category: str, known: TemplateForm | None) -> TemplateForm:
    """Meta's content as a form. Where it has as many places as `known`, they stay the fields that they were there;
    else each is a parameter that only a fallback fills until somebody says what it is."""
    examples = {(each.component, each.name): each.value for each in content.examples}
    known = known if known and known.parameter_format == content.parameter_format else None
    naming = _Naming(examples, known)
    header = None if content.header is None else naming.named("header", content.header, known.header if known else None)
    body = naming.named("body", content.body, known.body if known else None)
    buttons = tuple(_named_button(naming, place, button, known) for place, button in enumerate(content.buttons))
    return TemplateForm(
        name=name,
        language=language,
        category=category,
        header=header,
        body=body,
        footer=content.footer,
        buttons=buttons,
        fields=tuple(naming.fields.values()),
        parameter_format=content.parameter_format,
        unsupported=content.unsupported,
    )


def _named_button(naming: _Naming, place: int, button: TemplateButton, known: TemplateForm | None) -> TemplateButton:
    before = known.buttons[place] if known and place < len(known.buttons) else None
    url = None if button.url is None else naming.named(f"button_{place}", button.url, before.url if before else None)
    return button.model_copy(update={"url": url, "code": button.code or (before.code if before else None)})


class _Naming:
    """Gives places their fields, and collects what is known of these."""

    def __init__(self, examples: Mapping[tuple[str, str], str], known: TemplateForm | None) -> None:
        self.fields: dict[str, MergeField] = {}
        self._examples = examples
        self._known = {field.name: field for field in known.fields} if known else {}

    def named(self, component: str, text: str, before: str | None) -> str:
        marks: list[str] = _MARK.findall(text)
        kept = tokens(before) if before else []
        names = kept if len(kept) == len(marks) else [_foreign(component, mark) for mark in marks]
        for name, mark in zip(names, marks, strict=True):
            sample = self._examples.get((component, mark), mark)
            self.fields.setdefault(name, self._known.get(name) or MergeField(name=name, sample=sample))
        return _MARK.sub(_each(names), text)


def _each(names: Iterable[str]) -> Callable[[re.Match[str]], str]:
    left = iter(names)
    return lambda _: f"#{{{next(left)}}}"


def _foreign(component: str, mark: str) -> str:
    return f"{FOREIGN}{component}_{_STRANGE.sub('_', mark.lower())}"
