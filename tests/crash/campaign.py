"""A campaign: load, faults, rest, comparison, again and again; what differs or never comes to rest fails it."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field, replace
from random import Random

import httpx
from recado_chassis.verifying.comparison import compare
from recado_chassis.verifying.figures import Figure

from tests.crash import agents, beginners, buyers, couriers, customers, holds, points, receivers, reviewers, sellers
from tests.crash.faults.quarantine import connected
from tests.crash.installation import Installation
from tests.crash.ledger import Ledger
from tests.crash.payer import Payer
from tests.crash.plans import Phase
from tests.crash.receivers import CHOSEN, Receivers
from tests.crash.scene import Fault, Say, Scene
from tests.crash.settling import NotSettled, Settling
from tests.crash.traffic import Act, Traffic
from tests.crash.watching import Watchers
from tests.journeys.databases import Databases
from tests.journeys.world import World
from tests.libs.chassis.edges.test_program import recado
from tests.simulator.client import Simulator

MIX: dict[Act, float] = {
    customers.somebody_new_writes_a_burst: 8,
    customers.a_customer_writes: 30,
    customers.meta_delivers_a_message_many_times: 5,
    customers.meta_delivers_many_in_one_body: 2,
    customers.meta_delivers_statuses_reversed: 3,
    customers.meta_delivers_statuses_ten_times: 2,
    customers.meta_delivers_statuses_late: 2,
    customers.a_customer_reacts_edits_or_revokes: 5,
    customers.meta_uses_an_id_again_for_something_else: 1,
    customers.somebody_forges_a_webhook: 2,
    customers.another_app_has_statuses_and_somebody_forges_a_tag: 2,
    customers.the_phone_app_hands_over_its_past: 1,
    agents.an_agent_replies: 30,
    agents.an_agent_reads_and_lets_it_be_known: 4,
    agents.a_conversation_is_closed_or_opened_again: 3,
    agents.a_conversation_is_given_to_somebody: 3,
    agents.somebody_leaves_or_returns: 1,
    agents.a_customer_is_blocked_for_a_while: 2,
    agents.silence_ends_conversations_for_a_moment: 0.3,
    couriers.a_customer_sends_a_file: 5,
    couriers.an_agent_sends_a_file: 6,
    reviewers.an_administrator_makes_a_template: 3,
    reviewers.an_administrator_deletes_a_template: 1,
    reviewers.meta_thinks_again: 3,
    reviewers.an_answer_about_a_template_is_lost: 1,
    beginners.an_agent_begins_a_chat: 16,
    beginners.a_template_is_sent_in_a_conversation: 6,
    beginners.somebody_wants_no_marketing_or_wants_it_again: 1,
    sellers.a_record_goes_to_another_stage: 2,
    sellers.contacts_are_merged_or_parted: 1,
    buyers.somebody_buys_credits: 3,
    buyers.the_providers_answer_to_an_order_is_lost: 1,
    buyers.the_wallet_falls_to_its_floor: 2,
    buyers.somebody_wants_their_money_back: 1,
    receivers.a_webhook_is_paused_for_a_moment: 1,
    receivers.somebody_wants_to_be_told_again: 1,
}
NUMBERS = 3
FIRST_CREDITS = 20
TOO_MANY = "messages that Meta took for too many"
"""Judged here, where nobody else sends from these numbers."""
FINAL_BOUND = 330.0
"""Seconds until every message has an outcome, where silence counts as one after a minute, and every file is where it
is to be: one that a dead worker had in hand is handed out anew after five."""
MADE_UP = "messages received that Meta never sent"
_LOOKS = 4
_LONGEST_FAULT = 240.0
_LONGEST_START = 120.0


@dataclass(slots=True)
class Outcome:
    seed: int
    phases: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    """The last ones."""
    differences: list[str] = field(default_factory=list)
    longest_rest: float = 0.0
    seconds: float = 0.0
    kills: Counter[str] = field(default_factory=Counter)
    injected: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    """Named points that nobody came to."""
    measured: dict[str, float] = field(default_factory=dict)
    ended_unasked: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.differences


class Campaign:
    def __init__(self, installation: Installation, seed: int, say: Say, rate: float) -> None:
        self._installation = installation
        self._random = Random(seed)
        self._say = say
        self._rate = rate
        self.outcome = Outcome(seed)
        self._ledger = Ledger()

    async def run(self, phases: Iterator[Phase], enough: Enough, *, to_the_end: bool, every_point: bool) -> Outcome:
        """`to_the_end`: until every message has its outcome, which takes more than a minute; `every_point`: that nobody
        came to one of them is a difference."""
        begun = time.monotonic()
        async with self._scene() as scene:
            settling = Settling(self._installation, scene.http, scene.meta, scene.traffic.payer)
            watchers = Watchers(self._installation.endpoints["databases"])
            try:
                await self._prepare(scene, CHOSEN if to_the_end else CHOSEN[:1])
                for phase in phases:
                    await self._phase(scene, settling, watchers, phase)
                    kills, done = self._installation.tally.kills.total(), len(self.outcome.phases)
                    if not self.outcome.ok or enough(time.monotonic() - begun, kills, done):
                        break
                if to_the_end:
                    self._say("until every message has an outcome …")
                    await receivers.all_are_tried_now(scene.traffic)
                    await self._look(scene, settling, watchers, "the end", bound=FINAL_BOUND)
                self.outcome.differences += [f"SIGTERM: {each}" for each in self._installation.tally.bad_stops]
                commands = [("ledger",), ("--parked", str(scene.parked))] if to_the_end else [("ledger",)]
                await asyncio.gather(*(asyncio.to_thread(self._as_an_operator, *each) for each in commands))
                self._missed(judged=every_point)
            finally:
                watchers.stop()
                self._account(scene, settling, time.monotonic() - begun)
        return self.outcome

    @asynccontextmanager
    async def _scene(self) -> AsyncIterator[Scene]:
        endpoints, databases = self._installation.endpoints, Databases()
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=0)
        async with (
            httpx.AsyncClient(timeout=10, limits=limits, trust_env=False) as http,
            Simulator(endpoints["simulator"]) as meta,
            Receivers() as told,
        ):
            world = World(self._installation.launcher, endpoints, http, meta, databases)
            numbers = [endpoints["phone_number_id"]]
            payer = Payer(endpoints["payments"], http)
            traffic = Traffic(world, payer, self._ledger, self._random, numbers, MIX, self._rate)
            with closing(databases):
                yield Scene(self._installation, traffic, self._ledger, told, self._random, http, meta, self._say)

    async def _prepare(self, scene: Scene, told: Sequence[Sequence[str]]) -> None:
        rules = {"webhook_attempts": 100_000, "webhook_backoff_cap": 2.0, "webhook_concurrency": 32}
        await scene.meta.change_rules(**rules)
        await scene.traffic.payer.delivers(attempts=100_000, pause=0.5)
        await self._installation.up(scene.http)
        async with asyncio.timeout(_LONGEST_START):
            await asyncio.gather(
                *(self._another_number(scene, index) for index in range(1, NUMBERS)),
                beginners.kept_templates_are_made(scene.traffic),
                buyers.buys(scene.traffic, FIRST_CREDITS),
                scene.receivers.subscribe(scene.traffic, told),
            )
            await sellers.each_conversation_opens_a_record(scene.traffic)

    async def _another_number(self, scene: Scene, index: int) -> None:
        account = self._installation.endpoints["waba_id"]
        number = await scene.meta.create_phone_number(account, f"+1 555-010-{index:04}")
        await connected(scene, account, number.id)
        scene.traffic.numbers.append(number.id)

    async def _phase(self, scene: Scene, settling: Settling, watchers: Watchers, phase: Phase) -> None:
        self._say(f"{phase.name} …")
        before, begun = self._installation.tally.kills.total(), time.monotonic()
        scene.traffic.begin()
        supervising = asyncio.create_task(self._supervise())
        await asyncio.sleep(1.0)
        await asyncio.gather(*(self._inject(scene, fault) for fault in phase.faults))
        await asyncio.sleep(1.0)
        supervising.cancel()
        with suppress(asyncio.CancelledError):
            await supervising
        self._installation.restart_the_dead()
        await scene.traffic.rest()
        await scene.meta.clear_faults()
        await scene.traffic.payer.clear_faults()
        kills = self._installation.tally.kills.total() - before
        await self._look(scene, settling, watchers, f"{phase.name} ({kills} kills, {time.monotonic() - begun:.0f} s)")

    async def _inject(self, scene: Scene, fault: Fault) -> None:
        try:
            async with asyncio.timeout(_LONGEST_FAULT):
                await fault(scene)
        except Exception as error:  # noqa: BLE001 - the other faults go on; a fault that could not be made is a failure
            self._ledger.wrong(f"a fault could not be made: {type(error).__name__}: {error}")

    async def _supervise(self) -> None:
        while True:
            self._installation.restart_the_dead()
            await asyncio.sleep(0.3)

    async def _look(
        self, scene: Scene, settling: Settling, watchers: Watchers, what: str, *, bound: float | None = None
    ) -> None:
        """What is found again and again is there: once it may have been a message that was noted as lost at that very
        moment. What is found while something moves says nothing."""
        differing: list[Figure] = []
        rest = 0.0
        try:
            looks = tries = 0
            while looks < _LOOKS and tries < 3 * _LOOKS:
                rest += await (settling.settle() if bound is None else settling.settle(bound, sends=True))
                differing = await self._differences(scene, watchers)
                if not differing:
                    break
                looks += await settling.stood_still()
                tries += 1
        except NotSettled as error:
            self._ledger.wrong(str(error))
        told = [f"{each.of}: {each.value} {each.name}: {', '.join(each.examples)}" for each in differing]
        found = [*told, *self._ledger.problems]
        self._ledger.problems.clear()
        self.outcome.differences += [f"after {what}: {each}" for each in found]
        self.outcome.phases.append(what)
        self._say("\n".join([f"  {what}: at rest after {rest:.1f} s, {len(found)} differences", *found]))

    async def _differences(self, scene: Scene, watchers: Watchers) -> list[Figure]:
        folder, endpoints = self._installation.folder, self._installation.endpoints
        evidence = await asyncio.to_thread(self._ledger.evidence, endpoints["simulator"], folder, endpoints["payments"])
        figures = await asyncio.to_thread(compare, endpoints, folder, evidence, parked=scene.parked)
        figures += await asyncio.to_thread(holds.figures, endpoints["databases"])
        figures += await asyncio.to_thread(scene.receivers.figures, endpoints["databases"])
        figures = [replace(each, wanted=0) if each.name == TOO_MANY else each for each in figures]
        figures.append(await asyncio.to_thread(watchers.figure))
        self.outcome.figures = figures
        return [figure for figure in figures if figure.differs]

    def _missed(self, *, judged: bool) -> None:
        """Each named point of each service was the end of somebody, where there was time for all of them."""
        self.outcome.missed = [each for each in points.all_places() if not self._installation.tally.kills[each]]
        if judged:
            self.outcome.differences += [f"nobody came to {each}" for each in self.outcome.missed]

    def _as_an_operator(self, *asked: str) -> None:
        """The command says the same as the comparisons before; of webhooks posted by hand it cannot know."""
        file = str(self._installation.folder / "endpoints.json")
        done = recado("verify", *asked, "--endpoints", file, "--json")
        told = json.loads(done.stdout) if done.stdout else {"figures": [{"name": done.stderr, "differs": True}]}
        differing = {each["name"] for each in told["figures"] if each["differs"]} - {MADE_UP}
        self.outcome.differences += [f"recado verify: {name}" for name in differing]

    def _account(self, scene: Scene, settling: Settling, seconds: float) -> None:
        outcome, tally = self.outcome, self._installation.tally
        outcome.seconds, outcome.longest_rest = seconds, settling.longest
        outcome.kills, outcome.injected, outcome.done = tally.kills.copy(), scene.injected, scene.traffic.done
        outcome.measured, outcome.ended_unasked = scene.measured, tally.ended_unasked


@dataclass(frozen=True, slots=True)
class Enough:
    """Whether it has lasted long enough, killed often enough and been through enough phases."""

    seconds: float
    kills: int
    phases: int = 0

    def __call__(self, seconds: float, kills: int, phases: int) -> bool:
        return seconds >= self.seconds and kills >= self.kills and phases >= self.phases
