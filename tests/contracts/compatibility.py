"""Whether today's contracts agree with every released one: old readers read new events, new readers read old events.

A writer's schema is compared closed and a reader's open. With open schemas on both sides every added member would count
as a break. `python -m tests.contracts.compatibility` prints what breaks and exits 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import jsoncompat
from recado_events.contracts.documents import CATALOGUE, schemas
from recado_events.contracts.json_schemas import READERS, WRITERS
from recado_events.contracts.listing import catalogue
from recado_events.contracts.releases import DIGESTS, Release, digests, releases

CONTRACTS = Path(__file__).parents[2] / "contracts"
FROZEN = ("stream", "subject", "key", "time")
"""What a type never changes beside its data: where it is stored, what isolates and orders it, when it happened."""


def old_readers_read(old_reader: str, new_writer: str) -> bool:
    """Whether every program that reads today goes on reading what is written tomorrow. Schemas as JSON texts."""
    return _agree(old_reader, new_writer, "serializer")


def new_readers_read(old_writer: str, new_reader: str) -> bool:
    """Whether every event ever stored can still be read: replays depend on it. Schemas as JSON texts."""
    return _agree(old_writer, new_reader, "deserializer")


def breaks(
    released: Iterable[Release], current: dict[str, str], listed: dict[str, Any], examples: dict[str, str]
) -> list[str]:
    """A sentence a break. `current`: schemas by path; `listed`: the catalogue; `examples`: digests by path."""
    found: list[str] = []
    for release in released:
        said = [
            *_schema_breaks(release.schemas(), current),
            *_catalogue_breaks(json.loads(release.text(CATALOGUE)), listed),
            *_example_breaks(json.loads(release.text(DIGESTS)), examples),
        ]
        found += [f"release {release.number}: {sentence}" for sentence in said]
    return found


def _schema_breaks(old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    for name in sorted(Path(path).stem for path in old if path.startswith(READERS.partition("{")[0])):
        reader, writer = READERS.format(type=name), WRITERS.format(type=name)
        if reader in new and not old_readers_read(old[reader], new[writer]):
            yield f"{name}: readers of then cannot read what is written now; give the new shape a new version"
    for name in sorted(Path(path).stem for path in old if path.startswith(WRITERS.partition("{")[0])):
        reader, writer = READERS.format(type=name), WRITERS.format(type=name)
        if reader in new and not new_readers_read(old[writer], new[reader]):
            yield f"{name}: what was written then cannot be read now; give the new shape a new version"


def _catalogue_breaks(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    topics = {topic["name"]: topic for topic in new["topics"]}
    for topic in old["topics"]:
        now = topics.get(topic["name"])
        if now is None:
            yield f"{topic['name']}: the topic is gone, and with it what others subscribed to"
            continue
        if now["partitions"] != topic["partitions"]:
            yield f"{topic['name']}: another count of partitions breaks the order of keys; more means a new version"
        yield from _type_breaks(topic, now)


def _type_breaks(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    types = {one["type"]: one for one in new["types"]}
    for one in old["types"]:
        name, now = one["type"], types.get(one["type"])
        if now is None:
            yield f"{name}: is no longer told on {old['name']}; a type keeps its name and its topic"
            continue
        for member in FROZEN:
            if one.get(member) != now.get(member):
                yield f"{name}: its {member} was {one.get(member)} and is {now.get(member)}; that needs a new version"


def _example_breaks(old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    for path, digest in old.items():
        if path not in new:
            yield f"{path}: the example is gone; events like it are stored for ever"
        elif new[path] != digest:
            yield f"{path}: the example was changed; bring back the released one"


def _agree(old: str, new: str, role: Literal["serializer", "deserializer"]) -> bool:
    return jsoncompat.check_compat(_comparable(old), _comparable(new), role)


def _comparable(text: str) -> str:
    schema = json.loads(text)
    return json.dumps(_plain({name: part for name, part in schema.items() if name not in {"$id", "$schema"}}))


def _formats_as_values(part: dict[str, Any]) -> dict[str, Any]:
    """jsoncompat passes over `format`. As a value of its own, each is part of all texts and apart from the others."""
    if part.get("type") != "string" or not isinstance(part.get("format"), str):
        return part
    return {"type": "string", "const": f"any {part['format']}"}


def _plain(schema: Any) -> Any:
    """With `anyOf` for `oneOf`: a discriminated union would else not even agree with itself."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if isinstance(schema, dict):
        parts = _formats_as_values(schema).items()
        return {"anyOf" if name == "oneOf" else name: _plain(part) for name, part in parts}
    return schema


def main() -> int:
    released = releases(CONTRACTS)
    found = breaks(released, schemas(), catalogue(), digests(CONTRACTS))
    for sentence in found:
        sys.stderr.write(sentence + "\n")
    if found:
        sys.stderr.write(
            "Only a release that nothing ever ran may be taken back: remove its folder and freeze it anew.\n"
        )
    sys.stdout.write(f"compatible with {len(released)} released versions\n" if not found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
