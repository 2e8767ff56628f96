"""Updates of Meta as commands: one update, one command, or none where there is nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recado_events.inbound import InboundType, InboundUpdate

from conversations.adapters.kafka.meta_book import FIELD as PHONE_BOOK
from conversations.adapters.kafka.meta_book import phone_book
from conversations.adapters.kafka.meta_past import past
from conversations.adapters.kafka.meta_people import aliases_of, moment_of, sighting_of
from conversations.adapters.kafka.meta_status import status
from conversations.adapters.kafka.meta_update import Told
from conversations.commands import (
    Arrival,
    ChangeIdentity,
    ImportPast,
    NotePhoneBook,
    ReceiveEcho,
    ReceiveEdit,
    ReceiveMessage,
    ReceiveReaction,
    ReceiveRevoke,
    RecordStatus,
    SetAsideUpdate,
    SetMarketing,
)
from conversations.domain.meta_content import content_of, product_of, referral_of
from conversations.domain.meta_values import object_of, text_of

Command = Arrival | ChangeIdentity | SetMarketing | RecordStatus | ImportPast | NotePhoneBook | SetAsideUpdate

_UNAVAILABLE = 131060
_CHANGES = {
    "user_changed_number": "user_changed_number",
    "customer_changed_number": "user_changed_number",
    "user_changed_user_id": "user_changed_user_id",
}


def decode(kind: str, update: InboundUpdate, *, reactions_open_window: bool = True) -> Command | None:
    """Raises InvalidUpdate where nothing can be made of it."""
    reader = _READERS.get(kind)
    return None if reader is None else reader(Told(update, reactions_open_window=reactions_open_window))


def _message(told: Told) -> Command:
    body = told.body
    kind = text_of(body.get("type"))
    if kind == "system":
        return _system(told)
    if text_of(body.get("group_id")):
        return told.set_aside()
    sighting = sighting_of(told.update, body.get("from"), body.get("from_user_id"), body.get("from_parent_user_id"))
    return _about_message(told, kind, told.arrival(sighting=sighting), by_business=False)


def _about_message(told: Told, kind: str | None, arrival: dict[str, Any], *, by_business: bool) -> Command:
    earlier = _about_an_earlier_one(told, kind, arrival, by_business=by_business)
    if earlier is not None:
        return earlier
    context = object_of(told.body.get("context"))
    content, quoted = content_of(told.body), told.named(context.get("id"))
    if by_business:
        return ReceiveEcho(**arrival, content=content, reply_to=quoted)
    return ReceiveMessage(
        **arrival,
        content=content,
        opens_window=getattr(content, "code", None) != _UNAVAILABLE and _counts(told, kind),
        reply_to=quoted,
        forwarded=bool(context.get("forwarded") or context.get("frequently_forwarded")),
        referral=referral_of(told.body),
        referred_product=product_of(context),
    )


def _about_an_earlier_one(
    told: Told, kind: str | None, arrival: dict[str, Any], *, by_business: bool
) -> ReceiveEdit | ReceiveRevoke | ReceiveReaction | None:
    """None also where it does not say which one: then it is kept whole, as a message of its own."""
    details = object_of(told.body.get(kind) if kind else None)
    if kind == "reaction":
        target, emoji = told.named(details.get("message_id")), text_of(details.get("emoji"))
        counts = not by_business and _counts(told, kind)
        about = {**arrival, "by_business": by_business, "opens_window": counts}
        return None if target is None else ReceiveReaction(**about, target_id=target, emoji=emoji)
    target = told.named(details.get("original_message_id"))
    if target is None or kind not in {"edit", "revoke"}:
        return None
    if kind == "revoke":
        return ReceiveRevoke(**arrival, target_id=target, by_business=by_business)
    content = content_of(object_of(details.get("message")))
    return ReceiveEdit(**arrival, target_id=target, content=content, by_business=by_business)


def _counts(told: Told, kind: str | None) -> bool:
    """Whether what a customer sent is a message of theirs, which opens the window (rule 1)."""
    return told.reactions_open_window if kind == "reaction" else kind not in {"edit", "revoke"}


def _system(told: Told) -> Command:
    details = object_of(told.body.get("system"))
    reason = _CHANGES.get(text_of(details.get("type")) or "")
    if reason is None:
        return told.set_aside()
    body = told.body
    moment = moment_of(told.update, body.get("timestamp"))
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
        occurred_at=moment.occurred_at,
        now=moment.now,
    )


def _echo(told: Told) -> Command:
    body = told.body
    sighting = sighting_of(told.update, body.get("to"), body.get("to_user_id"))
    return _about_message(told, text_of(body.get("type")), told.arrival(sighting=sighting), by_business=True)


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


def _of_phone(told: Told) -> Command:
    return phone_book(told) if told.update.field == PHONE_BOOK else past(told)


_READERS: dict[str, Callable[[Told], Command | None]] = {
    InboundType.MESSAGE: _message,
    InboundType.STATUS: status,
    InboundType.ECHO: _echo,
    InboundType.PREFERENCE: _preference,
    InboundType.HISTORY: _of_phone,
    InboundType.ERROR: Told.set_aside,
}
