"""Attempts to make, without a database behind them: for the client of Graph alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from gateway.adapters.graph import GraphMessages, client_options
from gateway.application.accounts import Token
from gateway.application.ports import Claim, Due
from gateway.domain.tags import Tags
from recado_events.conversations import Released
from recado_events.envelope import Cause
from recado_events.ids import MessageId, OrganisationId

from tests.gateway.stage import NUMBER, customer_of
from tests.gateway.story import text
from tests.simulator.faults import Scope

ORGANISATION = OrganisationId(uuid4())
TAGS = Tags(b"t" * 32)
TO = "5511987650001"
MESSAGES = Scope(operation="messages")


def claim(token: str, released: Released | None = None) -> Claim:
    message = MessageId(uuid4())
    return Claim(
        due=Due(ORGANISATION, NUMBER, customer_of(TO), message, 0, None, Cause("test")),
        attempt=1,
        started_at=datetime.now(UTC),
        released=released or text(wa_id=TO),
        tag=TAGS.make(ORGANISATION, NUMBER, message, 1),
        token=Token(token),
    )


class Client:
    """`async with Client(url) as messages`; `deadline` is the call's, in seconds."""

    def __init__(self, url: str, deadline: float = 20.0, **changed: Any) -> None:
        self._http = httpx.AsyncClient(**{**client_options(8), **changed})
        self._messages = GraphMessages(self._http, url, "v25.0", deadline)

    async def __aenter__(self) -> GraphMessages:
        return self._messages

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()


def always() -> bool:
    return True
