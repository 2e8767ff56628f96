"""What a customer sent becomes facts: the message, its conversation, the window, an owner (rules 1 to 6, 12)."""

from __future__ import annotations

from uuid import uuid5

from recado_events.conversations import (
    ConflictingRedelivery,
    ConversationAnswered,
    ConversationOpened,
    ServiceWindowExtended,
    ServiceWindowOpened,
)
from recado_events.event import Event
from recado_events.ids import ConversationId

from conversations.commands import (
    Arrival,
    ReceiveEcho,
    ReceiveMessage,
    ReceiveReaction,
)
from conversations.domain.assignment import assign_new
from conversations.domain.customer import AWAITING_REPLY, WINDOW, Customer
from conversations.domain.desk import Desk
from conversations.domain.facts import fact_of
from conversations.domain.identity import identify
from conversations.domain.message import ABSENT, Message, digest_of
from conversations.domain.places import ConversationPlace, CustomerPlace, in_conversation
from conversations.domain.silence import go_on, may_go_on, note_activity
from conversations.domain.team import Team


def receive(
    command: Arrival,
    place: CustomerPlace,
    customer: Customer,
    desk: Desk,
    team: Team,
    message: Message,
    target: Message = ABSENT,
) -> list[Event]:
    """All that follows from one update about a message. A redelivery leaves nothing, a conflicting one a note.

    `target`: the earlier message that it concerns, where that is known. What is told of it stands where it stands,
    whatever was talked of since."""
    talk_id = _conversation_for(command, customer, desk)
    told_in = target.conversation_id if target.customer_id == place["customer_id"] else talk_id
    fact = fact_of(command, in_conversation(place, told_in or talk_id or _new_id(command, place)))
    if message.exists:
        return _redelivered(command, fact, message, place)
    is_latest = not command.by_business and not customer.is_known_later_than(command.occurred_at)
    facts = identify(command.sighting, customer, place, command.now, is_latest=is_latest)
    if talk_id is None:
        facts += _open(command, place, customer, desk, team)
    elif _goes_on(command, customer, desk):
        facts += go_on(place, customer, desk, team, command.now)
    elif _is_answer(command):
        facts += _answer(command, in_conversation(place, talk_id), customer, desk, team)
    facts += _activity(command, place, customer, desk, talk_id)
    return [*facts, fact, *_window(command, place, customer)]


def _conversation_for(command: Arrival, customer: Customer, desk: Desk) -> ConversationId | None:
    """Messages go to the live conversation; what only concerns an earlier message never opens a new one by itself."""
    if isinstance(command, ReceiveMessage | ReceiveEcho) and not _goes_on(command, customer, desk):
        return customer.live_id
    return customer.live_id or customer.last_id


def _goes_on(command: Arrival, customer: Customer, desk: Desk) -> bool:
    """Whether the customer writes so soon after the end that, by the number's rule, it was none."""
    if not isinstance(command, ReceiveMessage) or customer.live_id is not None or customer.last_id is None:
        return False
    return may_go_on(customer.conversations.get(customer.last_id), command.occurred_at, desk)


def _activity(
    command: Arrival, place: CustomerPlace, customer: Customer, desk: Desk, talk_id: ConversationId | None
) -> list[Event]:
    if not isinstance(command, ReceiveMessage | ReceiveEcho) or _goes_on(command, customer, desk):
        return []
    talk = None if talk_id is None else customer.conversations.get(talk_id)
    last = command.occurred_at if talk is None else talk.active_at
    return note_activity(in_conversation(place, talk_id or _new_id(command, place)), last, desk, command.now)


def _new_id(command: Arrival, place: CustomerPlace) -> ConversationId:
    """Derived from the message that opens it, so that deciding twice opens the same one."""
    return ConversationId(uuid5(place["customer_id"], str(command.message_id)))


def _open(command: Arrival, place: CustomerPlace, customer: Customer, desk: Desk, team: Team) -> list[Event]:
    talk = in_conversation(place, _new_id(command, place))
    opened = ConversationOpened(
        **talk,
        initiated_by="app" if command.by_business else "customer",
        previous_id=customer.last_id,
        opened_at=command.occurred_at,
    )
    return [opened] if command.by_business else [opened, *assign_new(talk, customer.owner_id, desk, team, command.now)]


def _is_answer(command: Arrival) -> bool:
    return isinstance(command, ReceiveMessage) or (isinstance(command, ReceiveReaction) and command.opens_window)


def _answer(command: Arrival, talk: ConversationPlace, customer: Customer, desk: Desk, team: Team) -> list[Event]:
    live = customer.conversations[talk["conversation_id"]]
    if live.state != AWAITING_REPLY:
        return []
    answered = ConversationAnswered(**talk, answered_at=command.occurred_at)
    if live.assignee is not None:
        return [answered]
    return [answered, *assign_new(talk, customer.owner_id, desk, team, command.now)]


def _window(command: Arrival, place: CustomerPlace, customer: Customer) -> list[Event]:
    """24 h from Meta's time of the message, never backwards, never from a time that cannot be (rule 1)."""
    if not (isinstance(command, ReceiveMessage | ReceiveReaction) and command.opens_window and command.plausible):
        return []
    closes_at = command.occurred_at + WINDOW
    before = customer.window_closes_at
    if closes_at <= command.now or (before is not None and closes_at <= before):
        return []
    if before is None or before <= command.occurred_at:
        return [
            ServiceWindowOpened(
                **place, message_id=command.message_id, opened_at=command.occurred_at, closes_at=closes_at
            )
        ]
    return [
        ServiceWindowExtended(
            **place, message_id=command.message_id, extended_at=command.occurred_at, closes_at=closes_at
        )
    ]


def _redelivered(command: Arrival, fact: Event, message: Message, place: CustomerPlace) -> list[Event]:
    told = digest_of(getattr(fact, "personal", None))
    if message.digest is None or message.digest == told or message.conflicting or message.conversation_id is None:
        return []
    talk = in_conversation(place, message.conversation_id)
    return [ConflictingRedelivery(**talk, message_id=command.message_id, received_at=command.now)]
