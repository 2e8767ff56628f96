"""What billing shows, as a pure fold: each event becomes changes of rows."""

from __future__ import annotations

from recado_events.event import Event

from billing.views import charges, ledger, purchases
from billing.views.change import Change, Changes
from billing.views.questions import Questions, Row

__all__ = ["Change", "Questions", "Row", "changes"]


def changes(event: Event, position: int) -> Changes:
    """Events that no screen shows change nothing."""
    yield from ledger.rows(event, position)
    yield from charges.rows(event)
    yield from purchases.rows(event)
