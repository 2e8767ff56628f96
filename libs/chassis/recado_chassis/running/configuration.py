"""`python -m recado_chassis.running.configuration <page>` writes what each variable means, from the settings models."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import NoDecode

from recado_chassis.files import FileSettings
from recado_chassis.running import installed
from recado_chassis.settings import DatabaseSettings, EnvironmentSettings, KafkaSettings, ServiceSettings

Fields = Mapping[str, FieldInfo]

_BEGINNING = """\
# Configuration

Every process is told what it needs by its environment, once, at its start. A variable that is empty counts as not
given. What does not fit ends the process with exit code 2 and a line that names the variable and never its value.
Variables marked *secret* are masked wherever settings are shown. JSON is written on one line: `["first", "second"]`.

This page is written from the settings models by `make variables`; `make check` fails when they have gone apart.
"""
_END = """\
## Traces

OpenTelemetry's own variables switch traces on: `OTEL_TRACES_EXPORTER` names an exporter (`otlp`, `console`; `none`,
the default, is off), `OTEL_EXPORTER_OTLP_ENDPOINT` says where it sends to, `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`
and their like do what OpenTelemetry says. `OTEL_SDK_DISABLED=true` switches all off again.

## At a shell

The commands of `recado` read the same variables. Most need `RECADO_DATABASE` of the service they are about, some
`RECADO_KAFKA`; those that decide something (`parked retry`, `parked discard`, `rebuild`) need all that the service
itself is told.
"""
_HEAD = "| Variable | What to write | Default | What it means |\n|---|---|---|---|"
_PLAIN = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`", SecretStr: "text, *secret*"}


def page() -> str:
    """The whole page."""
    models = {name: installed.service(name).settings for name in sorted(installed.commands())}
    own = {name: _beyond((ServiceSettings, FileSettings), model) for name, model in models.items()}
    filing = [name for name, model in models.items() if FileSettings in model.__mro__]
    nothing = [name for name, fields in own.items() if not fields]
    parts = [_BEGINNING, "## Every service\n", _table(ServiceSettings.model_fields)]
    parts += [f"## {', '.join(filing)}: files\n", _table(_beyond((EnvironmentSettings,), FileSettings))]
    for name, fields in own.items():
        parts += [f"## {name}\n", _table(fields)] if fields else []
    parts += [f"## {', '.join(nothing)}\n\nNothing beyond what every service is told.\n"] if nothing else []
    return "\n".join([*parts, _END])


def undescribed() -> list[str]:
    """Variables whose model does not say what they mean."""
    models: list[type[EnvironmentSettings]] = [DatabaseSettings, KafkaSettings, ServiceSettings]
    models += [installed.service(name).settings for name in sorted(installed.commands())]
    found = {_variable(name) for model in models for name, field in model.model_fields.items() if not field.description}
    return sorted(found)


def main(arguments: Sequence[str]) -> int:
    """Exit code: 0 written, 2 called wrongly."""
    if len(arguments) != 1:
        print("give the page to write: docs/configuration.md", file=sys.stderr)  # noqa: T201 - a program's answer
        return 2
    Path(arguments[0]).write_text(page(), encoding="utf-8")
    return 0


def _beyond(known: Iterable[type[EnvironmentSettings]], model: type[EnvironmentSettings]) -> Fields:
    told = {name for each in known for name in each.model_fields}
    return {name: field for name, field in model.model_fields.items() if name not in told}


def _variable(name: str) -> str:
    return f"RECADO_{name.upper()}"


def _table(fields: Fields) -> str:
    """What has to be given comes first."""
    rows = sorted(fields.items(), key=lambda row: not row[1].is_required())
    return "\n".join([_HEAD, *(_row(name, field) for name, field in rows), ""])


def _row(name: str, field: FieldInfo) -> str:
    meaning = " ".join((field.description or "").split())
    return f"| `{_variable(name)}` | {_written(field.annotation, field.metadata)} | {_default(field)} | {meaning} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    match field.default:
        case bool():
            return f"`{str(field.default).lower()}`"
        case None | "" | {}:
            return ""
        case frozenset():
            return f"`{','.join(sorted(field.default))}`"
        case _:
            return f"`{field.default}`"


def _written(kind: Any, rules: Iterable[Any]) -> str:
    """How a value of this type is written in the environment."""
    rules, origin, parts = list(rules), get_origin(kind), get_args(kind)
    if origin is Annotated:
        nested = [rule for each in parts[1:] for rule in (each.metadata if isinstance(each, FieldInfo) else [each])]
        return _written(parts[0], nested)
    if origin in {Union, UnionType}:
        return _written(next(part for part in parts if part is not NoneType), rules)
    if origin is Literal:
        return "one of " + _listed(parts)
    if origin is frozenset:
        return f"some of {_listed(get_args(parts[0]))}, with commas"
    if origin is tuple:
        one = _written(parts[0], [])
        return f"{one}; one, or a JSON list" if NoDecode in rules else f"JSON list of {one}"
    if origin is dict:
        return "JSON object"
    return _PLAIN[kind] + _limits(rules)


def _limits(rules: list[Any]) -> str:
    told = [_limit(rule) for rule in rules]
    return "".join(f", {limit}" for limit in told if limit)


def _limit(rule: Any) -> str:
    match rule:
        case Ge(least):
            return f"{least} or more"
        case Gt(below):
            return f"above {below}"
        case Le(most):
            return f"{most} at most"
    return ""


def _listed(words: Iterable[Any]) -> str:
    return ", ".join(f"`{word}`" for word in words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
