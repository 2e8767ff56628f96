"""What stands in the value of a change: which of its lists hold updates, whose number it is, what belongs to all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from recado_events.inbound import InboundType

from gateway.adapters.door.scanning import Document, Node, Plan

CONTEXT_BYTES = 16 * 1024
"""What is larger is not copied to every update: contacts are left aside then, a value with such metadata whole."""

_ERRORS = {"errors": InboundType.ERROR}
_PARTS: Mapping[str, Mapping[str, InboundType]] = {
    "messages": {"messages": InboundType.MESSAGE, "statuses": InboundType.STATUS, **_ERRORS},
    "smb_message_echoes": {"message_echoes": InboundType.ECHO, **_ERRORS},
    "user_preferences": {"user_preferences": InboundType.PREFERENCE, **_ERRORS},
    "history": {"history": InboundType.HISTORY, "messages": InboundType.HISTORY, **_ERRORS},
}
"""By field: the lists whose elements are updates of their own."""
_WHOLE = {"smb_app_state_sync": InboundType.HISTORY}
_SHARED = frozenset({"messaging_product", "metadata"})
_LISTS = ("contacts", *dict.fromkeys(name for parts in _PARTS.values() for name in parts))

PLAN: Plan = {name: [None] for name in _LISTS}


class Part(NamedTuple):
    """One update of a value."""

    kind: InboundType
    node: Node


class Value:
    """A value that is an object; `parts` is empty where it is an update as a whole, of the kind `whole`."""

    def __init__(self, field: str, members: Mapping[str, Node], document: Document) -> None:
        self._field = field
        self._members = members
        self._cut = document.cut
        self._lists = self._well_formed()
        self.whole = _WHOLE.get(field, InboundType.FIELD)
        self.contacts: Sequence[Node] = ()
        self.parts: Sequence[Part] = ()
        if "metadata" not in members or _may_be_shared(members["metadata"]):
            self.contacts = self._lists.get("contacts", ())
            self.parts = self._elements()

    @property
    def phone_number_id(self) -> str | None:
        """The business number it is about; not empty, and nobody's, where what stands there is no id."""
        metadata = self._told("metadata")
        told = metadata.get("phone_number_id") if isinstance(metadata, dict) else None
        return None if told is None else text_of(told) or "unreadable"

    @property
    def waba_id(self) -> str | None:
        """Where a partner is told of a customer's account, the entry's id is the partner's own."""
        account = self._told("waba_info") if self._field == "account_update" else None
        return text_of(account.get("waba_id")) if isinstance(account, dict) else None

    @property
    def metadata(self) -> bytes | None:
        node = self._members.get("metadata")
        return self._cut(node) if node else None

    def rest(self, contacts: Iterable[bytes]) -> bytes:
        """What no update takes along, as one object, with these contacts; empty where nothing is left."""
        taken = self._lists.keys() | _SHARED
        left = {name: self._cut(node) for name, node in self._members.items() if name not in taken}
        if alone := b",".join(contacts):
            left["contacts"] = b"[%s]" % alone
        members = b",".join(b"%s:%s" % (json.dumps(name).encode(), text) for name, text in left.items())
        return b"{%s}" % members if members else b""

    def _well_formed(self) -> Mapping[str, Sequence[Node]]:
        """The lists that are lists. One that is null is an empty one; any other thing hides nothing but itself."""
        names = {"contacts", *_PARTS.get(self._field, ())}
        read = {name: _items(node) for name, node in self._members.items() if name in names}
        if not all(map(_may_be_shared, read.get("contacts") or ())):
            read["contacts"] = None
        return {name: items for name, items in read.items() if items is not None}

    def _elements(self) -> Sequence[Part]:
        kinds = _PARTS.get(self._field, {})
        lists = [(kinds[name], items) for name, items in self._lists.items() if name in kinds]
        return [Part(kind, node) for kind, items in lists for node in items]

    def _told(self, name: str) -> Any:
        node = self._members.get(name)
        return node.value if node else None


def text_of(value: Any) -> str | None:
    """Meta's ids are texts of digits; a number of the same digits means the same."""
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int else None


def _items(node: Node) -> Sequence[Node] | None:
    """None where it is no list."""
    return () if node.items is None and node.value is None else node.items


def _may_be_shared(node: Node) -> bool:
    return isinstance(node.value, dict) and node.end - node.start <= CONTEXT_BYTES
