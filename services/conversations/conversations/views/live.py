"""What a screen is told while it is open: each event cut to what is shown, without wamids, recipients and decisions."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from recado_events import conversations as told
from recado_events.event import Event

from conversations.domain import noted, private, private_attachments

Name = Literal["message", "status", "attachment", "conversation", "customer", "contact", "team", "quick_reply"]
_PLACES = ("phone_number_id", "customer_id", "conversation_id", "message_id", "user_id", "quick_reply_id", "contact_id")
_STATUS: tuple[Name, tuple[str, ...]] = ("status", ("occurred_at",))
_CUTS: dict[type[Event], tuple[Name, tuple[str, ...]]] = {
    told.MessageReceived: ("message", ("kind", "occurred_at", "source_ordinal", "reply_to", "forwarded")),
    told.MessageEchoed: ("message", ("kind", "occurred_at", "source_ordinal", "reply_to")),
    told.MessageRequested: ("message", ("kind", "requested_by", "requested_at", "send_by")),
    told.MessageReleased: ("message", ("kind", "reply_to", "target_id", "released_by", "released_at", "send_by")),
    told.ReactionReceived: ("message", ("target_id", "by_business", "occurred_at")),
    told.MessageEdited: ("message", ("target_id", "by_business", "occurred_at")),
    told.MessageRevoked: ("message", ("target_id", "by_business", "occurred_at")),
    told.MessageSent: _STATUS,
    told.MessageDelivered: _STATUS,
    told.MessageRead: _STATUS,
    told.MessagePlayed: _STATUS,
    told.MessageFailed: ("status", ("occurred_at", "errors")),
    told.MessageWithdrawn: ("status", ("reason", "withdrawn_at")),
    told.MessageRefused: ("status", ("reason", "refused_at")),
    private.AcceptanceNoted: ("status", ("accepted_at",)),
    private.RejectionNoted: ("status", ("reason", "meta_code", "rejected_at")),
    private.UncertaintyNoted: ("status", ("reason", "noted_at")),
    told.ConversationOpened: ("conversation", ("initiated_by", "previous_id", "opened_at")),
    told.ConversationAssigned: ("conversation", ("user_id", "how", "assigned_by", "previous_user_id", "assigned_at")),
    told.ConversationUnassigned: ("conversation", ("user_id", "reason", "unassigned_at")),
    told.ConversationQueued: ("conversation", ("queued_at",)),
    told.ConversationDequeued: ("conversation", ("reason", "dequeued_at")),
    told.ConversationAnswered: ("conversation", ("answered_at",)),
    told.ConversationClosed: ("conversation", ("reason", "closed_by", "closed_at")),
    told.ConversationReopened: ("conversation", ("reopened_by", "reopened_at")),
    told.CustomerIdentified: ("customer", ("identified_at",)),
    told.CustomerRenamed: ("customer", ("renamed_at",)),
    told.CustomerBlocked: ("customer", ("evidence", "blocked_by", "blocked_at")),
    told.CustomerUnblocked: ("customer", ("unblocked_by", "unblocked_at")),
    told.BlockRefused: ("customer", ("blocked",)),
    told.MarketingStopped: ("customer", ("evidence", "stopped_at")),
    told.MarketingResumed: ("customer", ("evidence", "resumed_at")),
    told.ServiceWindowOpened: ("customer", ("closes_at",)),
    told.ServiceWindowExtended: ("customer", ("closes_at",)),
    private.FreeEntryNoted: ("customer", ("free_until",)),
    told.CustomersMerged: ("customer", ("merged_id", "merged_at")),
    told.CustomerMergedInto: ("customer", ("survivor_id", "merged_at")),
    private_attachments.AttachmentNoted: (
        "attachment",
        ("state", "size", "mime_type", "flags", "reason", "noted_at"),
    ),
    noted.ContactSupersededNoted: ("contact", ("survivor_id", "customers", "noted_at")),
    told.UserRegistered: ("team", ("role", "profile_id", "registered_at")),
    told.UserRenamed: ("team", ("renamed_at",)),
    told.UserRoleAssigned: ("team", ("role", "profile_id", "assigned_at")),
    told.UserActivated: ("team", ("activated_at",)),
    told.UserDeactivated: ("team", ("deactivated_at",)),
    told.UserWentOnline: ("team", ("went_online_at",)),
    told.UserWentOffline: ("team", ("went_offline_at",)),
    told.QuickReplyWritten: ("quick_reply", ("shortcut", "title", "text", "file", "written_by", "written_at")),
    told.QuickReplyRemoved: ("quick_reply", ("removed_by", "removed_at")),
}
_WHENCE = ("referral", "referred_product")
"""Of the few messages that came from an ad or a catalogue."""
_PARTS: dict[str, Any] = {"file": {"attachment_id", "kind", "size", "mime_type", "name"}}
"""Of members that hold more than is shown."""
_OF_PERSONS = ("content", "emoji", "profile_name", "username", "book_name", "name")
_WITH_WORDS: frozenset[Name] = frozenset({"message", "customer", "team"})
TYPES = frozenset([told.ConversationRead.TYPE, *(event.TYPE for event in _CUTS)])
"""Everything that an open screen hears of, whether by itself or by a counter."""


class Cut(NamedTuple):
    name: Name
    data: dict[str, Any]
    """Values as JSON has them."""


def cut(event: Event) -> Cut | None:
    """None for what no screen shows."""
    found = _CUTS.get(type(event))
    if found is None:
        return None
    name, members = found
    if isinstance(event, told.MessageReleased) and event.template is not None:
        # The message is shown since it was asked for; now it has its credits.
        name, members = "status", ("released_at", "send_by")
    shown = event.model_dump(mode="json", include={each: _PARTS.get(each, True) for each in (*_PLACES, *members)})
    kind = event.TYPE.split(".")[1]
    return Cut(name, {"type": kind, **shown, **(_personal(event) if name in _WITH_WORDS else {})})


def _personal(event: Event) -> dict[str, Any]:
    """What people wrote, and what they call themselves; nothing once it was erased."""
    personal = getattr(event, "personal", None)
    if personal is None:
        return {}
    if isinstance(event, told.MessageReleased) and event.target_id is not None:
        return {"emoji": getattr(personal.content, "emoji", None)}
    shown: dict[str, Any] = personal.model_dump(mode="json", include={*_OF_PERSONS, *_WHENCE})
    return {name: value for name, value in shown.items() if value is not None or name not in _WHENCE}
