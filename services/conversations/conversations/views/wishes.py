"""Who wants no marketing, or wants it again, and since when (rule 38)."""

from __future__ import annotations

from recado_events import conversations as told

from conversations.views.change import Changes, changes, of_customer


@changes.register
def _(event: told.MarketingStopped, position: int) -> Changes:
    yield of_customer(event, "wish", wanted=False, told_at=event.stopped_at, evidence=event.evidence)


@changes.register
def _(event: told.MarketingResumed, position: int) -> Changes:
    yield of_customer(event, "wish", wanted=True, told_at=event.resumed_at, evidence=event.evidence)
