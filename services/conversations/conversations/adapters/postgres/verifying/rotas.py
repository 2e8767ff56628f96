"""The rota's decisions as a chain: each begins where the last one ended, nobody is skipped and nobody served twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.conversations import ConversationAssigned, ConversationReopened, OfDesk, OfTeam, RotaTurnTaken
from recado_events.ids import ConversationId, OrganisationId, UserId

from conversations.adapters.postgres.verifying.facts import Facts
from conversations.domain import desk, team
from conversations.domain.desk import Desk, next_turn
from conversations.domain.team import Team


@dataclass(slots=True)
class _Fairness:
    """Turns among people who could all have had them."""

    among: tuple[tuple[UserId, ...], tuple[UserId, ...]] = ((), ())
    turns: Counter[UserId] = field(default_factory=Counter)

    def is_kept(self, members: Sequence[UserId], turn: RotaTurnTaken) -> bool:
        among = tuple(members), turn.candidates
        if among != self.among:
            self.among, self.turns = among, Counter()
        self.turns[turn.user_id] += 1
        counts = [self.turns[user_id] for user_id in turn.candidates]
        return max(counts, default=0) - min(counts, default=0) <= 1


def figures(of: str, facts: Facts) -> Iterator[Figure]:
    desks: defaultdict[str, Desk] = defaultdict(Desk)
    fairness: defaultdict[str, _Fairness] = defaultdict(_Fairness)
    broken, unfair, wrong = [], [], []
    for event in facts.of(OfDesk):
        at = desks[event.stream]
        if isinstance(event, RotaTurnTaken):
            if event.pointer_before != at.pointer:
                broken.append(event.conversation_id)
            if not _is_next(at, event):
                wrong.append(event.conversation_id)
            if not fairness[event.stream].is_kept(at.members, event):
                unfair.append(event.conversation_id)
        desks[event.stream] = desk.evolve(at, event)
    yield told(of, "turns of the rota", sum(1 for _ in facts.of(RotaTurnTaken)))
    yield none_of(of, "turns that do not begin where the last one ended", broken)
    yield none_of(of, "turns that were somebody else's", wrong)
    yield none_of(of, "turns after which shares differ by more than one", unfair)
    yield none_of(of, "conversations that had two turns", _second_turns(facts))
    yield none_of(of, "turns without the assignment they are for", _unassigned(facts))
    yield none_of(of, "conversations that wait though somebody is there", _waiting(facts, desks))


def _second_turns(facts: Facts) -> list[str]:
    """One that goes on after its end may get another owner by the rota."""
    had: set[ConversationId] = set()
    twice = []
    for _, event, _ in facts.all:
        match event:
            case ConversationReopened():
                had.discard(event.conversation_id)
            case RotaTurnTaken() if event.conversation_id in had:
                twice.append(str(event.conversation_id))
            case RotaTurnTaken():
                had.add(event.conversation_id)
    return twice


def _is_next(at: Desk, turn: RotaTurnTaken) -> bool:
    """The first candidate from the pointer on."""
    cycle = (*at.members[at.pointer :], *at.members[: at.pointer])
    first = next((user_id for user_id in cycle if user_id in turn.candidates), None)
    if first != turn.user_id:
        return False
    passed = tuple(cycle[: cycle.index(first)])
    after = (at.members.index(first) + 1) % len(at.members)
    return passed == tuple(each.user_id for each in turn.skipped) and turn.pointer_after == after


def _unassigned(facts: Facts) -> list[str]:
    by_rota = {(e.conversation_id, e.user_id) for e in facts.of(ConversationAssigned) if e.how in {"rota", "queue"}}
    turns = {(event.conversation_id, event.user_id) for event in facts.of(RotaTurnTaken)}
    return [str(talk) for talk, _ in turns ^ by_rota]


def _waiting(facts: Facts, desks: dict[str, Desk]) -> list[str]:
    teams: defaultdict[OrganisationId, Team] = defaultdict(Team)
    told_of: dict[str, OrganisationId] = {event.stream: event.organisation_id for event in facts.of(OfDesk)}
    for event in facts.of(OfTeam):
        teams[event.organisation_id] = team.evolve(teams[event.organisation_id], event)
    return [
        str(talk)
        for stream, at in desks.items()
        if not at.draining and next_turn(at, teams[told_of[stream]]).user_id is not None
        for talk in at.queue
    ]
