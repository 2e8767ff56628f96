"""The front desk of conversations: looks up what a decision must be given, lets it decide, and appends its facts."""

from conversations.application.answering import Answering
from conversations.application.arriving import Arriving
from conversations.application.attaching import Attaching
from conversations.application.beginning import Beginning
from conversations.application.delivering import Delivering
from conversations.application.expiring import Expiring
from conversations.application.keeping import Keeping
from conversations.application.listening import Listening
from conversations.application.people import Draining, People
from conversations.application.ruling import Ruling, Silencing
from conversations.application.talking import Talking

__all__ = [
    "Answering",
    "Arriving",
    "Attaching",
    "Beginning",
    "Delivering",
    "Draining",
    "Expiring",
    "Keeping",
    "Listening",
    "People",
    "Ruling",
    "Silencing",
    "Talking",
]
