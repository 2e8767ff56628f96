"""Updates of Meta as commands: one update, one command, or none where there is nothing to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from recado_events.conversations import MetaError, Pricing
from recado_events.ids import MessageId
from recado_events.inbound import InboundType, InboundUpdate

from conversations.adapters.kafka.meta_content import content_of, is_readable, referral_of, text_of
from conversations.adapters.kafka.meta_people import InvalidUpdate, aliases_of, moment_of, sighting_of
from conversations.adapters.kafka.meta_update import Told
from conversations.commands import (
    Arrival,
    ChangeIdentity,
    ReceiveEcho,
    ReceiveEdit,
    ReceiveMessage,
    ReceiveReaction,
    ReceiveRevoke,
    RecordStatus,
    SetAsideUpdate,
    SetMarketing,
)

Command = Arrival | ChangeIdentity | SetMarketing | RecordStatus | SetAsideUpdate
Json = Mapping[str, Any]

_TAG = re.compile(r"v1\.([0-9a-f]{32})\.\d{1,6}\.[0-9a-f]{16}")
_UNAVAILABLE = 131060
_CHANGES = {
    "user_changed_number": "user_changed_number",
    "customer_changed_number": "user_changed_number",
    "user_changed_user_id": "user_changed_user_id",
}


def decode(kind: str, update: InboundUpdate) -> Command | None:
    """Raises InvalidUpdate where nothing can be made of it."""
    reader = _READERS.get(kind)
    return None if reader is None else reader(Told(update))


def _message(told: Told) -> Command:
    body = told.body
    kind = text_of(body.get("type"))
    if kind == "system":
        return _system(told)
    if "group_id" in body:
        return told.set_aside()
    sighting = sighting_of(told.update, body.get("from"), body.get("from_user_id"), body.get("from_parent_user_id"))
    return _about_message(told, kind, told.arrival(sighting=sighting), by_business=False)


def _about_message(told: Told, kind: str | None, arrival: dict[str, Any], *, by_business: bool) -> Command:
    body = told.body
    details = body.get(kind) if kind else None
    if kind in {"edit", "revoke"} and isinstance(details, dict):
        target = told.id_of(details.get("original_message_id"))
        if kind == "revoke":
            return ReceiveRevoke(**arrival, target_id=target, by_business=by_business)
        edited = details.get("message")
        content = content_of(edited if isinstance(edited, dict) else {})
        return ReceiveEdit(**arrival, target_id=target, content=content, by_business=by_business)
    context = body.get("context")
    context = context if isinstance(context, dict) else {}
    quoted = told.id_of(context["id"]) if text_of(context.get("id")) else None
    if by_business:
        return ReceiveEcho(**arrival, content=content_of(body), reply_to=quoted)
    if kind == "reaction" and isinstance(details, dict):
        target = told.id_of(details.get("message_id"))
        return ReceiveReaction(**arrival, target_id=target, emoji=text_of(details.get("emoji")))
    content = content_of(body)
    return ReceiveMessage(
        **arrival,
        content=content,
        opens_window=getattr(content, "code", None) != _UNAVAILABLE,
        reply_to=quoted,
        forwarded=bool(context.get("forwarded") or context.get("frequently_forwarded")),
        referral=referral_of(body),
    )


def _system(told: Told) -> Command:
    details = told.body.get("system")
    details = details if isinstance(details, dict) else {}
    reason = _CHANGES.get(text_of(details.get("type")) or "")
    if reason is None:
        return told.set_aside()
    body = told.body
    return ChangeIdentity(
        organisation_id=told.organisation_id,
        phone_number_id=told.phone_number_id,
        old=aliases_of(
            ("wa_id", body.get("from")),
            ("user_id", body.get("from_user_id")),
            ("parent_user_id", body.get("from_parent_user_id")),
            ("user_id", details.get("previous_user_id")),
            ("parent_user_id", details.get("previous_parent_user_id")),
        ),
        new=aliases_of(
            ("wa_id", details.get("wa_id") or details.get("new_wa_id")),
            ("user_id", details.get("user_id")),
            ("parent_user_id", details.get("parent_user_id")),
        ),
        reason=reason,
        now=moment_of(told.update, None).now,
    )


def _echo(told: Told) -> Command:
    body = told.body
    sighting = sighting_of(told.update, body.get("to"), body.get("to_user_id"))
    return _about_message(told, text_of(body.get("type")), told.arrival(sighting=sighting), by_business=True)


def _status(told: Told) -> Command | None:
    body = told.body
    word = text_of(body.get("status"))
    if word is None:
        raise InvalidUpdate("it has no status")
    if body.get("type") == "call" or body.get("recipient_type") == "group":
        return told.set_aside()
    moment = moment_of(told.update, body.get("timestamp"))
    tag = _TAG.fullmatch(text_of(body.get("biz_opaque_callback_data")) or "")
    return RecordStatus(
        organisation_id=told.organisation_id,
        phone_number_id=told.phone_number_id,
        wamid_id=told.id_of(body.get("id")),
        tagged_id=MessageId(UUID(tag.group(1))) if tag else None,
        status=word,
        occurred_at=moment.occurred_at,
        pricing=_pricing(body.get("pricing")),
        errors=tuple(_errors(body.get("errors"))),
        now=moment.now,
    )


def _pricing(told: Any) -> Pricing | None:
    if not isinstance(told, dict):
        return None
    billable = told.get("billable")
    return Pricing(
        billable=billable if isinstance(billable, bool) else None,
        pricing_model=text_of(told.get("pricing_model")),
        type=text_of(told.get("type")),
        category=text_of(told.get("category")),
    )


def _errors(told: Any) -> list[MetaError]:
    found = told if isinstance(told, list) else []
    return [
        MetaError(code=error["code"], title=text_of(error.get("title")))
        for error in found
        if isinstance(error, dict) and isinstance(error.get("code"), int) and is_readable(error["code"])
    ]


def _preference(told: Told) -> Command:
    body = told.body
    value = text_of(body.get("value"))
    if text_of(body.get("category")) != "marketing_messages" or value not in {"stop", "resume", "signup"}:
        return told.set_aside()
    moment = moment_of(told.update, body.get("timestamp"))
    return SetMarketing(
        organisation_id=told.organisation_id,
        phone_number_id=told.phone_number_id,
        sighting=sighting_of(told.update, body.get("wa_id"), body.get("user_id")),
        wanted=value != "stop",
        evidence="user_preferences",
        occurred_at=moment.occurred_at,
        now=moment.now,
    )


_READERS: dict[str, Callable[[Told], Command | None]] = {
    InboundType.MESSAGE: _message,
    InboundType.STATUS: _status,
    InboundType.ECHO: _echo,
    InboundType.PREFERENCE: _preference,
    InboundType.HISTORY: Told.set_aside,
    InboundType.ERROR: Told.set_aside,
}
