"""What templates shows, as a pure fold of its log."""

from templates.views.history import Line, line
from templates.views.questions import Filters, Questions
from templates.views.rows import Row, fold

__all__ = ["Filters", "Line", "Questions", "Row", "fold", "line"]
