"""Builders of webhook bodies of every kind, with texts and names of our own; nothing here signs or sends.

Meta's contract, sections 4 to 12.
"""

from . import account, coexistence, contents, messages, other, statuses
from .coexistence import echo_body, history_body, preference_body
from .envelope import Line, Person, envelope, merged
from .gallery import PEOPLE, Wamids, every_kind
from .messages import message, message_body, messages_body, unsupported_body
from .statuses import status, status_body, statuses_body

__all__ = [
    "PEOPLE",
    "Line",
    "Person",
    "Wamids",
    "account",
    "coexistence",
    "contents",
    "echo_body",
    "envelope",
    "every_kind",
    "history_body",
    "merged",
    "message",
    "message_body",
    "messages",
    "messages_body",
    "other",
    "preference_body",
    "status",
    "status_body",
    "statuses",
    "statuses_body",
    "unsupported_body",
]
