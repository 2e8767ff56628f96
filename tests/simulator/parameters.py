"""Graph's first look at a parameter: is it there, of the right type, not too long, nothing unexpected in it.

Meta's contract, section 19 (100, 131008, 131009).
"""

from collections.abc import Iterable
from typing import Any, cast

from .errors import invalid_parameter, parameter_missing, refusal
from .signing import JsonObject


class Param:
    """A JSON object of a request under the name Graph gives it, such as `interactive['body']`."""

    def __init__(self, path: str, value: JsonObject) -> None:
        self.path, self.value = path, value

    def name(self, key: str) -> str:
        return f"{self.path}['{key}']"

    def only(self, *allowed: str) -> None:
        for key in self.value:
            if key not in allowed:
                raise invalid_parameter(f'Unexpected key "{key}" on param "{self.path}".')

    def object(self, key: str) -> "Param":
        if self.value.get(key) is None:
            raise parameter_missing(self.name(key))
        return Param(self.name(key), as_object(self.value[key], self.name(key)))

    def array(self, key: str) -> list[Any]:
        value = self.value.get(key)
        if value is None:
            raise parameter_missing(self.name(key))
        if not isinstance(value, list):
            raise invalid_parameter(f"Param {self.name(key)} must be an array.")
        return value

    def text(self, key: str, longest: int, *, shortest: int = 1) -> str:
        if self.value.get(key) is None:
            raise parameter_missing(self.name(key))
        return self._text(key, longest, shortest)

    def optional_text(self, key: str, longest: int, *, shortest: int = 0) -> str | None:
        return None if self.value.get(key) is None else self._text(key, longest, shortest)

    def one_of(self, key: str, allowed: Iterable[str]) -> str:
        value = self.text(key, 100)
        if value.lower() not in allowed:
            options = ", ".join(sorted(option.upper() for option in allowed))
            raise invalid_parameter(f'Param {self.name(key)} must be one of {{{options}}} - got "{value}".')
        return value.lower()

    def boolean(self, key: str) -> None:
        if not isinstance(self.value.get(key, False), bool):
            raise invalid_parameter(f"Param {self.name(key)} must be a boolean.")

    def number(self, key: str) -> float:
        value = self.value.get(key)
        if value is None:
            raise parameter_missing(self.name(key))
        try:
            return float(cast(str, value)) if not isinstance(value, bool) else float("nan")
        except (TypeError, ValueError) as error:
            raise invalid_parameter(f"Param {self.name(key)} must be a number.") from error

    def _text(self, key: str, longest: int, shortest: int) -> str:
        value = self.value[key]
        if not isinstance(value, str):
            raise invalid_parameter(f"Param {self.name(key)} must be a string.")
        if len(value) > longest:
            raise invalid_parameter(f"Param {self.name(key)} must be at most {longest} characters long.")
        if len(value.strip()) < shortest:
            raise invalid_parameter(f"Param {self.name(key)} must be at least {shortest} characters long.")
        return value


def as_object(value: object, path: str) -> JsonObject:
    if not isinstance(value, dict):
        raise invalid_parameter(f"Param {path} must be a JSON object.")
    return value


def content_of(body: JsonObject, kind: str) -> Param:
    """The object named like the message type, which must be there."""
    if body.get(kind) is None:
        raise refusal(131008, f"Parameter '{kind}' is mandatory for type '{kind}'")
    return Param(kind, as_object(body[kind], kind))


def refuse_value(details: str) -> Exception:
    return refusal(131009, details)
