"""The 200 of an account (rule 19), counted anew from what happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from recado_events.event import Event
from recado_events.ids import TemplateId, WabaId
from recado_events.templates import (
    OfTemplate,
    TemplateDeleted,
    TemplateFound,
    TemplateSubmissionFailed,
    TemplateSubmitted,
)

from templates.domain.private import RequestTaken, TemplateCounted, TemplateUncounted

Account = tuple[UUID, WabaId]
LIMIT = 200


def _counts(events: Sequence[Event]) -> Iterator[tuple[Event, Account, set[TemplateId]]]:
    """After each event of a template: the account and those that count in it."""
    rows: defaultdict[Account, set[TemplateId]] = defaultdict(set)
    at_meta: set[TemplateId] = set()
    for event in events:
        if not isinstance(event, OfTemplate):
            continue
        account = (event.organisation_id, event.waba_id)
        match event:
            case TemplateSubmitted():
                rows[account].add(event.template_id)
            case TemplateFound() | RequestTaken():
                at_meta.add(event.template_id)
                rows[account].add(event.template_id)
            case TemplateSubmissionFailed() if event.template_id not in at_meta:
                rows[account].discard(event.template_id)
            case TemplateDeleted():
                rows[account].discard(event.template_id)
        yield event, account, rows[account]


def crowded(events: Sequence[Event]) -> list[str]:
    """Accounts where a submission made more than the limit; what is made at Meta may go beyond it."""
    found: dict[str, None] = {}
    before: dict[Account, int] = {}
    for event, account, rows in _counts(events):
        if isinstance(event, TemplateSubmitted) and before.get(account, 0) < len(rows) > LIMIT:
            found[account[1]] = None
        before[account] = len(rows)
    return list(found)


def miscounted(events: Sequence[Event]) -> list[TemplateId]:
    counted: set[TemplateId] = set()
    for event in events:
        if isinstance(event, TemplateCounted):
            counted.add(event.template_id)
        elif isinstance(event, TemplateUncounted):
            counted.discard(event.template_id)
    last = {account: set(rows) for _, account, rows in _counts(events)}
    return sorted(counted ^ {template for rows in last.values() for template in rows})
