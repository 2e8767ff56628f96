"""What the inbox shows, as a pure fold: each event becomes changes of rows, in whatever order facts come."""

from conversations.views import blocks, customers, messages, past, people, rules
from conversations.views.change import Change, changes
from conversations.views.questions import Questions, Viewer

__all__ = ["Change", "Questions", "Viewer", "blocks", "changes", "customers", "messages", "past", "people", "rules"]
