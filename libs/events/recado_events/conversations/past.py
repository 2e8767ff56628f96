"""What was written in the phone app before the number came here: kept apart from all that is live."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from recado_events.content import Content
from recado_events.event import Event, Personal
from recado_events.identity import Alias
from recado_events.ids import MessageId, PhoneNumberId


class Past(Personal):
    wamid: str
    content: Content
    aliases: tuple[Alias, ...]
    """Of the person at the other end."""


class PastMessageImported(Event):
    """It opens nothing, counts nowhere, and nobody owns it. `thread_id` is made from the person's alias with a secret:
    whoever they turn out to be, their past is found by it."""

    TYPE: ClassVar[str] = "conversations.past-message-imported.v1"
    STREAM: ClassVar[str] = "past-{message_id}"
    SUBJECT: ClassVar[str] = "{thread_id}"
    KEY: ClassVar[str] = "{organisation_id}:{phone_number_id}"

    phone_number_id: PhoneNumberId
    thread_id: UUID
    message_id: MessageId
    kind: str
    by_business: bool
    status: str | None = None
    """Of the business's own: error, pending, sent, delivered, read or played, as the phone knew it."""
    occurred_at: AwareDatetime
    imported_at: AwareDatetime
    personal: Past | None
