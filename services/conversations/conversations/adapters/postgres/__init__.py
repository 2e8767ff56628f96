"""The tables behind the screens of conversations."""

from conversations.adapters.postgres.attachments import ATTACHMENTS, FiledAttachments
from conversations.adapters.postgres.projection import INBOX
from conversations.adapters.postgres.questions import InboxQuestions

__all__ = ["ATTACHMENTS", "INBOX", "FiledAttachments", "InboxQuestions"]
