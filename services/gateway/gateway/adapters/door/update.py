"""One update of a webhook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from recado_events.inbound import InboundType


class Update(NamedTuple):
    """One update. `text`, `metadata` and `contacts` are texts of the body; `told` is what `text` says, where it is an
    update of a list."""

    kind: InboundType
    waba_id: str
    phone_number_id: str | None
    field: str
    entry_time: int | None
    ordinal: int
    metadata: bytes | None
    contacts: Sequence[bytes]
    text: bytes
    told: Any
