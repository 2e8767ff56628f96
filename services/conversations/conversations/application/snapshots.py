"""Streams that grow without an end, as they are kept between two loads: their states stay small.

Of customers nothing is kept: what they are called stands in their events alone (bad input 102).
"""

from __future__ import annotations

from pydantic import TypeAdapter
from pydantic_core import to_json
from recado_chassis.snapshots import Keeping, code_of

from conversations.domain import desk, rules
from conversations.domain.desk import Desk

DESK = Keeping(code_of(desk, rules), to_json, TypeAdapter(Desk).validate_json)
"""It has an event or two for every conversation."""
