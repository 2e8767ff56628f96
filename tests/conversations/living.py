"""Conversations whose number has rules, on a memory store: silence ends them, and they may go on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from conversations.application import Ruling
from conversations.commands import BlockCustomer, ChooseRules, CloseSilent, MarkRead, NoteOutcome, Person, ShowTyping
from recado_events.conversations import BlockReleased, ConversationOpened, CustomerIdentified, MessageReceived
from recado_events.event import Event
from recado_events.ids import ConversationId, CustomerId, MessageId, UserId

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

    def blocks(self, blocked: bool = True, by: Person | UserId = ADMINISTRATOR) -> list[Event]:
        about = self.on(self.talk(), by)
        command = BlockCustomer(**about, message_id=MessageId(uuid4()), blocked=blocked)
        return self.do(self.talking.block_customer, command)

    def meta_says(self, outcome: str, code: int | None = None, of: BlockReleased | None = None) -> list[Event]:
        """Of a block that was asked for, or of the last one."""
        asked: BlockReleased = of or self.facts(BlockReleased)[-1]
        command = NoteOutcome(
            organisation_id=ORGANISATION,
            phone_number_id=NUMBER,
            customer_id=asked.customer_id,
            message_id=asked.message_id,
            outcome=outcome,
            reason="graph" if outcome == "rejected" else None,
            meta_code=code,
            wamid=None,
            wamid_id=None,
            aliases=(),
            occurred_at=self.now,
            now=self.now,
        )
        return self.do(self.delivering.note_outcome, command)

    def last_message(self) -> MessageId:
        """The customer's."""
        received: MessageReceived = self.facts(MessageReceived)[-1]
        return received.message_id

    def types(self, by: Person | UserId = ADMINISTRATOR) -> list[Event]:
        return self.do(self.talking.show_typing, ShowTyping(**self.on(self.talk(), by), answering=self.last_message()))

    def reads(self, by: Person | UserId = ADMINISTRATOR, notify: bool | None = None) -> list[Event]:
        about = self.on(self.talk(), by)
        return self.do(self.talking.mark_read, MarkRead(**about, up_to_id=self.last_message(), notify_customer=notify))
