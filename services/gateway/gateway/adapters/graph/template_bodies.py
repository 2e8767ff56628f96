"""Templates as Meta's editor reads and writes them: components, with numbered places and what reviewers see there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from recado_events.merging import NAMED, address_at_meta, as_at_meta, name_at_meta, render, tokens
from recado_events.meta_templates import MetaContent, MetaExample
from recado_events.templates import TemplateButton, TemplateForm

Json = Mapping[str, Any]


def components_of(form: TemplateForm) -> list[dict[str, Any]]:
    samples = {field.name: field.sample for field in form.fields}
    components: list[dict[str, Any]] = []
    if form.header is not None:
        components.append({"type": "HEADER", "format": "TEXT", **_text_of("header", form.header, form, samples)})
    components.append({"type": "BODY", **_text_of("body", form.body, form, samples)})
    if form.footer is not None:
        components.append({"type": "FOOTER", "text": form.footer})
    if form.buttons:
        buttons = [_button_of(button, samples) for button in form.buttons]
        components.append({"type": "BUTTONS", "buttons": buttons})
    return components


def _text_of(part: str, text: str, form: TemplateForm, samples: Mapping[str, str]) -> dict[str, Any]:
    """With an example of each place: in their order, or by name, each once."""
    names = tokens(text)
    told: dict[str, Any] = {"text": as_at_meta(text, form.parameter_format)}
    if not names:
        return told
    if form.parameter_format == NAMED:
        once = dict.fromkeys(names)
        shown: list[Any] = [{"param_name": name_at_meta(each), "example": samples[each]} for each in once]
        return {**told, "example": {f"{part}_text_named_params": shown}}
    shown = [samples[name] for name in names]
    return {**told, "example": {f"{part}_text": [shown] if part == "body" else shown}}


def _button_of(button: TemplateButton, samples: Mapping[str, str]) -> dict[str, Any]:
    match button.kind:
        case "url":
            url = button.url or ""
            example = {"example": [render(url, samples)]} if tokens(url) else {}
            return {"type": "URL", "text": button.text, "url": address_at_meta(url), **example}
        case "phone_number":
            return {"type": "PHONE_NUMBER", "text": button.text, "phone_number": button.phone_number}
        case "copy_code":
            return {"type": "COPY_CODE", "example": button.code}
    return {"type": button.kind.upper(), "text": button.text}


def content_of(told: Json) -> MetaContent:
    """Whatever Meta's list shows; parts that cannot be filled here are named."""
    parts = [part for part in _list(told.get("components")) if isinstance(part, dict)]
    by_type = {_word(part.get("type")): part for part in reversed(parts)}
    header, body = by_type.get("HEADER", {}), by_type.get("BODY", {})
    buttons = [b for b in _list(by_type.get("BUTTONS", {}).get("buttons")) if isinstance(b, dict)]
    is_text = _word(header.get("format") or "TEXT") == "TEXT"
    named = _word(told.get("parameter_format")) == "NAMED"
    return MetaContent(
        header=_text(header.get("text")) if is_text else None,
        body=_text(body.get("text")) or "",
        footer=_text(by_type.get("FOOTER", {}).get("text")),
        buttons=tuple(_button(button) for button in buttons),
        parameter_format="named" if named else "positional",
        examples=tuple(_examples(header, body, buttons)),
        unsupported=tuple(_unsupported(header, by_type, buttons)),
    )


_TEXT_BUTTONS = frozenset({"QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE"})
_PARTS = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS"})


def _unsupported(header: Json, by_type: Mapping[str, Json], buttons: list[dict[str, Any]]) -> Iterator[str]:
    kind = _word(header.get("format") or "TEXT")
    if kind != "TEXT":
        yield f"header_{kind.lower()}"
    yield from sorted(kind.lower() for kind in by_type.keys() - _PARTS)
    yield from sorted(
        {f"button_{_word(b.get('type')).lower()}" for b in buttons if _word(b.get("type")) not in _TEXT_BUTTONS}
    )


def _button(told: Json) -> TemplateButton:
    example = told.get("example")
    example = example[0] if isinstance(example, list) and example else example
    kind = _word(told.get("type"))
    return TemplateButton(
        kind=kind.lower(),
        text=None if kind == "COPY_CODE" else _text(told.get("text")),
        url=_text(told.get("url")),
        phone_number=_text(told.get("phone_number")),
        code=_text(example) if kind == "COPY_CODE" else None,
    )


def _examples(header: Json, body: Json, buttons: list[dict[str, Any]]) -> Iterator[MetaExample]:
    for component, part in (("header", header), ("body", body)):
        example = part.get("example")
        if isinstance(example, dict):
            yield from _of_texts(component, example)
    for place, button in enumerate(buttons):
        shown, url = _list(button.get("example")), _text(button.get("url"))
        if shown and url and isinstance(shown[0], str):
            start = url.partition("{{")[0]
            yield MetaExample(component=f"button_{place}", name="1", value=shown[0].removeprefix(start))


def _of_texts(component: str, example: Json) -> Iterator[MetaExample]:
    rows = _list(example.get(f"{component}_text"))
    values = rows[0] if rows and isinstance(rows[0], list) else rows
    for place, value in enumerate(values, start=1):
        if isinstance(value, str):
            yield MetaExample(component=component, name=str(place), value=value)
    for told in _list(example.get(f"{component}_text_named_params")):
        if isinstance(told, dict) and isinstance(told.get("param_name"), str) and isinstance(told.get("example"), str):
            yield MetaExample(component=component, name=told["param_name"], value=told["example"])


def _word(value: Any) -> str:
    return value.upper() if isinstance(value, str) else ""


def _text(value: Any) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return value.replace("\0", "").encode("utf-8", "replace").decode() or None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
