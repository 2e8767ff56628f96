"""A business writes first: each message asks for its credits, leaves, and is delivered a little later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4, uuid5

from recado_chassis.mapper import Mapper
from recado_chassis.producing.headers import source_of, stored_headers
from recado_chassis.producing.records import Record
from recado_events import conversations as told
from recado_events.catalogue import CONVERSATIONS
from recado_events.content import OutgoingText
from recado_events.envelope import Cause, Envelope
from recado_events.event import Event
from recado_events.identity import Recipient
from recado_events.ids import (
    ConversationId,
    CustomerId,
    MessageId,
    OrganisationId,
    PhoneNumberId,
    TemplateId,
    UserId,
    WabaId,
)

LAG = 1_000
"""So many others ask before a message is delivered: question and delivery come in different batches."""
PER_SECOND = 20
"""Of the customers' clocks."""
FACTS, TOLD = 7, 2
"""Of each message: reserved and held, outreach; posted and rated, outreach, conversation. Others hear two of them."""
_SPACE = UUID("c7b9a8f6-60b5-5b7e-9a55-6f1e0d2c4b10")
_MAPPER = Mapper(told.PUBLISHED)


@dataclass(frozen=True)
class Wallet:
    """An organisation and its one number."""

    organisation_id: OrganisationId
    number: PhoneNumberId
    waba_id: WabaId


@cache
def wallet(place: int) -> Wallet:
    return Wallet(
        OrganisationId(uuid5(_SPACE, f"organisation {place}")),
        PhoneNumberId(f"10654{place:010d}"),
        WabaId(f"10229{place:010d}"),
    )


@dataclass(frozen=True)
class Sending:
    """The `index`-th message of a campaign, to a customer who gets no other one."""

    index: int
    wallet: Wallet
    at: datetime

    @property
    def message_id(self) -> MessageId:
        return MessageId(uuid5(self.wallet.organisation_id, f"message {self.index}"))

    def requested(self) -> Event:
        use = told.TemplateUse(
            template_id=TemplateId(uuid5(self.wallet.organisation_id, "template")),
            waba_id=self.wallet.waba_id,
            name="offer",
            language="pt_BR",
            category="MARKETING",
        )
        recipient = Recipient(wa_id=f"55119{60000000 + self.index}")
        return told.MessageRequested(
            **self._on(),
            kind="template",
            template=use,
            requested_by=UserId(uuid5(self.wallet.organisation_id, "agent")),
            requested_at=self.at,
            send_by=self.at + timedelta(minutes=15),
            personal=told.Released(content=OutgoingText(body="Temos novidades!"), recipient=recipient),
        )

    def delivered(self) -> Event:
        at = self.at + timedelta(seconds=3)
        pricing = told.Pricing(billable=True, pricing_model="PMP", type="regular", category="marketing")
        return told.MessageDelivered(**self._on(), joined_by="tag", occurred_at=at, received_at=at, pricing=pricing)

    def _on(self) -> dict[str, Any]:
        customer = uuid5(self.wallet.organisation_id, f"customer {self.index}")
        return {
            "organisation_id": self.wallet.organisation_id,
            "phone_number_id": self.wallet.number,
            "customer_id": CustomerId(customer),
            "conversation_id": ConversationId(uuid5(customer, "conversation")),
            "message_id": self.message_id,
        }


class Campaign:
    """In an order that never changes. Whoever takes some goes on where the last one stopped."""

    def __init__(self, wallets: int, begins: datetime | None = None) -> None:
        """All of it within one month, in UTC."""
        self.begins = begins or datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self._wallets = wallets
        self._index = 0
        self._position = 0

    @property
    def month(self) -> str:
        return f"{self.begins:%Y-%m}"

    def next(self, count: int) -> Iterator[Record]:
        """Questions and deliveries of so many messages, as the relay of conversations publishes them."""
        sendings = [self._next() for _ in range(count)]
        lag = min(LAG, count // 2)
        for place in range(count + lag):
            if place < count:
                yield self._record(sendings[place].requested(), 1)
            if place >= lag:
                yield self._record(sendings[place - lag].delivered(), 2)

    def _next(self) -> Sending:
        index, self._index = self._index, self._index + 1
        return Sending(index, wallet(index % self._wallets), self.begins + timedelta(seconds=index // PER_SECOND))

    def _record(self, event: Event, sequence: int) -> Record:
        self._position += 1
        envelope = Envelope(
            id=uuid4(),
            type=event.TYPE,
            subject=event.subject,
            time=event.happened_at,
            organisation_id=event.organisation_id,
            stream=event.stream,
            sequence=sequence,
            recorded_at=event.happened_at,
            cause=Cause("bench"),
        )
        head, data = _MAPPER.split(_MAPPER.encode(event, envelope))
        headers = stored_headers(head, self._position, source_of("conversations", "bench"))
        return Record(CONVERSATIONS.name, event.key.encode(), data, headers)


def wallets_of(count: int) -> Sequence[Wallet]:
    return [wallet(place) for place in range(count)]
