"""The front desk of templates: finds what a decision needs, lets the rules decide, and appends their facts."""

from templates.application.listening import Listening, Reminding
from templates.application.shelf import Shelf
from templates.application.writing import Writing

__all__ = ["Listening", "Reminding", "Shelf", "Writing"]
