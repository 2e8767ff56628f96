"""Who is blocked, since when and by whom."""

from __future__ import annotations

from recado_events import conversations as told

from conversations.views.change import Change, Changes, changes, of_customer


def _block(event: told.OfCustomer, *, blocked: bool, **about: object) -> Change:
    usual = {"settled_by": None, "evidence": None, "refused_code": None}
    return of_customer(event, "block", blocked=blocked, settled_at=event.happened_at, **{**usual, **about})


@changes.register
def _(event: told.CustomerBlocked, position: int) -> Changes:
    yield _block(event, blocked=True, settled_by=event.blocked_by, evidence=event.evidence)


@changes.register
def _(event: told.CustomerUnblocked, position: int) -> Changes:
    yield _block(event, blocked=False, settled_by=event.unblocked_by)


@changes.register
def _(event: told.BlockRefused, position: int) -> Changes:
    yield _block(event, blocked=not event.blocked, refused_code=event.meta_code)
