"""Both ways from a backlog of inbound records to published events: ours and the obvious one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Protocol

from recado_events.catalogue import CONVERSATIONS, INBOUND

from deploy.local.programs import clean_environment
from tests.bench.backlog import fill
from tests.bench.ground import Ground
from tests.bench.rivals.naive import Inbox
from tests.bench.rivals.naive_worker import postgres_environment
from tests.bench.services import MAINS, environment_of, staff
from tests.bench.shift import ONLY, Outcome, Shift
from tests.bench.traffic import FACTS_OF_NEW, Message, Traffic, business, facts_of, records


class Side(Protocol):
    dsn: str

    def work_off(self, count: int) -> Outcome:
        """The next `count` mixed messages."""

    def close(self) -> None: ...


class Ours:
    """`dsn` is of a store whose customers `traffic` knows; `whole` runs all of the service's worker, its view too."""

    def __init__(
        self,
        ground: Ground,
        numbers: int,
        known: int,
        *,
        dsn: str | None = None,
        traffic: Traffic | None = None,
        whole: bool = False,
    ) -> None:
        self._ground = ground
        self.prefix = ground.topics()
        self.dsn = dsn or ground.database(MAINS["conversations"])
        self._environment = environment_of(ground, "conversations", self.dsn, self.prefix)
        self._module = ["conversations"] if whole else [ONLY, "conversations"]
        self.traffic = traffic or Traffic(known, numbers)
        self._inlet, outlet = self.prefix + INBOUND.name, self.prefix + CONVERSATIONS.name
        self._shift = Shift(ground, outlet)
        if dsn is None:
            staff(self.dsn, numbers)
            self._work_off(self.traffic.first_messages(), FACTS_OF_NEW * known)

    def work_off(self, count: int) -> Outcome:
        return self._work_off(self.traffic.mixed(count), facts_of(count))

    def leave(self) -> None:
        """The database stays."""
        self._ground.forget_topics(self.prefix)

    def close(self) -> None:
        self.leave()
        self._ground.drop(self.dsn)

    def _work_off(self, messages: Sequence[Message], facts: int) -> Outcome:
        fill(self._ground.kafka.bootstrap, records(messages), self._inlet)
        return self._shift.run(self._module, self._environment, len(messages), facts)


class Naive:
    def __init__(self, ground: Ground, numbers: int, known: int) -> None:
        self._ground = ground
        self.dsn = ground.database()
        self._inlet, self._outlet = ground.topic(), ground.topic()
        self._environment = {
            **clean_environment(),
            **postgres_environment(self.dsn),
            "NAIVE_KAFKA": ground.kafka.bootstrap,
            "NAIVE_TOPIC": self._inlet,
            "NAIVE_OUT": self._outlet,
        }
        self._shift = Shift(ground, self._outlet)
        self.traffic = Traffic(known, numbers)
        with closing(Inbox(env=postgres_environment(self.dsn))) as inbox:
            staff_naive(inbox, numbers)
        self._work_off(self.traffic.first_messages(), FACTS_OF_NEW * known)

    def work_off(self, count: int) -> Outcome:
        return self._work_off(self.traffic.mixed(count), facts_of(count))

    def close(self) -> None:
        self._ground.forget_topics(self._inlet)
        self._ground.forget_topics(self._outlet)
        self._ground.drop(self.dsn)

    def _work_off(self, messages: Sequence[Message], facts: int) -> Outcome:
        fill(self._ground.kafka.bootstrap, records(messages), self._inlet)
        return self._shift.run(["tests.bench.rivals.naive_worker"], self._environment, len(messages), facts)


def staff_naive(inbox: Inbox, numbers: int) -> None:
    businesses = [business(place) for place in range(numbers)]
    for at in {each.organisation_id: each for each in businesses}.values():
        its = [each.number for each in businesses if each.organisation_id == at.organisation_id]
        inbox.staff(at.organisation_id, list(its), list(at.members))
