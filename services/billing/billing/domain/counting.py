"""What is free up to a monthly allowance: conversations that customers begin, service messages (rules 25, 27)."""

from __future__ import annotations

from typing import Any

from recado_events.billing import FreeConversationCounted, FreeMessageCounted, Posting, Rated
from recado_events.event import Event

from billing.commands import NoteDelivery
from billing.domain.holding import on
from billing.domain.private import ConversationCounted, ServiceMessageCounted, WindowCounted
from billing.domain.rating import Delivery
from billing.domain.rating.conversations import is_of_message_allowance
from billing.domain.rating.policy import month_of
from billing.domain.scene import Scene
from billing.domain.wallet import postings


def counted(command: NoteDelivery, scene: Scene, delivery: Delivery, cost: Rated) -> list[Event]:
    if delivery.template:
        return []
    conversation = _conversation(command, scene, delivery, cost) if delivery.begins else []
    return [*conversation, *_message(command, scene, delivery, cost)]


def _conversation(command: NoteDelivery, scene: Scene, delivery: Delivery, cost: Rated) -> list[Event]:
    waba_id, window_id = scene.number.waba_id, scene.charge.window_id
    if waba_id is None or window_id is None:
        return []
    month = month_of(delivery.at, scene.zone)
    org, now = command.organisation_id, command.now
    at = {"organisation_id": org, "phone_number_id": command.phone_number_id, "customer_id": scene.whose}
    allowance = scene.prices.policy_at(delivery.at, scene.zone).free_conversations
    ordinal = scene.account.conversations.get(month, 0) + 1
    facts: list[Event] = [
        ConversationCounted(organisation_id=org, waba_id=waba_id, month=month, counted_at=now),
        WindowCounted.model_validate({**at, "window_id": window_id, "counted_at": now}),
    ]
    if ordinal > allowance:
        return facts
    worth = cost.price if cost.policy == "R1" else 0
    free = FreeConversationCounted(
        **on(command),
        waba_id=waba_id,
        **_of_month(month, ordinal, allowance, worth),
        counted_at=now,
    )
    return [free, *facts]


def _message(command: NoteDelivery, scene: Scene, delivery: Delivery, cost: Rated) -> list[Event]:
    if not is_of_message_allowance(cost.policy, delivery):
        return []
    month, number = month_of(delivery.at, scene.zone), command.phone_number_id
    counted_now = ServiceMessageCounted(
        organisation_id=command.organisation_id, phone_number_id=number, month=month, counted_at=command.now
    )
    if cost.reason != "within_allowance":
        return [counted_now]
    allowance = scene.prices.policy_at(delivery.at, scene.zone).free_service_messages
    ordinal = scene.number.messages.get(month, 0) + 1
    of_month = _of_month(month, ordinal, allowance, cost.price)
    return [FreeMessageCounted(**on(command), **of_month, counted_at=command.now), counted_now]


def _of_month(month: str, ordinal: int, allowance: int, worth: int) -> dict[str, Any]:
    return {"month": month, "ordinal": ordinal, "allowance": allowance, "worth": worth, "postings": _given(worth)}


def _given(worth: int) -> tuple[Posting, ...]:
    return postings(spent=worth, free_allowance=-worth)
