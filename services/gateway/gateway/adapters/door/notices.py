"""Meta's updates about numbers and accounts as notices. Meta's contract, section 9."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid5

from recado_chassis.service import Heard, Reaction, Unreadable
from recado_chassis.work import Fold, Work
from recado_events.ids import WabaId
from recado_events.inbound import InboundUpdate
from recado_events.number_health import (
    AccountAlertRaised,
    AccountReviewed,
    AccountStandingReported,
    CapabilityReported,
    NumberNameJudged,
    NumberQualityReported,
    NumberSecurityNoticed,
    OfNotice,
    Restriction,
)

Json = Mapping[str, Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS = 100_000_000_000
_LATEST = 253_402_300_799
_LONGEST = 2_000
NOTICE: Fold[int] = Fold(0, lambda seen, _: seen + 1)
"""How often it was told: once, or never."""


def reaction() -> Reaction:
    """Fields that tell of something else leave nothing."""
    return Reaction(handle=_handle, streams=_streams)


def _handle(work: Work, heard: Heard) -> None:
    notice = notice_of(cast(InboundUpdate, heard.body))
    if notice is not None and work.state(notice.stream, NOTICE) == 0:
        work.record([notice], heard.cause)


def _streams(heard: Heard, _: Work) -> Mapping[str, Fold[Any]]:
    notice = notice_of(cast(InboundUpdate, heard.body))
    return {} if notice is None else {notice.stream: NOTICE}


def notice_of(update: InboundUpdate) -> OfNotice | None:
    """Raises Unreadable where it lacks what it is about."""
    told = _READERS.get(update.field)
    if told is None or update.organisation_id is None:
        return None
    if not isinstance(update.update, dict):
        raise Unreadable("the value is no object")
    value, at = update.update, _moment(update)
    kind, members = told(value)
    return kind.model_validate(
        {
            "organisation_id": update.organisation_id,
            "waba_id": WabaId(update.waba_id),
            "notice_id": _id(update, value),
            "display_phone_number": _text(value.get("display_phone_number")) or _text(value.get("phone_number")),
            kind.TIME: at,
            **members,
        }
    )


def _id(update: InboundUpdate, value: Json) -> UUID:
    told = json.dumps(value, sort_keys=True, ensure_ascii=True)
    return uuid5(UUID(int=0), f"{update.organisation_id}:{update.waba_id}:{update.field}:{update.entry_time}:{told}")


def _moment(update: InboundUpdate) -> datetime:
    """When Meta said it, in whole seconds; what cannot be, or is to come, was said when it came."""
    received = _EPOCH + timedelta(microseconds=update.received_at)
    told = update.entry_time or 0
    seconds = told / 1000 if told > _MILLISECONDS else told
    if not 0 < seconds <= received.timestamp():
        return received.replace(microsecond=0)
    return (_EPOCH + timedelta(seconds=seconds)).replace(microsecond=0)


Read = tuple[type[OfNotice], dict[str, Any]]


def _quality(value: Json) -> Read:
    daily = value.get("max_daily_conversations_per_business")
    limit = _text(value.get("current_limit")) or _text(daily)
    return NumberQualityReported, {
        "event": _needed(value, "event"),
        "limit": limit,
        "previous_limit": _text(value.get("old_limit")),
    }


def _name(value: Json) -> Read:
    return NumberNameJudged, {
        "decision": _needed(value, "decision"),
        "requested_name": _text(value.get("requested_verified_name")),
        "rejection_reason": _text(value.get("rejection_reason")),
    }


def _security(value: Json) -> Read:
    """Who asks is left out: it may be a person."""
    return NumberSecurityNoticed, {"event": _needed(value, "event")}


def _standing(value: Json) -> Read:
    ban, left = _object(value.get("ban_info")), _object(value.get("disconnection_info"))
    return AccountStandingReported, {
        "event": _needed(value, "event"),
        "restrictions": _restrictions(value.get("restriction_info")),
        "violation": _text(_object(value.get("violation_info")).get("violation_type")),
        "ban_state": _text(ban.get("waba_ban_state")),
        "ban_date": _text(ban.get("waba_ban_date")),
        "disconnection_reason": _text(left.get("reason")),
        "country": _text(value.get("country")),
    }


def _restrictions(told: Any) -> tuple[Restriction, ...]:
    rows = [_object(each) for each in told] if isinstance(told, list) else []
    named = [(kind, row.get("expiration")) for row in rows if (kind := _text(row.get("restriction_type")))]
    return tuple(Restriction(kind=kind, expires_at=_until(expiration)) for kind, expiration in named)


def _until(told: Any) -> datetime | None:
    if type(told) is not int or not 0 < told <= _LATEST:
        return None
    return _EPOCH + timedelta(seconds=told)


def _review(value: Json) -> Read:
    return AccountReviewed, {"decision": _needed(value, "decision")}


def _alert(value: Json) -> Read:
    """Meta's older shape has flat what newer ones have in `alert_info`."""
    info = {**value, **_object(value.get("alert_info"))}
    return AccountAlertRaised, {
        "alert": _needed(info, "alert_type"),
        "severity": _text(info.get("alert_severity")),
        "status": _text(info.get("alert_status")),
        "description": _text(info.get("alert_description")),
        "entity_type": _text(value.get("entity_type")),
        "entity_id": _text(value.get("entity_id")),
    }


def _capability(value: Json) -> Read:
    daily = value.get("max_daily_conversations_per_business", value.get("max_daily_conversation_per_phone"))
    numbers = value.get("max_phone_numbers_per_business", value.get("max_phone_numbers_per_waba"))
    return CapabilityReported, {
        "limit": "TIER_UNLIMITED" if daily == -1 else _text(daily),
        "phone_numbers": numbers if type(numbers) is int and 0 <= numbers < 2**31 else None,
    }


_READERS: Mapping[str, Callable[[Json], Read]] = {
    "phone_number_quality_update": _quality,
    "phone_number_name_update": _name,
    "security": _security,
    "account_update": _standing,
    "account_review_update": _review,
    "account_alerts": _alert,
    "business_capability_update": _capability,
}


def _needed(value: Json, name: str) -> str:
    text = _text(value.get(name))
    if text is None:
        raise Unreadable(f"it has no {name}")
    return text


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    """Meta writes some of them now as text, now as number; an empty text is an absent one."""
    if type(value) is int:
        value = str(value)
    if not isinstance(value, str):
        return None
    return value.replace("\0", "").encode("utf-8", "replace").decode()[:_LONGEST] or None
