"""Looks for what must not be there: words in their usual disguises, and shapes of tokens and ids that name people."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

SHAPES = {
    "a bearer token": re.compile(rb"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}"),
    "an access token": re.compile(rb"EAA[A-Za-z0-9]{20,}"),
    "a wamid": re.compile(rb"wamid\.[\w+/=]{6,}"),
}


class Seen(NamedTuple):
    what: str
    where: str


class Finding(NamedTuple):
    """`where` names a file and line, a topic and record, a table and column: it quotes nothing."""

    where: str
    data: bytes


@dataclass
class Scanner:
    """`words`: what each is, and the text itself; at least 8 characters, so that nothing is found by chance."""

    words: Mapping[str, str]
    looked_at: dict[str, int] = field(default_factory=dict)
    """How many pieces of each kind of place: a scanner that looked at nothing finds nothing."""

    def __post_init__(self) -> None:
        assert all(len(word) >= 8 for word in self.words.values()), "a word so short is found anywhere"
        self._disguises = [(what, disguise) for what, word in self.words.items() for disguise in disguises(word)]

    def scan(self, kind: str, findings: Iterable[Finding]) -> list[Seen]:
        seen: list[Seen] = []
        for finding in findings:
            self.looked_at[kind] = self.looked_at.get(kind, 0) + 1
            seen += [Seen(what, f"{kind}: {finding.where}") for what in self._in(finding.data)]
        return seen

    def _in(self, data: bytes) -> Iterator[str]:
        folded = data.decode("utf-8", "replace").lower().encode()
        yield from dict.fromkeys(what for what, hidden in self._disguises if hidden in folded or hidden in data)
        yield from (what for what, shape in SHAPES.items() if shape.search(data))


def disguises(word: str) -> set[bytes]:
    """As it is written in text, JSON, addresses, hexadecimal, and inside base64 at each of its three offsets."""
    raw = word.encode()
    escaped = "".join(character if character.isascii() else f"\\u{ord(character):04x}" for character in word)
    plain = {raw.lower(), escaped.lower().encode(), quote(word).lower().encode(), raw.hex().encode()}
    return plain | {base64.b64encode(b"\0" * offset + raw)[first:-4] for offset, first in ((0, 0), (1, 2), (2, 3))}
