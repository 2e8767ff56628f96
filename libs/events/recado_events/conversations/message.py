"""Messages: one stream each, whichever way they went."""

from __future__ import annotations

from typing import ClassVar

from recado_events.conversations.conversation import OfConversation
from recado_events.ids import MessageId


class OfMessage(OfConversation):
    STREAM: ClassVar[str] = "message-{message_id}"

    message_id: MessageId
