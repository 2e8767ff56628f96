"""The business number's rota and queue: who owns a conversation is decided here, once, and recorded (rule 14)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from recado_events.conversations import (
    ConversationDequeued,
    ConversationQueued,
    ConversationRulesChosen,
    RotaMembersChosen,
    RotaTurnTaken,
    Skipped,
)
from recado_events.event import Event
from recado_events.ids import ConversationId, CustomerId, UserId, WabaId

from conversations.commands import ChooseRota, NoteChannel
from conversations.domain.private import ChannelNoted, DrainBegun, DrainEnded
from conversations.domain.private_phone_book import PhoneBookNoted
from conversations.domain.refusals import NotEligible
from conversations.domain.rules import DEFAULT, Rules, rules_of
from conversations.domain.team import Team


@dataclass(frozen=True, slots=True)
class Waiting:
    conversation_id: ConversationId
    customer_id: CustomerId
    contact_owner_id: UserId | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    members: tuple[UserId, ...] = ()
    only_online: bool = False
    pointer: int = 0
    """Index of the member whose turn is next."""
    queue: Mapping[ConversationId, Waiting] = field(default_factory=dict)
    """Oldest first."""
    draining: bool = False
    """Workers give away what waits, so many at a time."""
    connected: bool | None = None
    """None until the gateway has told."""
    waba_id: WabaId | None = None
    """Whose templates may be sent from here."""
    country: str | None = None
    """ISO 3166 alpha-2, for numbers typed without a country code."""
    rules: Rules = DEFAULT
    has_phone_book: bool = False
    """Whether the number also lives in a phone that told whom it knows."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the rota decided: somebody, or nobody and why."""

    user_id: UserId | None
    candidates: tuple[UserId, ...]
    skipped: tuple[Skipped, ...]
    pointer_after: int


def evolve(desk: Desk, event: Event) -> Desk:
    match event:
        case RotaMembersChosen():
            pointer = _kept_pointer(desk, event.members)
            return replace(desk, members=event.members, only_online=event.only_online, pointer=pointer)
        case RotaTurnTaken():
            return _without(replace(desk, pointer=event.pointer_after), event.conversation_id)
        case ConversationQueued():
            waiting = Waiting(event.conversation_id, event.customer_id, event.contact_owner_id)
            return _with(desk, event.conversation_id, waiting)
        case ConversationDequeued():
            return _without(desk, event.conversation_id)
        case ConversationRulesChosen():
            return replace(desk, rules=rules_of(event))
        case DrainBegun() | DrainEnded():
            return replace(desk, draining=isinstance(event, DrainBegun))
        case ChannelNoted():
            told = event.waba_id or desk.waba_id, event.country or desk.country
            return replace(desk, connected=event.connected, waba_id=told[0], country=told[1])
        case PhoneBookNoted():
            return replace(desk, has_phone_book=True)
    return desk


def _with(desk: Desk, conversation_id: ConversationId, waiting: Waiting) -> Desk:
    queue = dict(desk.queue)
    queue[conversation_id] = waiting
    return replace(desk, queue=queue)


def _without(desk: Desk, conversation_id: ConversationId) -> Desk:
    if conversation_id not in desk.queue:
        return desk
    rest = dict(desk.queue)
    del rest[conversation_id]
    return replace(desk, queue=rest)


def _kept_pointer(desk: Desk, members: tuple[UserId, ...]) -> int:
    """Whoever was next stays next; if they left, the first after them who stayed."""
    for user_id in _from_pointer(desk):
        if user_id in members:
            return members.index(user_id)
    return 0


def _from_pointer(desk: Desk) -> Iterable[UserId]:
    return (*desk.members[desk.pointer :], *desk.members[: desk.pointer])


def next_turn(desk: Desk, team: Team) -> Turn:
    """A strict cycle: the first eligible member from the pointer on, and the pointer just behind them."""
    reasons = {user_id: team.ineligible(user_id, desk.only_online) for user_id in desk.members}
    candidates = tuple(user_id for user_id in desk.members if reasons[user_id] is None)
    skipped: list[Skipped] = []
    for user_id in _from_pointer(desk):
        reason = reasons[user_id]
        if reason is None:
            after = (desk.members.index(user_id) + 1) % len(desk.members)
            return Turn(user_id, candidates, tuple(skipped), after)
        skipped.append(Skipped(user_id=user_id, reason=reason))
    return Turn(None, candidates, tuple(skipped), desk.pointer)


def choose_rota(command: ChooseRota, desk: Desk, team: Team) -> list[Event]:
    """Members must be registered; those who may not reply are skipped when their turn comes."""
    unknown = [user_id for user_id in command.members if user_id not in team.users]
    if unknown:
        raise NotEligible(user_ids=[str(user_id) for user_id in unknown])
    members = tuple(dict.fromkeys(command.members))
    if (members, command.only_online) == (desk.members, desk.only_online):
        return []
    return [
        RotaMembersChosen(
            organisation_id=command.organisation_id,
            phone_number_id=command.phone_number_id,
            members=members,
            only_online=command.only_online,
            chosen_by=command.by,
            chosen_at=command.now,
        )
    ]


def note_channel(command: NoteChannel, desk: Desk) -> list[Event]:
    noted = ChannelNoted(
        organisation_id=command.organisation_id,
        phone_number_id=command.phone_number_id,
        connected=command.connected,
        waba_id=command.waba_id,
        country=command.country,
        noted_at=command.now,
    )
    return [] if evolve(desk, noted) == desk else [noted]
