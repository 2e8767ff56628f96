"""Rule 14 while all about the rota changes: members join, leave, go offline, lose their permission, come back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

from conversations.commands import SetAvailability
from hypothesis import given
from hypothesis import strategies as st
from recado_events.conversations import ConversationAssigned, ConversationOpened, ConversationQueued, RotaTurnTaken
from recado_events.event import Event
from recado_events.ids import ConversationId, ProfileId, UserId

from tests.conversations.office import NUMBER, Office
from tests.conversations.stage import ORGANISATION, PROFILE, Stage, number

OTHER_PROFILE = ProfileId(UUID(int=7))
PEOPLE = 6
WHAT = (
    "write",
    "write",
    "write",
    "join",
    "leave",
    "online",
    "offline",
    "active",
    "inactive",
    "permit",
    "forbid",
    "give",
)
STEPS = st.lists(st.tuples(st.sampled_from(WHAT), st.integers(0, PEOPLE - 1)), max_size=50)


@dataclass
class Rota:
    """The stage beside what is plain to see: who is on, whose turns there were, who waits. Members keep their order."""

    only_online: bool
    stage: Stage = field(default_factory=Stage)
    agents: list[UserId] = field(default_factory=list)
    members: set[int] = field(default_factory=set)
    away: dict[str, set[int]] = field(default_factory=lambda: {"offline": set(), "inactive": set(), "forbidden": set()})
    shares: dict[tuple[int, int], Counter[int]] = field(default_factory=dict)
    """Of each two who are eligible: their turns since they are so together."""
    waiting: list[ConversationId] = field(default_factory=list)
    written: int = 0

    def __post_init__(self) -> None:
        self.stage.grant("view_reply", "all", OTHER_PROFILE)
        self.agents = self.stage.agents(PEOPLE)
        for index in range(PEOPLE):
            self.away["offline"].add(index)
            self._registers(index)
        self._chooses()

    def _registers(self, index: int) -> list[Event]:
        profile = OTHER_PROFILE if index % 2 else PROFILE
        return self.stage.register(self.agents[index], profile=profile, active=index not in self.away["inactive"])

    def _chooses(self) -> list[Event]:
        return self.stage.rota([self.agents[index] for index in sorted(self.members)], only_online=self.only_online)

    def eligible(self) -> set[int]:
        away = self.away["inactive"] | self.away["forbidden"] | (self.away["offline"] if self.only_online else set())
        return self.members - away

    def happens(self, what: str, which: int) -> None:
        self._tally(self._does(what, which))

    def _does(self, what: str, which: int) -> list[Event]:
        match what:
            case "write":
                self.written += 1
                return self.stage.writes(number(f"1650555{self.written:04d}"))
            case "join" | "leave":
                (self.members.add if what == "join" else self.members.discard)(which)
                return self._chooses()
            case "online" | "offline":
                return self._turns(which, online=what == "online")
            case "active" | "inactive":
                (self.away["inactive"].add if what == "inactive" else self.away["inactive"].discard)(which)
                self.away["offline"] |= {which} if what == "inactive" else set()
                return self._registers(which)
            case "permit" | "forbid":
                whose = {index for index in range(PEOPLE) if index % 2 == which % 2}
                self.away["forbidden"] = self.away["forbidden"] - whose | (whose if what == "forbid" else set())
                level = "view_only" if what == "forbid" else "view_reply"
                return self.stage.grant(level, "all", OTHER_PROFILE if which % 2 else PROFILE)
        return self._gives(which)

    def _turns(self, which: int, *, online: bool) -> list[Event]:
        if which not in self.away["inactive"]:
            (self.away["offline"].discard if online else self.away["offline"].add)(which)
        who: Any = {"organisation_id": ORGANISATION, "user_id": self.agents[which], "now": self.stage.now}
        return self.stage.do(self.stage.people.set_availability, SetAvailability(**who, online=online))

    def _gives(self, which: int) -> list[Event]:
        """Somebody hands over what waits longest: the rota's pointer stays where it is."""
        if not self.waiting or which in self.away["inactive"] | self.away["forbidden"]:
            return []
        return self.stage.assigns(self.waiting[0], self.agents[which])

    def _tally(self, facts: list[Event]) -> None:
        """Turns that were taken when this happened count for those who are eligible from then on."""
        on = self.eligible()
        together = {pair: self.shares.get(pair, Counter(pair)) for pair in combinations(sorted(on), 2)}
        self.shares = together
        for fact in facts:
            if isinstance(fact, RotaTurnTaken):
                taken = self.agents.index(fact.user_id)
                assert taken in on, "who is not eligible takes no turn"
                for pair, counted in self.shares.items():
                    counted.update({taken} & set(pair))
                if fact.from_queue:
                    assert self.waiting.pop(0) == fact.conversation_id, "the oldest is first"
            elif isinstance(fact, ConversationQueued):
                self.waiting.append(fact.conversation_id)
            elif isinstance(fact, ConversationAssigned) and fact.how == "person":
                self.waiting.remove(fact.conversation_id)


