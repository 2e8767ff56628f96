"""Filters as conditions on a conversation `c`, its customer `k`, that one's contact `p` and the viewer's mark `r`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conversations.adapters.postgres.sought import Sought
from conversations.adapters.postgres.superseding import THEIRS, WHO
from conversations.views.filters import CLOSING, Filters, View
from conversations.views.questions import Row, Viewer

_VIEWS: dict[View, str] = {
    "mine": "c.assignee = %(viewer)s",
    "unassigned": "c.assignee IS NULL AND c.state <> 'closed'",
    "awaiting": "c.state = 'awaiting_reply'",
    "closed": "c.state = 'closed'",
}
_ALONE: dict[tuple[str, ...], View] = {("awaiting_reply",): "awaiting", ("closed",): "closed"}
"""States that have an index of their own."""
_WINDOWS = {
    "open": "k.window_closes_at > %(now)s",
    "closing": "k.window_closes_at > %(now)s AND k.window_closes_at <= %(closing)s",
    "closed": "(k.window_closes_at IS NULL OR k.window_closes_at <= %(now)s)",
}
_DELIVERED, _TAKEN = "'{delivered,read,played}'", "'{accepted,sent,delivered,read,played}'"
LOST = f"""
    (('failed' = ANY (words) AND NOT words && {_DELIVERED})
     OR (NOT words && {_TAKEN}
         AND ('rejected' = ANY (words) OR ('unknown' <> ALL (words) AND words && '{{withdrawn,refused}}'))))"""
"""`domain.message.is_lost` of the array `words`."""
FAILED = f"""
    EXISTS (SELECT FROM view_inbox.failures f JOIN view_inbox.messages m USING (message_id)
            CROSS JOIN LATERAL (SELECT ARRAY (SELECT s.status FROM view_inbox.statuses s
                                              WHERE s.message_id = f.message_id) AS words) told
            WHERE f.organisation_id = c.organisation_id AND f.conversation_id = c.conversation_id
              AND m.direction <> 'in' AND m.target_id IS NULL AND {LOST} OFFSET 0)"""
_SHOWN = """
    NOT EXISTS (SELECT FROM view_inbox.revocations v WHERE v.target_id IN (m.message_id, m.wamid_id))"""
# OFFSET 0 keeps PostgreSQL from looking up all there is of a word that is in every second message.
TEXT = f"""
    (k.words @@ %(query)s::tsquery OR p.words @@ %(query)s::tsquery
     OR EXISTS (SELECT FROM (SELECT * FROM view_inbox.texts t WHERE t.conversation_id = c.conversation_id OFFSET 0) t
                JOIN view_inbox.messages m USING (message_id)
                WHERE t.words @@ %(query)s::tsquery AND {_SHOWN}
                  AND NOT EXISTS (SELECT FROM view_inbox.edits e WHERE e.content IS NOT NULL
                                  AND e.target_id IN (m.message_id, m.wamid_id)) OFFSET 0)
     OR EXISTS (SELECT FROM view_inbox.edits e
                JOIN view_inbox.messages m ON e.target_id IN (m.message_id, m.wamid_id)
                WHERE e.conversation_id = c.conversation_id AND m.conversation_id = c.conversation_id
                  AND e.words @@ %(query)s::tsquery AND {_SHOWN} OFFSET 0))"""
NUMBER = "k.numbers LIKE %(number)s"
CONTACT = f"k.contact_id = {WHO.format(contact_id='%(contact_id)s::uuid')}"
COMPANY = f"""
    EXISTS (SELECT FROM view_inbox.contact_companies b
            WHERE {THEIRS.format(column="b.contact_id", contact_id="k.contact_id")}
              AND b.company_id = %(company_id)s OFFSET 0)"""
STANDS = "s.organisation_id = %(organisation_id)s AND s.stage_id = ANY (%(stages)s)"
OWN_RECORD = " AND s.owner_id = %(viewer)s"
STAGE = f"""
    (EXISTS (SELECT FROM view_inbox.pipeline_records s
             WHERE {THEIRS.format(column="s.contact_id", contact_id="k.contact_id")} AND {STANDS} {{own}} OFFSET 0)
     OR EXISTS (SELECT FROM view_inbox.pipeline_records s
                WHERE s.conversation_id = c.conversation_id AND {STANDS} {{own}} OFFSET 0))"""


@dataclass(frozen=True, slots=True)
class Conditions:
    along: str
    """The one whose index gives the order in which conversations are looked at."""
    others: tuple[str, ...]
    values: Row


def conditions_of(viewer: Viewer, filters: Filters, now: datetime) -> Conditions:
    found = {**_whose(viewer, filters), **_which(filters), **_about(viewer, filters)}
    along = next((name for name in _INDEXED if name in found), None)
    others = tuple(sql for name, sql in found.items() if name != along)
    return Conditions(found[along] if along else "true", others, _values(viewer, filters, now))


_INDEXED = ("own", "mine", "owner", "awaiting", "unassigned", "closed", "channel")


def _whose(viewer: Viewer, filters: Filters) -> dict[str, str]:
    found: dict[str, str] = {} if filters.view == "all" else {filters.view: _VIEWS[filters.view]}
    if viewer.own_only:
        found["own"] = _VIEWS["mine"]
        found.pop("mine", None)
    if filters.owners:
        name, sql = ("owner", "c.assignee = %(owner)s") if len(filters.owners) == 1 else _any("assignee", "owners")
        found[name] = sql
    if filters.unassigned is not None:
        found["nobodys"] = f"c.assignee IS {'' if filters.unassigned else 'NOT '}NULL"
    return found


def _which(filters: Filters) -> dict[str, str]:
    found: dict[str, str] = {}
    if filters.states:
        alone = _ALONE.get(filters.states)
        found |= {alone: _VIEWS[alone]} if alone else dict([_any("state", "states")])
    if filters.channels:
        alone_at = ("channel", "c.phone_number_id = %(channel)s")
        found |= dict([alone_at if len(filters.channels) == 1 else _any("phone_number_id", "channels")])
    if filters.opened_from is not None:
        found["opened_from"] = "c.opened_at >= %(opened_from)s"
    if filters.opened_until is not None:
        found["opened_until"] = "c.opened_at < %(opened_until)s"
    if filters.windows:
        found["windows"] = f"({' OR '.join(_WINDOWS[window] for window in filters.windows)})"
    if filters.unread is not None:
        found["unread"] = f"c.received {'>' if filters.unread else '<='} coalesce(r.seen, 0)"
    if filters.failed is not None:
        found["failed"] = FAILED if filters.failed else f"NOT {FAILED}"
    if filters.text is not None:
        number = Sought.of(filters.text).number
        found["text"] = TEXT if number is None else f"({TEXT} OR {NUMBER})"
    return found


def _about(viewer: Viewer, filters: Filters) -> dict[str, str]:
    found: dict[str, str] = {}
    if filters.contact_id is not None:
        found["contact"] = CONTACT
    if filters.company_id is not None:
        found["company"] = COMPANY
    if filters.stages:
        found["stages"] = STAGE.format(own=OWN_RECORD if viewer.own_only else "")
    return found


def _any(column: str, name: str) -> tuple[str, str]:
    return name, f"c.{column} = ANY (%({name})s)"


def _values(viewer: Viewer, filters: Filters, now: datetime) -> dict[str, Any]:
    sought = None if filters.text is None else Sought.of(filters.text)
    return {
        "organisation_id": viewer.organisation_id,
        "viewer": viewer.user_id,
        "now": now,
        "closing": now + CLOSING,
        "owner": next(iter(filters.owners), None),
        "owners": list(filters.owners),
        "states": list(filters.states),
        "channel": next(iter(filters.channels), None),
        "channels": list(filters.channels),
        "active_from": filters.active_from,
        "active_until": filters.active_until,
        "opened_from": filters.opened_from,
        "opened_until": filters.opened_until,
        "contact_id": filters.contact_id,
        "company_id": filters.company_id,
        "stages": list(filters.stages),
        **({} if sought is None else sought.values(viewer.organisation_id)),
    }
