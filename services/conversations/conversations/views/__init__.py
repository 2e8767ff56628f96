"""What the inbox shows, as a pure fold: each event becomes changes of rows, in whatever order facts come."""

from conversations.views import blocks, customers, messages, past, people, records, rules, saved, statuses, wishes
from conversations.views.change import Change, changes
from conversations.views.filters import Filters, Place
from conversations.views.questions import Listed, Order, Questions, Viewer

__all__ = [
    "Change",
    "Filters",
    "Listed",
    "Order",
    "Place",
    "Questions",
    "Viewer",
    "blocks",
    "changes",
    "customers",
    "messages",
    "past",
    "people",
    "records",
    "rules",
    "saved",
    "statuses",
    "wishes",
]
