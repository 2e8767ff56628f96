"""Conversations: part of their customer's stream, of which at most one is open."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.conversations.customer import OfCustomer
from recado_events.ids import ConversationId, MessageId, UserId


class OfConversation(OfCustomer):
    conversation_id: ConversationId


class ConversationOpened(OfConversation):
    TYPE: ClassVar[str] = "conversations.conversation-opened.v1"
    initiated_by: str
    """customer, business (a template) or app (the phone app)."""
    previous_id: ConversationId | None = None
    opened_at: AwareDatetime


class ConversationAssigned(OfConversation):
    TYPE: ClassVar[str] = "conversations.conversation-assigned.v1"
    user_id: UserId
    how: str
    """rota, queue, contact_owner or person."""
    assigned_by: UserId | None = None
    previous_user_id: UserId | None = None
    assigned_at: AwareDatetime


class ConversationUnassigned(OfConversation):
    """It is open again and nobody's: who had it may not have it any more. Who gets it is told next, or it waits."""

    TYPE: ClassVar[str] = "conversations.conversation-unassigned.v1"
    user_id: UserId
    """Whose it was until now."""
    reason: str
    """inactive, may_not_reply or not_registered."""
    unassigned_at: AwareDatetime


class ConversationAnswered(OfConversation):
    """The customer answered what the business began: from `awaiting_reply` to `open`."""

    TYPE: ClassVar[str] = "conversations.conversation-answered.v1"
    answered_at: AwareDatetime


class ConversationClosed(OfConversation):
    TYPE: ClassVar[str] = "conversations.conversation-closed.v1"
    reason: str
    """person, inactivity or merged."""
    closed_by: UserId | None = None
    closed_at: AwareDatetime


class ConversationReopened(OfConversation):
    TYPE: ClassVar[str] = "conversations.conversation-reopened.v1"
    reopened_by: UserId | None = None
    reopened_at: AwareDatetime


class ConversationRead(OfConversation):
    """This user has seen everything up to this message; the counter starts after it."""

    TYPE: ClassVar[str] = "conversations.conversation-read.v1"
    user_id: UserId
    up_to_id: MessageId
    """The last message of the customer that was seen."""
    read_at: AwareDatetime
