"""The front desk of crm: finds the contact, lets the rules decide, and appends their facts."""

from crm.application.book import Book
from crm.application.listening import Listening
from crm.application.recording import Recording

__all__ = ["Book", "Listening", "Recording"]
