"""The inbox moves from wherever it stands: nobody notices that somebody else has moved it meanwhile."""

from __future__ import annotations

from recado_chassis.storing import postgres_inbox


def plant() -> None:
    statement, where, _ = postgres_inbox._MOVE.partition("WHERE i.topic = m.topic AND i.partition = m.partition")
    assert where, "the statement is another one by now: plant the mistake there"
    postgres_inbox._MOVE = f"{statement}{where} RETURNING 1"
