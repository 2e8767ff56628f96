"""What the members of the examples hold: by name for most, by event where the story wants something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recado_events import conversations as c
from recado_events import gateway as g
from recado_events import media as m
from recado_events.content import OutgoingText, ReadReceipt, Text
from recado_events.contracts import life, money, records, reviews, webhooks
from recado_events.contracts import story as s
from recado_events.event import Event, Personal
from recado_events.identity import Alias, Recipient

BY_NAME: Mapping[str, Any] = {
    **dict.fromkeys(("registered_by", "renamed_by", "granted_by", "withdrawn_by", "chosen_by", "started_by"), s.HELENA),
    **dict.fromkeys(("connected_by", "disconnected_by", "activated_by", "deactivated_by", "assigned_by"), s.HELENA),
    **dict.fromkeys(("written_by", "removed_by", "unblocked_by", "blocked_by"), s.ANA),
    **dict.fromkeys(
        ("user_id", "released_by", "requested_by", "added_by", "closed_by", "reopened_by", "edited_by"), s.ANA
    ),
    "organisation_id": s.ORGANISATION,
    "phone_number_id": s.PHONE_NUMBER,
    "waba_id": s.WABA,
    "customer_id": s.CLARA,
    "conversation_id": s.CONVERSATION,
    **records.BY_NAME,
    "owner_id": s.ANA,
    "template_id": s.TEMPLATE,
    "meta_template_id": s.META_TEMPLATE,
    "request_id": s.SUBMISSION,
    "profile_id": s.SALES,
    "message_id": s.ANSWER,
    "target_id": s.QUESTION,
    "kind": "text",
    "role": "member",
    "joined_by": "tag",
    "attempt": 1,
    "name": "Aurora Bakery",
    "display_phone_number": "+1 212-555-0100",
    "country": "US",
    "time_zone": "America/New_York",
    "pricing": c.Pricing(billable=False, pricing_model="PMP", type="free_customer_service", category="service"),
}

PERSONAL: Mapping[type[Personal], Personal] = {
    c.UserName: c.UserName(name="Ana Lima"),
    c.Identity: c.Identity(
        aliases=(Alias(kind="wa_id", value=s.CLARA_WA_ID), Alias(kind="user_id", value=s.CLARA_USER_ID)),
        profile_name=s.CLARA_NAME,
        username="clara.bakes",
        country_code="US",
    ),
    c.Received: c.Received(
        wamid=s.QUESTION_WAMID, content=Text(body=s.QUESTION_TEXT), sender_name=s.CLARA_NAME, referral=None
    ),
    c.Reacted: c.Reacted(wamid=s.REACTION_WAMID, emoji="👍"),
    c.Edited: c.Edited(wamid=s.EDIT_WAMID, content=Text(body=s.CORRECTED_TEXT)),
    c.Revoked: c.Revoked(wamid=s.REVOKE_WAMID),
    c.FailureDetails: c.FailureDetails(details=("Message undeliverable.",)),
    c.Echoed: c.Echoed(wamid=s.ECHO_WAMID, content=Text(body=s.ECHO_TEXT)),
    c.Released: c.Released(
        content=OutgoingText(body=s.ANSWER_TEXT),
        recipient=Recipient(wa_id=s.CLARA_WA_ID, user_id=s.CLARA_USER_ID),
        context_wamid=s.QUESTION_WAMID,
    ),
    c.SetAside: c.SetAside(raw=s.SET_ASIDE_TEXT),
    **life.PERSONAL,
    g.AcceptedAt: g.AcceptedAt(wamid=s.ANSWER_WAMID, wa_id=s.CLARA_WA_ID, user_id=s.CLARA_USER_ID),
    g.RejectionDetails: g.RejectionDetails(
        title="Re-engagement message", details="More than 24 hours have passed since the customer last replied."
    ),
    **records.PERSONAL,
}

_SKIPPED = (c.Skipped(user_id=s.BRUNO, reason="offline"),)
_CHANGED = c.Identity(aliases=(Alias(kind="wa_id", value=s.CLARA_NEW_WA_ID),))

BY_EVENT: Mapping[type[Event], Mapping[str, Any]] = {
    **reviews.BY_EVENT,
    **money.BY_EVENT,
    **life.BY_EVENT,
    **webhooks.BY_EVENT,
    c.MessageRequested: {"message_id": s.GREETING, "kind": "template", "template": s.USE, "personal": s.GREETED},
    c.MessageWithdrawn: {"message_id": s.GREETING, "reason": "template_not_approved"},
    c.MessageRefused: {"message_id": s.GREETING, "reason": "insufficient_credits"},
    c.ProfileGranted: {"level": "view_reply", "scope": "all"},
    c.RotaMembersChosen: {"members": (s.ANA, s.BRUNO), "only_online": True},
    c.RotaTurnTaken: {
        "candidates": (s.ANA, s.BRUNO),
        "skipped": _SKIPPED,
        "pointer_before": 1,
        "pointer_after": 0,
        "from_queue": False,
    },
    c.ConversationQueued: {"skipped": (c.Skipped(user_id=s.ANA, reason="offline"), *_SKIPPED)},
    c.ConversationDequeued: {"reason": "assigned"},
    c.CustomerAliasesAdded: {"reason": "user_changed_number", "personal": _CHANGED},
    c.CustomersMerged: {"merged_id": s.CLARA_AGAIN},
    c.CustomerMergedInto: {"customer_id": s.CLARA_AGAIN, "survivor_id": s.CLARA},
    c.MarketingStopped: {"evidence": "user_preferences"},
    c.MarketingResumed: {"evidence": "user_preferences"},
    c.ServiceWindowOpened: {"message_id": s.QUESTION},
    c.ServiceWindowExtended: {"message_id": s.seen(s.REACTION_WAMID)},
    c.ConversationOpened: {"initiated_by": "customer", "previous_id": s.EARLIER_CONVERSATION},
    c.ConversationAssigned: {"how": "person", "previous_user_id": s.BRUNO},
    c.ConversationUnassigned: {"reason": "inactive"},
    c.ConversationClosed: {"reason": "person"},
    c.ConversationRead: {"up_to_id": s.QUESTION},
    c.MessageReceived: {"message_id": s.QUESTION, "ordinal": 1},
    c.ReactionReceived: {"message_id": s.seen(s.REACTION_WAMID), "target_id": s.ANSWER},
    c.MessageEdited: {"message_id": s.seen(s.EDIT_WAMID)},
    c.MessageRevoked: {"message_id": s.seen(s.REVOKE_WAMID)},
    c.MessageEchoed: {"message_id": s.seen(s.ECHO_WAMID)},
    c.MessageReleased: {"reply_to": s.QUESTION, "target_id": None},
    c.ReadReceiptReleased: {
        "message_id": s.RECEIPT,
        "personal": c.Released(
            content=ReadReceipt(target_wamid=s.QUESTION_WAMID), recipient=Recipient(wa_id=s.CLARA_WA_ID)
        ),
    },
    c.MessageFailed: {"errors": (c.MetaError(code=131026, title="Message undeliverable"),), "pricing": None},
    c.MessageStatusSeen: {"status": "warning", "pricing": None},
    c.ConflictingRedelivery: {"message_id": s.QUESTION},
    c.UpdateSetAside: {"update_id": s.seen("unheard of"), "field": "unheard_of"},
    g.ChannelStepCompleted: {"step": "number_registration"},
    g.ChannelStepFailed: {"step": "number_registration", "reason": "two_step_pin_wrong", "meta_code": 133005},
    g.ChannelRenamed: {"name": "Aurora Bakery Downtown"},
    g.ChannelDisconnected: {"reason": "person"},
    g.ChannelAuthorisationLost: {"meta_code": 190},
    g.MessageNotSent: {"reason": "pair_rate_limit", "meta_code": 131056},
    g.MessageAccepted: {"evidence": "answer", "message_status": "accepted"},
    g.MessageRejected: {"reason": "graph", "meta_code": 131047},
    g.MessageOutcomeUnknown: {"reason": "answer_lost"},
    m.MediaStored: {"file_key": f"{s.ORGANISATION}/{s.PHOTO_HASH}", "sha256": s.PHOTO_HASH, **s.PHOTO},
    m.MediaLost: {"reason": "gone", "attempts": 5},
    g.DuplicateSendDetected: {"personal": g.AcceptedAt(wamid=s.SECOND_ANSWER_WAMID, wa_id=s.CLARA_WA_ID)},
    **records.BY_EVENT,
}