@given(STEPS, st.booleans())
def test_rule_14_those_eligible_throughout_get_equal_shares_while_others_join_leave_and_go_offline(
    steps: list[tuple[str, int]], only_online: bool
) -> None:
    """Of any two, for as long as both are eligible; and nothing waits while anybody is."""
    rota = Rota(only_online)
    for step in steps:
        rota.happens(*step)
        uneven = {pair: counted for pair, counted in rota.shares.items() if len(set(counted.values())) > 1}
        assert all(max(counted.values()) - min(counted.values()) <= 1 for counted in uneven.values())
        assert rota.waiting == [] or rota.eligible() == set()
    assigned = {fact.conversation_id for fact in rota.stage.facts(ConversationAssigned)}
    opened = [fact.conversation_id for fact in rota.stage.facts(ConversationOpened)]
    assert rota.waiting == [talk for talk in opened if talk not in assigned], "nobody is forgotten"


class Shop(Office):
    """Four agents; who of them is in the rota changes."""

    async def opens(self) -> None:
        self.agents += [uuid4(), uuid4()]
        for index, agent in enumerate(self.agents):
            await self.registers(index, agent)

    async def registers(self, index: int, agent: Any, *, active: bool = True) -> None:
        body = {"name": f"Agent {index}", "role": "member", "profile_id": str(self.profile), "active": active}
        await self.does("PUT", f"/users/{agent}", body)

    async def rota(self, *members: int) -> None:
        chosen = [str(self.agents[index]) for index in members]
        await self.does("PUT", f"/channels/{NUMBER}/rota", {"members": chosen, "only_online": True})

    async def goes(self, index: int, *, online: bool) -> None:
        await self.does("PUT", f"/users/{self.agents[index]}/availability", {"online": online}, self.agent(index))

    async def shares(self) -> list[int]:
        """Conversations of each agent, and how many wait."""
        lists = [f"owner={agent}" for agent in self.agents] + ["view=unassigned"]
        return [len((await self.sees(f"/conversations?limit=100&{query}"))["items"]) for query in lists]


async def test_rule_14_over_the_service_shares_stay_even_while_members_join_leave_and_go_offline(
    office: Office,
) -> None:
    shop, written = Shop(office.service, office.client), 0
    shop.__dict__.update(office.__dict__)
    await shop.opens()

    def customers_write(count: int) -> None:
        nonlocal written
        for _ in range(count):
            written += 1
            shop.customer_writes(wa_id=f"55119876540{written:02d}")

    await shop.rota(0, 1, 2)
    customers_write(3)
    assert await shop.shares() == [0, 0, 0, 0, 3], "nobody is online"
    for index in (0, 1, 2, 3):
        await shop.goes(index, online=True)
    assert await shop.shares() == [3, 0, 0, 0, 0], "who came first was alone with what waited"
    customers_write(4)
    assert await shop.shares() == [4, 2, 1, 0, 0]
    await shop.rota(0, 1, 2, 3)
    customers_write(2)
    assert await shop.shares() == [4, 2, 2, 1, 0]
    await shop.goes(1, online=False)
    customers_write(6)
    assert await shop.shares() == [6, 2, 4, 3, 0]
    await shop.registers(3, shop.agents[3], active=False)
    await shop.rota(0, 1, 3)
    await shop.goes(0, online=False)
    customers_write(2)
    assert await shop.shares() == [6, 2, 4, 3, 2]
    await shop.goes(1, online=True)
    assert await shop.shares() == [6, 4, 4, 3, 0]
