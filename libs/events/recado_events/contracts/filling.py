"""Fills an event class with the story's values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, get_args

from pydantic.fields import FieldInfo

from recado_events.contracts import story
from recado_events.contracts.values import BY_EVENT, BY_NAME, PERSONAL
from recado_events.event import Event, Personal

_LATER = {
    "received_at": timedelta(seconds=2),
    "closes_at": story.DAY,
    "send_by": story.DAY,
    "old_signs_until": story.DAY,
    "free_until": 3 * story.DAY,
}


class ValueMissing(LookupError):
    """A member without a value in the story; the text says where to add one."""


def filled(kind: type[Event], moment: datetime, changes: Mapping[str, Any]) -> Event:
    """An event of that class that happened at `moment` (aware UTC). `changes` win over the story's values."""
    own = {**BY_EVENT.get(kind, {}), **changes}
    values = {name: _value(kind, name, field, moment, own) for name, field in kind.model_fields.items()}
    return kind.model_validate(values)


def _value(kind: type[Event], name: str, field: FieldInfo, moment: datetime, own: Mapping[str, Any]) -> Any:
    if name in own:
        return own[name]
    if name == "personal":
        return _personal(kind, field)
    if name.endswith("_at") or name in _LATER:
        return moment + _LATER.get(name, timedelta())
    if name in BY_NAME:
        return BY_NAME[name]
    if field.is_required():
        raise ValueMissing(f"{kind.__name__}.{name} has no value in the story: add one to BY_EVENT in {_HERE}")
    return field.get_default(call_default_factory=True)


def _personal(kind: type[Event], field: FieldInfo) -> Personal:
    for one in get_args(field.annotation):
        if one in PERSONAL:
            return PERSONAL[one]
    raise ValueMissing(f"{kind.__name__}.personal has no value in the story: add its class to PERSONAL in {_HERE}")


_HERE = "recado_events/contracts/values.py"
