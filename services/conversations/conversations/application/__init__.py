"""The front desk of conversations: looks up what a decision must be given, lets it decide, and appends its facts."""

from conversations.application.arriving import Arriving
from conversations.application.delivering import Delivering
from conversations.application.people import People
from conversations.application.talking import Talking

__all__ = ["Arriving", "Delivering", "People", "Talking"]
