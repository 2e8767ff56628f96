"""Streams that grow without an end, as they are kept between two loads: their states stay small."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import orjson
from pydantic import TypeAdapter
from recado_chassis.snapshots import Keeping, code_of

from billing.domain import counters, dealings, wallet, windows
from billing.domain.counters import Account, Number
from billing.domain.dealings import Dealings
from billing.domain.rating import delivery
from billing.domain.wallet import Wallet


def encoded(state: Any) -> bytes:
    return orjson.dumps(state, default=_plain, option=orjson.OPT_NON_STR_KEYS)


def _plain(part: Any) -> Any:
    return dict(part) if isinstance(part, Mapping) else list(part)


def _kept(state: type, *folded_by: ModuleType) -> Keeping:
    return Keeping(code_of(*folded_by), encoded, TypeAdapter(state).validate_json)


WALLET = _kept(Wallet, wallet)
"""It has an entry or two for every message."""
DEALINGS = _kept(Dealings, dealings, windows, delivery)
"""A window goes on with every message of the customer's."""
NUMBER, ACCOUNT = _kept(Number, counters), _kept(Account, counters)
"""They count messages and conversations."""
