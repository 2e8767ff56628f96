"""The platform's memory: tables of entities over append-only JSONL files, so that a restart keeps everything.

Two files: the log of accepted sends is the ground truth a test compares with, the journal beside it holds the rest.
"""

import json
import os
from pathlib import Path
from typing import IO, TypeVar, cast

from . import entities
from .entities import Customer, Delivery, Entity, Send, StatusShown
from .signing import JsonObject

E = TypeVar("E", bound=Entity)
TRAFFIC = ("Customer", "Window", "Inbound", "Send", "StatusShown", "Delivery", "MediaFile", "ClockPush", "Submission")


class Journal:
    """An append-only JSONL file; a line torn by a kill is cut off when the file is opened again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = path.open("a+b")

    def records(self) -> list[JsonObject]:
        self._file.seek(0)
        text = self._file.read()
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            os.ftruncate(self._file.fileno(), whole)
        return [cast(JsonObject, json.loads(line)) for line in text[:whole].splitlines()]

    def append(self, record: JsonObject) -> None:
        self._file.write(json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
        self._file.flush()

    def clear(self) -> None:
        os.ftruncate(self._file.fileno(), 0)

    def close(self) -> None:
        self._file.close()


class Store:
    """Tables by entity kind. What is put is journalled first, then visible."""

    def __init__(self, sends_log: Path) -> None:
        self._sends_log = Journal(sends_log)
        self._journal = Journal(sends_log.with_name(sends_log.name + ".state"))
        self._tables: dict[str, dict[str, Entity]] = {}
        self._aliases: dict[str, str] = {}
        self._aliases_of: dict[str, list[str]] = {}
        self.shown: dict[str, list[StatusShown]] = {}
        for record in self._journal.records():
            kind = cast(type[Entity], getattr(entities, record["kind"]))
            self._remember(kind.model_validate(record["value"]))
        for record in self._sends_log.records():
            self._remember(Send.model_validate(record))

    @property
    def media_folder(self) -> Path:
        folder = self._sends_log.path.with_name(self._sends_log.path.name + ".media")
        folder.mkdir(exist_ok=True)
        return folder

    def find(self, kind: type[E], entity_id: str) -> E | None:
        return cast("E | None", self._tables.get(kind.__name__, {}).get(entity_id))

    def all(self, kind: type[E]) -> list[E]:
        return cast("list[E]", list(self._tables.get(kind.__name__, {}).values()))

    def count(self, kind: type[Entity]) -> int:
        return len(self._tables.get(kind.__name__, {}))

    def customer_by_alias(self, alias: str) -> Customer | None:
        """The person with this wa_id or business-scoped user id."""
        found = self._aliases.get(alias)
        return self.find(Customer, found) if found else None

    def put(self, entity: Entity) -> None:
        if isinstance(entity, Send):
            self._sends_log.append(entity.model_dump(mode="json"))
        else:
            self._journal.append({"kind": type(entity).__name__, "value": entity.model_dump(mode="json")})
        self._remember(entity)

    def clear(self, kinds: tuple[str, ...] | None = None) -> None:
        """Forget these kinds (all when None) and rewrite the files."""
        kept = (
            []
            if kinds is None
            else [e for kind, rows in self._tables.items() if kind not in kinds for e in rows.values()]
        )
        self._journal.clear()
        self._sends_log.clear()
        self._tables, self._aliases, self._aliases_of, self.shown = {}, {}, {}, {}
        for entity in kept:
            self.put(entity)

    def close(self) -> None:
        self._journal.close()
        self._sends_log.close()

    def _remember(self, entity: Entity) -> None:
        table = self._tables.setdefault(type(entity).__name__, {})
        if isinstance(entity, Delivery) and entity.done:
            table.pop(entity.id, None)
            return
        if isinstance(entity, Customer):
            self._index(entity)
        if isinstance(entity, StatusShown):
            self.shown.setdefault(entity.wamid, []).append(entity)
        table[entity.id] = entity

    def _index(self, customer: Customer) -> None:
        for stale in self._aliases_of.get(customer.id, []):
            if self._aliases.get(stale) == customer.id:
                del self._aliases[stale]
        current = [alias for alias in (customer.wa_id, *customer.user_ids.values()) if alias]
        self._aliases_of[customer.id] = current
        self._aliases.update(dict.fromkeys(current, customer.id))
