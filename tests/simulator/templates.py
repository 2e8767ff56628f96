"""Template sends: does the template exist in that language, is it approved, do the parameters fit.

Meta's contract, section 13.3.
"""

import re
from typing import Any

from .entities import Template
from .errors import refusal
from .parameters import Param, as_object
from .signing import JsonObject
from .world import World

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_UNUSABLE = {"PAUSED": (132015, "Template is paused due to low quality"), "DISABLED": (132016, "Template is disabled")}
_KINDS = ("header", "body", "button", "limited_time_offer", "carousel")
_FORBIDDEN = re.compile(r"[\n\t\r]| {5,}")


def check_template(world: World, waba_id: str, template: Param) -> Template:
    """The template that will be sent; raises Graph's refusal when it cannot be."""
    name = _named(template, "name")
    if not isinstance(template.value.get("language"), dict):
        raise refusal(131008, "Parameter 'language' is mandatory for type 'template'")
    language = _named(template.object("language"), "code")
    found = world.template(waba_id, name, language)
    if found is None:
        raise refusal(132001, f"template name ({name}) does not exist in {language}")
    if found.status in _UNUSABLE:
        raise refusal(*_UNUSABLE[found.status])
    if found.status != "APPROVED":
        raise refusal(132001, f"template name ({name}) is not approved in {language}")
    _check_components(found, template)
    return found


def _named(param: Param, key: str) -> str:
    if not param.value.get(key):
        raise refusal(131008, f"Parameter '{param.name(key)}' is mandatory for type 'template'")
    return param.text(key, 512)


def _check_components(template: Template, request: Param) -> None:
    given: dict[str, list[JsonObject]] = {kind: [] for kind in _KINDS}
    components = request.array("components") if "components" in request.value else []
    for index, component in enumerate(components):
        param = Param(f"template['components'][{index}]", as_object(component, f"template['components'][{index}]"))
        given[param.one_of("type", _KINDS)].append(param.value)
    _check_body(template, _parameters(given["body"]))
    _check_header(template, _parameters(given["header"]))
    _check_buttons(template, given["button"])


def _parameters(components: list[JsonObject]) -> list[JsonObject]:
    found: list[JsonObject] = []
    for component in components:
        listed = component.get("parameters", [])
        if not isinstance(listed, list):
            raise refusal(132012, "parameters must be an array")
        found += [as_object(parameter, "parameters") for parameter in listed]
    return found


def _check_body(template: Template, parameters: list[JsonObject]) -> None:
    _check_texts("body", template, list(dict.fromkeys(VARIABLE.findall(template.body))), parameters)
    fixed = VARIABLE.sub("", template.body)
    length = len(fixed) + sum(len(_shown(parameter)) for parameter in parameters)
    if length > 1024:
        raise refusal(132005, f"body: translated text is {length} characters long, at most 1024 are allowed")


def _check_header(template: Template, parameters: list[JsonObject]) -> None:
    if template.header in (None, "TEXT"):
        expected = VARIABLE.findall(template.header_text)
        _check_texts("header", template, expected, parameters)
        return
    kind = template.header.lower() if template.header else ""
    if len(parameters) != 1:
        raise _count("header", len(parameters), 1)
    if parameters[0].get("type") != kind or not isinstance(parameters[0].get(kind), dict):
        raise refusal(132012, f"header: Format mismatch, expected {kind.upper()}, received {parameters[0].get('type')}")


def _check_texts(where: str, template: Template, expected: list[str], parameters: list[JsonObject]) -> None:
    if len(parameters) != len(expected):
        raise _count(where, len(parameters), len(expected))
    names = [parameter.get("parameter_name") for parameter in parameters]
    if template.named and sorted(map(str, names)) != sorted(expected):
        raise refusal(132012, f"{where}: Parameter name is missing or unknown")
    for parameter in parameters:
        if not _shown(parameter) or _FORBIDDEN.search(_shown(parameter)):
            text = "Param text cannot be empty nor have new-line/tab characters or more than 4 consecutive spaces"
            raise refusal(132012, f"{where}: {text}")


def _check_buttons(template: Template, components: list[JsonObject]) -> None:
    dynamic = [index for index, url in enumerate(template.url_buttons) if VARIABLE.search(url)]
    urls = [component for component in components if component.get("sub_type") == "url"]
    given = [int(component["index"]) if str(component.get("index", "")).isdigit() else -1 for component in urls]
    for index in dynamic:
        if index not in given:
            raise refusal(131008, f"buttons: Button at index {index} of type Url requires a parameter")
        if given.count(index) > 1:
            raise _count(f"buttons: Button at index {index} of type Url", given.count(index), 1)
    for component in urls:
        _check_suffix(component)
    _check_codes(template, components)
    _check_replies(template, components)
    for index in given:
        if index not in dynamic:
            raise refusal(132000, f"buttons: Button at index {index} of type Url does not take a parameter")


def _check_suffix(component: JsonObject) -> None:
    parameters, index = _parameters([component]), component.get("index")
    if len(parameters) != 1:
        raise _count(f"buttons: Button at index {index} of type Url", len(parameters), 1)
    if parameters[0].get("type") != "text" or not _shown(parameters[0]).strip():
        raise refusal(131008, f"buttons: Button at index {index} of type Url requires a parameter")


def _check_codes(template: Template, components: list[JsonObject]) -> None:
    given = {
        str(component.get("index")): _parameters([component])
        for component in components
        if component.get("sub_type") == "copy_code"
    }
    if sorted(given) != sorted(str(index) for index in template.code_buttons):
        raise refusal(131008, "buttons: each button of type CopyCode requires a parameter, and no other does")
    for index, parameters in given.items():
        code = parameters[0].get("coupon_code") if len(parameters) == 1 else None
        if not isinstance(code, str) or not 1 <= len(code) <= 15:
            raise refusal(132018, f"buttons: Button at index {index} needs a coupon_code of at most 15 characters")


def _check_replies(template: Template, components: list[JsonObject]) -> None:
    for component in components:
        kind, index = component.get("sub_type"), str(component.get("index", ""))
        if kind not in ("url", "copy_code", "quick_reply"):
            raise refusal(132012, f"buttons: sub_type {kind} does not fit the template")
        if kind == "quick_reply" and (not index.isdigit() or int(index) >= len(template.url_buttons)):
            raise refusal(132000, f"buttons: there is no button at index {index}")


def _shown(parameter: JsonObject) -> str:
    kind = parameter.get("type")
    if kind == "text":
        return parameter["text"] if isinstance(parameter.get("text"), str) else ""
    fallback: Any = parameter.get(kind, {}) if kind in {"currency", "date_time"} else {}
    return str(fallback.get("fallback_value", "")) if isinstance(fallback, dict) else ""


def _count(where: str, given: int, expected: int) -> Exception:
    details = (
        f"{where}: number of localizable_params ({given}) does not match the expected number of params ({expected})"
    )
    return refusal(132000, details)
