"""A webhook's body as its updates, each with its own text and what belongs to it: nothing is refused, nothing lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from recado_events.inbound import InboundType

from gateway.adapters.door import usual, values
from gateway.adapters.door.people import matches, names_in
from gateway.adapters.door.scanning import Document, Node, Plan
from gateway.adapters.door.update import Update
from gateway.adapters.door.values import Value, text_of

__all__ = ["MOST_UPDATES", "TooManyUpdates", "Update", "taken_apart", "updates_of"]

OBJECT = "whatsapp_business_account"
MOST_UPDATES = 10_000
"""Ten times what Meta puts into one body."""
_PLAN: Plan = {"entry": [{"changes": [{"value": values.PLAN}]}]}


class TooManyUpdates(Exception):
    """More than MOST_UPDATES in one body."""


class _Frame(NamedTuple):
    """What stands around a value."""

    waba_id: str
    phone_number_id: str | None
    field: str
    entry_time: int | None


def updates_of(body: bytes) -> list[Update]:
    """In the order of the body; one of nobody where it is not made as Meta makes webhooks about WhatsApp. Raises
    Malformed or TooManyUpdates."""
    update = usual.update_of(body)
    return taken_apart(body) if update is None else [update]


def taken_apart(body: bytes) -> list[Update]:
    """As `updates_of`, for any body."""
    document = Document(body, _PLAN)
    splitter = _Splitter(document)
    entries = _entries(document.root)
    if entries is None:
        splitter.take_whole()
    for entry in entries or ():
        splitter.take_entry(entry)
    return splitter.found


def _entries(root: Node) -> Sequence[Node] | None:
    members = root.members or {}
    if "object" not in members or members["object"].value != OBJECT or "entry" not in members:
        return None
    return members["entry"].items


class _Splitter:
    def __init__(self, document: Document) -> None:
        self.found: list[Update] = []
        self._document = document

    def take_whole(self) -> None:
        self._add(_Frame("", None, "", None), InboundType.FIELD, self._document.root)

    def take_entry(self, entry: Node) -> None:
        members = entry.members or {}
        account = text_of(members["id"].value) if "id" in members else None
        time = members["time"].value if "time" in members else None
        frame = _Frame(account or "", None, "", time if type(time) is int else None)
        changes = members.get("changes")
        if changes is None or changes.items is None:
            self._add(frame, InboundType.FIELD, entry)
            return
        for change in changes.items:
            self._take_change(frame, change)

    def _take_change(self, frame: _Frame, change: Node) -> None:
        members = change.members or {}
        told = members["field"].value if "field" in members else None
        field = told if isinstance(told, str) else ""
        node = members.get("value")
        if node is None or node.members is None:
            self._add(frame._replace(field=field), InboundType.FIELD, node or change)
            return
        value = Value(field, node.members, self._document)
        frame = _Frame(value.waba_id or frame.waba_id, value.phone_number_id, field, frame.entry_time)
        if value.parts:
            self._take_parts(frame, value)
        else:
            self._add(frame, value.whole, node)

    def _take_parts(self, frame: _Frame, value: Value) -> None:
        self._require_room(len(value.parts))
        cut, metadata = self._document.cut, value.metadata
        contacts = [cut(contact) for contact in value.contacts]
        names = [names_in(part.kind, part.node.value) for part in value.parts]
        places = matches([contact.value for contact in value.contacts], names)
        for part, its in zip(value.parts, places, strict=True):
            self._add(frame, part.kind, part.node, metadata, [contacts[place] for place in its])
        matched = {place for its in places for place in its}
        rest = value.rest(text for place, text in enumerate(contacts) if place not in matched)
        if rest:
            self._require_room(1)
            self.found.append(Update(InboundType.FIELD, *frame, len(self.found), metadata, (), rest, None))

    def _add(
        self,
        frame: _Frame,
        kind: InboundType,
        node: Node,
        metadata: bytes | None = None,
        contacts: Sequence[bytes] = (),
    ) -> None:
        self._require_room(1)
        text = self._document.cut(node)
        self.found.append(Update(kind, *frame, len(self.found), metadata, contacts, text, node.value))

    def _require_room(self, count: int) -> None:
        if len(self.found) + count > MOST_UPDATES:
            raise TooManyUpdates
