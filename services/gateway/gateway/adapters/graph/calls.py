"""Which call says it to Meta, and what its answer proves: messages and receipts, and blocks."""

from __future__ import annotations

from typing import Any, NamedTuple

from recado_events.content import Blocking, ReadReceipt
from recado_events.conversations import Released

from gateway.adapters.graph.bodies import message_body
from gateway.commands import Verdict
from gateway.domain import block_verdicts, verdicts


class GraphCall(NamedTuple):
    method: str
    edge: str
    """Of the business number."""
    body: dict[str, Any]


def call_of(released: Released, tag: str, media_id: str | None = None) -> GraphCall:
    """`media_id` is Meta's of the file that it sends.

    Raises ValueError for a kind that cannot be sent; the rules let none come so far.
    """
    if isinstance(released.content, Blocking):
        to = released.recipient
        user = {"user": f"+{to.wa_id.removeprefix('+')}"} if to.wa_id else {"user_id": to.user_id or ""}
        method = "POST" if released.content.blocked else "DELETE"
        return GraphCall(method, "block_users", {"messaging_product": "whatsapp", "block_users": [user]})
    return GraphCall("POST", "messages", message_body(released, tag, media_id))


def verdict_of(released: Released, status: int, body: bytes) -> Verdict:
    if isinstance(released.content, Blocking):
        return block_verdicts.of_answer(status, body, blocked=released.content.blocked)
    return verdicts.of_answer(status, body, names_message=not isinstance(released.content, ReadReceipt))
