"""Conversations whose number has rules, on a memory store: silence ends them, and they may go on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from conversations.application import Ruling
from conversations.commands import ChooseRules, CloseSilent
from recado_events.conversations import ConversationOpened, CustomerIdentified
from recado_events.event import Event
from recado_events.ids import ConversationId, CustomerId

from tests.conversations.business import Business
from tests.conversations.stage import ADMINISTRATOR, NUMBER, ORGANISATION

DAY = timedelta(days=1)


class Living(Business):
    def __init__(self) -> None:
        super().__init__()
        self.ruling = Ruling(self.scene)

    def rules(self, **chosen: Any) -> list[Event]:
        usual: dict[str, Any] = {"close_after": None, "reopen_within": None, "read_receipts": None, "typing": True}
        command = ChooseRules(
            organisation_id=ORGANISATION,
            phone_number_id=NUMBER,
            **{**usual, **chosen},
            by=ADMINISTRATOR.user_id,
            now=self.now,
        )
        return self.do(self.ruling.choose_rules, command)

    def is_silent(self, conversation_id: ConversationId | None = None, now: datetime | None = None) -> list[Event]:
        """The screen says so, rightly or not."""
        command = CloseSilent(
            organisation_id=ORGANISATION, conversation_id=conversation_id or self.talk(), now=now or self.now
        )
        return self.do(self.ruling.close_silent, command)

    def talk(self) -> ConversationId:
        """The conversation that was opened last."""
        opened: ConversationOpened = self.facts(ConversationOpened)[-1]
        return opened.conversation_id

    def somebody(self) -> CustomerId:
        """The only customer."""
        return self.one(CustomerIdentified).customer_id
