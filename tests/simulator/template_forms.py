"""Templates as they are given to the editor: what Meta takes, and what sends are checked against afterwards.

Meta's contract, section 15: limits, places of variables, examples, groups of buttons.
"""

import re
from itertools import pairwise
from typing import Any

from .errors import GraphError
from .signing import JsonObject
from .templates import VARIABLE

_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
_CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
_BUTTONS = {"QUICK_REPLY": 10, "URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1}
_LIMITS = {"HEADER": 60, "BODY": 1024, "FOOTER": 60}


def unfit(details: str, subcode: int | None = None) -> GraphError:
    """The editor's refusal: code 100, with a subcode where Meta has one."""
    return GraphError(100, "Invalid parameter", subcode=subcode, details=details)


def named(body: JsonObject) -> tuple[str, str, str]:
    """Name, language and category of a new template."""
    name, language, category = (body.get(member) for member in ("name", "language", "category"))
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise unfit("Message template name can only have lowercase letters, digits and underscores")
    if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
        raise unfit(f"Param language must be a supported language - got {language}")
    return name, language, category_of(category)


def category_of(told: Any) -> str:
    if not isinstance(told, str) or told.upper() not in _CATEGORIES:
        raise unfit(f"Param category must be one of {{{', '.join(_CATEGORIES)}}} - got {told}")
    return told.upper()


def read_form(body: JsonObject) -> JsonObject:
    """The members of the entity that follow from `components`."""
    listed = body.get("components")
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise unfit("Param components must be an array of objects")
    is_named = str(body.get("parameter_format", "positional")).lower() == "named"
    parts: dict[str, JsonObject] = {}
    for component in listed:
        kind = str(component.get("type", "")).upper()
        if kind not in (*_LIMITS, "BUTTONS") or kind in parts:
            raise unfit(f"component of type {kind} is unknown or there twice")
        parts[kind] = component
    if "BODY" not in parts:
        raise unfit("component of type BODY is missing")
    for kind in _LIMITS.keys() & parts.keys():
        _check_text(kind, parts[kind], is_named=is_named)
    buttons = _buttons(parts.get("BUTTONS", {}))
    header = parts.get("HEADER", {})
    return {
        "components": listed,
        "body": parts["BODY"]["text"],
        "header": str(header.get("format", "TEXT")).upper() if header else None,
        "header_text": header.get("text", ""),
        "url_buttons": [str(button.get("url", "")) for button in buttons],
        "code_buttons": [place for place, button in enumerate(buttons) if button["type"] == "COPY_CODE"],
        "named": is_named,
    }


def _check_text(kind: str, part: JsonObject, *, is_named: bool) -> None:
    if kind == "HEADER" and str(part.get("format", "")).upper() != "TEXT":
        if str(part.get("format", "")).upper() not in ("IMAGE", "VIDEO", "DOCUMENT", "LOCATION"):
            raise unfit("HEADER needs a format", 2388047)
        return
    text = part.get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > _LIMITS[kind]:
        raise unfit(f"{kind} text must have 1 to {_LIMITS[kind]} characters", 2388040)
    if kind != "BODY" and "\n" in text:
        raise unfit(f"{kind} text has a new line", 2388047 if kind == "HEADER" else 2388073)
    variables = VARIABLE.findall(text)
    if kind == "FOOTER" and variables:
        raise unfit("FOOTER has variables", 2388073)
    if kind == "HEADER" and len(variables) > 1:
        raise unfit("HEADER has more than one variable", 2388047)
    _check_places(text, variables, is_named=is_named)
    _check_examples(kind, part, variables, is_named=is_named)


def _check_places(text: str, variables: list[str], *, is_named: bool) -> None:
    if text.count("{{") != len(variables) or text.count("}}") != len(variables):
        raise unfit("text has malformed variables", 2388072)
    if not is_named and variables != [str(place) for place in range(1, len(variables) + 1)]:
        raise unfit("variables must be {{1}}, {{2}} and on in sequence", 2388072)
    if is_named and not all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in variables):
        raise unfit("variables must be lowercase names", 2388072)
    around = [part.strip() for part in VARIABLE.sub("\0", text).split("\0")]
    if variables and (not around[0] or not around[-1]):
        raise unfit("Variables can't be at the start or end of the template", 2388299)
    if not all(around[1:-1]):
        raise unfit("Variables can't stand next to each other", 2388299)
    if len(variables) * 3 > len(VARIABLE.sub(" ", text).split()) + 3 * len(variables) // 2 + 1:
        raise unfit("too many variables for its length", 2388293)


def _check_examples(kind: str, part: JsonObject, variables: list[str], *, is_named: bool) -> None:
    example = part.get("example", {})
    if not isinstance(example, dict):
        raise unfit(f"{kind}: example must be an object")
    if is_named:
        given = [str(one.get("param_name")) for one in example.get(f"{kind.lower()}_text_named_params", [])]
        fits = sorted(given) == sorted(set(variables))
    else:
        rows = example.get(f"{kind.lower()}_text", [])
        values = rows[0] if kind == "BODY" and rows else rows
        fits = len(values) == len(variables) and all(isinstance(value, str) and value for value in values)
    if not fits:
        raise unfit(f"component of type {kind} is missing expected field(s) (example)", 2388043)


def _buttons(part: JsonObject) -> list[JsonObject]:
    buttons = part.get("buttons", [])
    if not isinstance(buttons, list) or len(buttons) > 10:
        raise unfit("at most 10 buttons")
    kinds = [str(button.get("type", "")).upper() for button in buttons]
    for kind, most in _BUTTONS.items():
        if kinds.count(kind) > most:
            raise unfit(f"at most {most} buttons of type {kind}")
    if not set(kinds) <= _BUTTONS.keys():
        raise unfit("a button of an unknown type")
    changes = sum(one != two for one, two in pairwise(kinds) if "QUICK_REPLY" in (one, two))
    if changes > 1:
        raise unfit("quick replies and other buttons must be grouped")
    for button, kind in zip(buttons, kinds, strict=True):
        _check_button(button, kind)
    return [{**button, "type": kind} for button, kind in zip(buttons, kinds, strict=True)]


def _check_button(button: JsonObject, kind: str) -> None:
    text, url = button.get("text"), str(button.get("url", ""))
    if kind != "COPY_CODE" and (not isinstance(text, str) or not 1 <= len(text) <= 25):
        raise unfit("button text must have 1 to 25 characters")
    if kind == "PHONE_NUMBER" and not re.fullmatch(r"\+\d{5,19}", str(button.get("phone_number", ""))):
        raise unfit("button phone_number must be a number with country code")
    if kind == "COPY_CODE" and not 1 <= len(str(button.get("example", ""))) <= 15:
        raise unfit("COPY_CODE needs an example of at most 15 characters")
    if kind == "URL":
        places = VARIABLE.findall(url)
        if not url.startswith(("https://", "http://")) or len(url) > 2000 or len(places) > 1:
            raise unfit("button url must be an address with at most one variable")
        if places and (not url.endswith("}}") or not button.get("example")):
            raise unfit("the variable of a url stands at its end and needs an example")
