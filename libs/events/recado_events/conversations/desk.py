"""The business number as conversations sees it: its rota and its queue."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.event import Event, Fact
from recado_events.ids import ConversationId, CustomerId, PhoneNumberId, UserId


class OfDesk(Event):
    STREAM: ClassVar[str] = "desk-{organisation_id}-{phone_number_id}"
    SUBJECT: ClassVar[str] = "{phone_number_id}"
    KEY: ClassVar[str] = "{organisation_id}:{phone_number_id}"

    phone_number_id: PhoneNumberId


class RotaMembersChosen(OfDesk):
    """Members in the order in which their turns come."""

    TYPE: ClassVar[str] = "conversations.rota-members-chosen.v1"
    members: tuple[UserId, ...]
    only_online: bool = False
    chosen_by: UserId
    chosen_at: AwareDatetime


class Skipped(Fact):
    user_id: UserId
    reason: str
    """inactive, offline, may_not_reply or not_registered."""


class RotaTurnTaken(OfDesk):
    """The rota's decision, as it was made. A replay reads it and never decides again."""

    TYPE: ClassVar[str] = "conversations.rota-turn-taken.v1"
    conversation_id: ConversationId
    customer_id: CustomerId
    user_id: UserId
    candidates: tuple[UserId, ...]
    skipped: tuple[Skipped, ...]
    pointer_before: int
    pointer_after: int
    from_queue: bool
    taken_at: AwareDatetime


class ConversationQueued(OfDesk):
    """Nobody is eligible: it waits, and is drained oldest first the moment somebody is."""

    TYPE: ClassVar[str] = "conversations.conversation-queued.v1"
    conversation_id: ConversationId
    customer_id: CustomerId
    skipped: tuple[Skipped, ...]
    contact_owner_id: UserId | None = None
    """Who owns the contact and is not eligible either; it is theirs if they become so first."""
    queued_at: AwareDatetime


class ConversationDequeued(OfDesk):
    """It no longer waits for the rota: somebody took it by hand, its contact's owner got it, or it was closed."""

    TYPE: ClassVar[str] = "conversations.conversation-dequeued.v1"
    conversation_id: ConversationId
    customer_id: CustomerId
    reason: str
    dequeued_at: AwareDatetime
