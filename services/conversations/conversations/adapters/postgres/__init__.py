"""The tables behind the screens of conversations."""

from conversations.adapters.postgres.attachments import ATTACHMENTS
from conversations.adapters.postgres.projection import INBOX
from conversations.adapters.postgres.questions import InboxQuestions
from conversations.adapters.postgres.watched import WatchedViews

__all__ = ["ATTACHMENTS", "INBOX", "InboxQuestions", "WatchedViews"]
