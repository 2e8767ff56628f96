"""What the inbox shows, as a pure fold: each event becomes changes of rows, in whatever order facts come."""

from conversations.views import customers, messages, people, records, saved, statuses
from conversations.views.change import Change, changes
from conversations.views.filters import Filters, Place
from conversations.views.questions import Listed, Questions, Viewer

__all__ = [
    "Change",
    "Filters",
    "Listed",
    "Place",
    "Questions",
    "Viewer",
    "changes",
    "customers",
    "messages",
    "people",
    "records",
    "saved",
    "statuses",
]
