"""Released contracts: frozen copies that every later version must stay compatible with.

A release holds the catalogue, the digest of every example, and the schemas that are new or differ from the last one.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from recado_events.contracts.documents import CATALOGUE, as_json, schemas
from recado_events.contracts.folder import kept_examples

DIGESTS = "examples.json"
_SCHEMAS = "schemas"


@dataclass(frozen=True, slots=True)
class Release:
    """`contracts/released/<number>/`."""

    number: int
    folder: Path

    def schemas(self) -> dict[str, str]:
        """Path as in the folder of the contracts (`schemas/readers/…`) → text."""
        found = (self.folder / _SCHEMAS).rglob("*.json")
        return {path.relative_to(self.folder).as_posix(): path.read_text(encoding="utf-8") for path in found}

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


def releases(folder: Path) -> list[Release]:
    """All of them, the oldest first."""
    numbers = sorted(int(path.name) for path in (folder / "released").glob("[0-9]*") if path.is_dir())
    return [Release(number, folder / "released" / str(number)) for number in numbers]


def release(folder: Path) -> Release | None:
    """Freezes what is committed now as the next release; None where nothing changed since the last one."""
    earlier = releases(folder)
    texts = _changed(folder, earlier)
    if earlier and all(earlier[-1].text(name) == texts[name] for name in (CATALOGUE, DIGESTS)) and len(texts) == 2:
        return None
    number = earlier[-1].number + 1 if earlier else 1
    made = Release(number, folder / "released" / str(number))
    for path, text in texts.items():
        target = made.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return made


def digests(folder: Path) -> dict[str, str]:
    """Path of every example → SHA-256 of its bytes, hexadecimal."""
    texts = sorted(kept_examples(folder).items())
    return {path: sha256(text.encode()).hexdigest() for path, text in texts}


def _changed(folder: Path, earlier: list[Release]) -> dict[str, str]:
    last: dict[str, str] = {}
    for one in earlier:
        last |= one.schemas()
    changed = {path: text for path, text in schemas().items() if last.get(path) != text}
    catalogue = (folder / CATALOGUE).read_text(encoding="utf-8")
    return {CATALOGUE: catalogue, DIGESTS: as_json(digests(folder)), **changed}
