"""Streams that grow without an end, as they are kept between two loads: their states stay small."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json
from recado_chassis.snapshots import Keeping, code_of

from conversations.domain import customer, desk, rules
from conversations.domain.customer import Customer
from conversations.domain.desk import Desk


def encoded(state: Any) -> bytes:
    return to_json(state, fallback=_plain)


def _plain(part: Any) -> Any:
    if isinstance(part, Mapping):
        return dict(part)
    raise TypeError(f"{type(part).__name__} cannot be kept")


def _kept(state: type, *folded_by: ModuleType) -> Keeping:
    return Keeping(code_of(*folded_by), encoded, TypeAdapter(state).validate_json)


DESK = _kept(Desk, desk, rules)
"""It has an event or two for every conversation."""
CUSTOMER = _kept(Customer, customer)
"""Their window goes on with every message, and people read."""
