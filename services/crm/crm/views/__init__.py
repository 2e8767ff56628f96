"""What crm shows, as a pure fold: each event becomes changes of rows."""

from __future__ import annotations

from recado_events.crm import OfContact
from recado_events.event import Event

from crm.views.change import Change, Changes
from crm.views.contacts import rows
from crm.views.entries import entry_changes
from crm.views.history import line
from crm.views.questions import EntryQuestions, Filters, Place, Questions, Row, Viewer

__all__ = ["Change", "EntryQuestions", "Filters", "Place", "Questions", "Row", "Viewer", "changes", "entry_changes"]


def changes(event: Event, position: int) -> Changes:
    """Events that no screen shows change nothing."""
    if isinstance(event, OfContact):
        yield from rows(event, position)
        yield line(event, position)
