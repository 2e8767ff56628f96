"""How conversations of a business number live and end, as its administrators chose."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.conversations.desk import OfDesk
from recado_events.ids import UserId


class ConversationRulesChosen(OfDesk):
    """All rules of the number from here on, also those that stay as they were."""

    TYPE: ClassVar[str] = "conversations.conversation-rules-chosen.v1"
    close_after_seconds: int | None = None
    """A conversation in which nobody wrote for so long is closed (reason `inactivity`); None: never."""
    reopen_within_seconds: int | None = None
    """A closed one in which the customer writes within this time is reopened; None: a new one begins."""
    read_receipts: bool | None = None
    """Whether customers see that their messages were read; None: where whoever reads asks for it."""
    typing: bool = True
    """Whether customers see that somebody is typing."""
    chosen_by: UserId
    chosen_at: AwareDatetime
