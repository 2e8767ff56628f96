"""Which faults come together in which order: everything once, then whatever chance brings, until it is enough."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from deploy.local.settings import SERVICES
from tests.crash import points
from tests.crash.faults.databases import commits_lost, locks_held, sessions_ended
from tests.crash.faults.freezing import asked_to_stop, relay_frozen, worker_frozen
from tests.crash.faults.groups import offsets_lost, rebalances
from tests.crash.faults.kills import (
    all_at_once,
    anywhere,
    at_points,
    one_after_another,
    points_left,
    rebuilding,
)
from tests.crash.faults.meta import answer_dropped, answers_go_wrong
from tests.crash.faults.poison import poison
from tests.crash.faults.quarantine import released
from tests.crash.faults.servers import kafka_down, kafka_frozen, postgres_down
from tests.crash.scene import Fault, Scene

POINTS_A_PHASE = 4
QUICK_WORKERS = {**dict.fromkeys(SERVICES, 1), "gateway": 2, "conversations": 2}
"""The start of a process costs more than anything else in the quick form."""
QUICK_SESSION = 3.0


@dataclass(frozen=True, slots=True)
class Phase:
    """Its faults run at the same time, under load; then everything must come to rest, and be right."""

    name: str
    faults: Sequence[Fault]


def everything(random: Random) -> Iterator[Phase]:
    """Every class of fault, and every named point of every service."""
    at_named_points = list(_named_points(random))
    others = _others(random)
    random.shuffle(others)
    for phase in others:
        if at_named_points:
            yield at_named_points.pop()
        yield phase
    yield from at_named_points
    yield Phase("named points that nobody came to yet", [points_left])


def by_chance(random: Random) -> Iterator[Phase]:
    while True:
        lasting = random.sample(
            [
                ("answers", answers_go_wrong(12)),
                ("rebalances", rebalances(random.choice(SERVICES), 5)),
                ("sessions", sessions_ended(8)),
                ("commits", commits_lost(random.choice(SERVICES), 5)),
                ("frozen", worker_frozen(random.choice(SERVICES), random.choice([6.0, 13.0]))),
            ],
            2,
        )
        sudden = random.choice(
            [
                ("kills", anywhere(14, 0.5)),
                ("kills", anywhere(14, 0.5)),
                ("kills", anywhere(14, 0.5)),
                ("broker", kafka_down("killed", 1.0)),
                ("database", postgres_down(random.choice(["fast", "immediate", "killed"]), 1.0)),
                ("all at once", all_at_once),
            ]
        )
        chosen = [*lasting, sudden]
        yield Phase(" + ".join(name for name, _ in chosen), [fault for _, fault in chosen])


def quick(random: Random) -> Iterator[Phase]:
    """One of each class, most of them at the same time, and one look: within a minute, most of which is the start.
    Meanwhile the first worker of each service dies at one point after the other."""
    points_of = {service: list(_points_of_first(service)) for service in SERVICES}
    for names in points_of.values():
        random.shuffle(names)
    dying = [one_after_another(service, points_of[service]) for service in SERVICES if service != "crm"]
    at_once: list[Fault] = [
        commits_lost("crm", 2),
        answer_dropped("before"),
        answer_dropped("after"),
        rebalances("templates", 3),
        poison(),
        worker_frozen("conversations", QUICK_SESSION + 2.0),
        _one_by_one(asked_to_stop("gateway", most=1), postgres_down("killed", 0.5)),
    ]
    others = _one_by_one(_together(*at_once), kafka_down("killed", 0.5))
    yield Phase("one of each class", [_as_long_as(others, dying)])


def _points_of_first(service: str) -> Iterator[str]:
    """Where the first worker of a service comes by itself: of two, the relay or a receiver may be the other one's."""
    others = ("relay.", "notifier.") if service == "gateway" else ("relay.", "producer.")
    for each, point in points.of_traffic():
        if each == service and (QUICK_WORKERS[service] == 1 or not point.startswith(others)):
            yield point


def _named_points(random: Random) -> Iterator[Phase]:
    """Of all services at once, a few points each."""
    left = {service: [p for s, p in points.of_traffic() if s == service] for service in SERVICES}
    for names in left.values():
        random.shuffle(names)
    while any(left.values()):
        taken = {
            service: [names.pop() for _ in range(min(POINTS_A_PHASE, len(names)))] for service, names in left.items()
        }
        faults = [at_points(service, names) for service, names in taken.items() if names]
        yield Phase("named points", faults)


def _others(random: Random) -> list[Phase]:
    calls = at_points("gateway", ["dispatcher.after_call", "dispatcher.after_claim"])
    ways_down = [postgres_down("immediate", 1.0), postgres_down("killed", 1.0), postgres_down("fast", 7.0)]
    rebuilds = [rebuilding(service, point) for point, service in points.REBUILT.items()]
    in_quarantine = [released(point) for point in points.in_part(points.IN_QUARANTINE)]
    return [
        Phase("killed anywhere, rebuilds too", [anywhere(18, 0.6), *rebuilds, rebuilding("gateway", None)]),
        Phase("poison, then all killed at once", [_one_by_one(poison(), all_at_once)]),
        Phase("much poison while the database is away", [poison(60), postgres_down("immediate", 3.0)]),
        Phase("broker stopped", [kafka_down("stopped", 8.0)]),
        Phase("broker killed, then frozen", [_one_by_one(kafka_down("killed", 2.0), kafka_frozen(8.0))]),
        Phase("database stopped at once, killed, stopped", [_one_by_one(*ways_down)]),
        Phase("workers frozen, answers of Meta", [*(worker_frozen(each) for each in SERVICES), answers_go_wrong(13)]),
        Phase("relays frozen, rebalances", [*(relay_frozen(each) for each in SERVICES), rebalances("crm", 10)]),
        Phase("the gateway killed around its calls, answers of Meta", [answers_go_wrong(15), calls]),
        Phase("COMMIT or its answer lost", [commits_lost(each, 6) for each in SERVICES]),
        Phase("sessions ended, locks held", [sessions_ended(12), locks_held(random.choice(SERVICES))]),
        Phase("rebalances", [rebalances(each, 8) for each in SERVICES]),
        Phase("rolling deployment", [asked_to_stop(each) for each in SERVICES]),
        Phase("quarantine", [_one_by_one(*in_quarantine)]),
        Phase("committed offsets lost", [_one_by_one(*(offsets_lost(each) for each in SERVICES))]),
    ]


def _together(*faults: Fault) -> Fault:
    async def fault(scene: Scene) -> None:
        await asyncio.gather(*(each(scene) for each in faults))

    return fault


def _as_long_as(lasting: Fault, others: Sequence[Fault]) -> Fault:
    """The others go on as long as that one does."""

    async def fault(scene: Scene) -> None:
        going_on = asyncio.gather(*(each(scene) for each in others))
        try:
            await lasting(scene)
        finally:
            going_on.cancel()
            with suppress(asyncio.CancelledError):
                await going_on

    return fault


def _one_by_one(*faults: Fault) -> Fault:
    async def fault(scene: Scene) -> None:
        for each in faults:
            await each(scene)

    return fault
