"""A wallet as it is kept between two loads: it has an entry or two for every message, and its state is small."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
from recado_chassis.snapshots import Keeping, code_of

from billing.domain import wallet
from billing.domain.wallet import Recharging, Wallet


def encoded(state: Wallet) -> bytes:
    return orjson.dumps(
        {
            "balances": dict(state.balances),
            "low": state.low,
            "crossing": state.crossing,
            "recharging": {name: getattr(state.recharging, name) for name in Recharging.__dataclass_fields__},
        }
    )


def decoded(told: bytes) -> Wallet:
    found: dict[str, Any] = orjson.loads(told)
    wishes = found["recharging"]
    in_flight = None if wishes["in_flight"] is None else UUID(wishes["in_flight"])
    recharging = Recharging(**{**wishes, "in_flight": in_flight, "day": date.fromisoformat(wishes["day"])})
    return Wallet(MappingProxyType(found["balances"]), found["low"], found["crossing"], recharging)


WALLET = Keeping(code_of(wallet), encoded, decoded)
