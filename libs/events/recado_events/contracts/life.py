"""Values of the examples about how conversations live and end, blocks, quick replies, the past, and number health."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from recado_events import conversations as c
from recado_events import number_health as h
from recado_events.content import Blocking, Text
from recado_events.contracts import story as s
from recado_events.event import Event, Personal
from recado_events.identity import Alias, Recipient

_PAST_WAMID = s.QUESTION_WAMID + "past"
_NOTICE = s.uuid7(s.START, "a notice of Meta")
_QUICK_REPLY = s.uuid7(s.START, "a quick reply")

PERSONAL: Mapping[type[Personal], Personal] = {
    c.Past: c.Past(
        wamid=_PAST_WAMID,
        content=Text(body="Do you bake on Sundays?"),
        aliases=(Alias(kind="wa_id", value=s.CLARA_WA_ID),),
    ),
}
_ABOUT: Mapping[str, Any] = {"notice_id": _NOTICE, "display_phone_number": "+1 212-555-0100"}
_OF_ACCOUNT: Mapping[str, Any] = {"notice_id": _NOTICE}

BY_EVENT: Mapping[type[Event], Mapping[str, Any]] = {
    c.ConversationRulesChosen: {"close_after_seconds": 172_800, "reopen_within_seconds": 3_600, "read_receipts": True},
    c.CustomerBlocked: {"evidence": "person"},
    c.BlockRefused: {"blocked": True, "reason": "graph", "meta_code": 139101},
    c.BlockReleased: {
        "message_id": s.uuid7(s.START, "a block"),
        "blocked": True,
        "personal": c.Released(content=Blocking(blocked=True), recipient=Recipient(wa_id=s.CLARA_WA_ID)),
    },
    c.PastMessageImported: {
        "thread_id": s.uuid7(s.START, "the past with Clara"),
        "message_id": s.seen(_PAST_WAMID),
        "by_business": False,
        "status": "read",
    },
    c.QuickReplyWritten: {
        "quick_reply_id": _QUICK_REPLY,
        "shortcut": "hours",
        "title": "Opening hours",
        "text": "Hello #{contact.first_name}, we are open from 8 to 5.",
        "fallbacks": {"contact.first_name": "there"},
    },
    c.QuickReplyRemoved: {"quick_reply_id": _QUICK_REPLY},
    h.NumberQualityReported: {**_ABOUT, "event": "THROUGHPUT_UPGRADE", "limit": "TIER_UNLIMITED"},
    h.NumberNameJudged: {**_ABOUT, "decision": "APPROVED", "requested_name": "Aurora Bakery"},
    h.NumberSecurityNoticed: {**_ABOUT, "event": "PIN_CHANGED"},
    h.AccountStandingReported: {
        **_OF_ACCOUNT,
        "event": "ACCOUNT_RESTRICTION",
        "restrictions": (
            h.Restriction(kind="RESTRICTED_BIZ_INITIATED_MESSAGING", expires_at=s.START + timedelta(days=3)),
        ),
    },
    h.AccountReviewed: {**_OF_ACCOUNT, "decision": "APPROVED"},
    h.AccountAlertRaised: {
        **_OF_ACCOUNT,
        "alert": "PROFILE_PICTURE_LOST",
        "severity": "WARNING",
        "status": "ACTIVE",
        "description": "The profile picture was removed.",
        "entity_type": "PHONE_NUMBER",
        "entity_id": s.PHONE_NUMBER,
    },
    h.NumberSeen: {
        **_ABOUT,
        "verified_name": "Aurora Bakery",
        "name_status": "APPROVED",
        "quality": "GREEN",
        "limit": "TIER_2K",
        "status": "CONNECTED",
    },
    h.CapabilityReported: {**_OF_ACCOUNT, "limit": "TIER_2K", "phone_numbers": 20},
}
