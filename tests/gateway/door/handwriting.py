"""JSON as anybody may write it: other spaces, other escapes, other orders of members, the same meaning."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import Any

_SHORT = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPACES = ("", "", "", " ", "\n", "\t", "\r\n", "  ")


@dataclass(frozen=True)
class Written:
    """Text that stands as it is."""

    text: str


class Hand:
    """Writes every value another way; `random` decides."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def write(self, value: Any) -> str:
        match value:
            case Written(text):
                return text
            case str():
                return '"' + "".join(map(self._character, value)) + '"'
            case dict():
                members = [(self.write(name), self.write(member)) for name, member in value.items()]
                self._random.shuffle(members)
                return self._listed("{", [f"{n}{self._space()}:{self._space()}{m}" for n, m in members], "}")
            case list():
                return self._listed("[", [self.write(element) for element in value], "]")
            case _:
                return json.dumps(value)

    def _listed(self, first: str, parts: list[str], last: str) -> str:
        return first + self._space() + f"{self._space()},{self._space()}".join(parts) + self._space() + last

    def _space(self) -> str:
        return self._random.choice(_SPACES)

    def _character(self, character: str) -> str:
        plain = character >= " " and character not in '"\\' and not "\ud800" <= character <= "\udfff"
        ways = [character] * 4 if plain else []
        if character in _SHORT:
            ways.append(_SHORT[character])
        return self._random.choice([*ways, self._escaped(character)])

    def _escaped(self, character: str) -> str:
        form = self._random.choice(["\\u{:04x}", "\\u{:04X}"])
        units = character.encode("utf-16-be", "surrogatepass")
        return "".join(form.format(int.from_bytes(units[at : at + 2], "big")) for at in range(0, len(units), 2))
