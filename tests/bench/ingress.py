"""Webhooks acknowledged durably: our gateway beside FastAPI and pywa doing the same with the same Kafka."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import httpx
from gateway import main as gateway_main
from recado_events.catalogue import INBOUND

from deploy.local.errors import LocalError
from deploy.local.ports import free_port
from deploy.local.process import end, last_lines, spawn
from deploy.local.programs import clean_environment
from deploy.local.state import REPOSITORY
from tests.bench.backlog import Outlet
from tests.bench.figures import Findings, Target, ratios, side_by_side, spelled
from tests.bench.ground import Ground
from tests.bench.load import Answer, Plan
from tests.bench.machine import cpu_seconds, pin, unpin
from tests.bench.meta import send
from tests.bench.services import Running, connect_numbers
from tests.bench.traffic import NUMBERS

HOW = (
    "Signed bodies of one message each over 64 keep-alive connections, the next one as soon as the last was answered; "
    "100 numbers. Every server verifies the signature and answers 200 once Kafka has acknowledged (acks=all, "
    "idempotent) one record an update; that they are all stored is checked after each run. Server on the first core, "
    "Kafka, PostgreSQL and the load on the second; uvloop and httptools everywhere, access logs nowhere. The gateway "
    "runs its role `api`; with `worker` it also archives what it published."
)
_SERVER, _REST = 0, 1


def run(ground: Ground) -> Findings:
    findings = Findings("Webhooks acknowledged durably", HOW)
    pin(ground.server_pids(), _REST)
    try:
        sides = {
            "gateway": lambda _: _measured(ground, _gateway(ground, "api")),
            "fastapi": lambda _: _measured(ground, _rival(ground, "fastapi_door")),
            "pywa": lambda _: _measured(ground, _rival(ground, "pywa_door")),
            "gateway, both roles": lambda _: _measured(ground, _gateway(ground, "api,worker")),
        }
        found = side_by_side(ground.size.rounds, sides)
    finally:
        unpin(ground.server_pids())
    rates = {name: [each.answer.rate for each in rounds] for name, rounds in found.items()}
    costs = {name: [each.cost for each in rounds] for name, rounds in found.items()}
    findings.add("gateway beside pywa", ratios(rates["gateway"], rates["pywa"]), "x", Target("least", 6))
    findings.add("gateway beside pywa, by processor time", ratios(costs["pywa"], costs["gateway"]), "x")
    findings.add("gateway beside FastAPI", ratios(rates["gateway"], rates["fastapi"]), "x")
    p99 = [each.answer.p99 for each in found["gateway"]]
    findings.add("gateway: p99 of the answer", p99, "ms", Target("most", 25))
    for name, rounds in found.items():
        findings.add(name, rates[name], "webhooks/s", note=_note(rounds))
    return findings


@dataclass(frozen=True)
class Served:
    """`cost`: microseconds of the server's processor a webhook."""

    answer: Answer
    cost: float


def _note(rounds: list[Served]) -> str:
    middle = sorted(rounds, key=lambda each: each.answer.rate)[len(rounds) // 2]
    answer = middle.answer
    return (
        f"p50 {spelled(answer.p50)} ms, p99 {spelled(answer.p99)} ms; processor, µs a webhook: "
        f"server {spelled(middle.cost)}, load {spelled(answer.processor)}"
    )


@dataclass(frozen=True)
class _Door:
    """A server, and the topic it publishes to."""

    pid: int
    port: int
    topic: str


def _measured(ground: Ground, server: AbstractContextManager[_Door]) -> Served:
    with server as door:
        pin([door.pid], _SERVER)
        before = 0.0

        def begun() -> None:
            nonlocal before
            before = cpu_seconds(door.pid)

        plan = Plan(door.port, ground.secrets.app_secret, ground.size.seconds, user_ids=True)
        answer = send(plan, core=_REST, meanwhile=begun)
        cost = (cpu_seconds(door.pid) - before) / answer.sent * 1e6
        stored = Outlet(ground.kafka.bootstrap, door.topic).count()
    if answer.refused:
        raise RuntimeError(f"{answer.refused} webhooks were not acknowledged")
    if stored < answer.sent:
        raise RuntimeError(f"{answer.sent} webhooks were acknowledged, but only {stored} records stored")
    return Served(answer, cost)


@contextmanager
def _gateway(ground: Ground, roles: str) -> Iterator[_Door]:
    dsn, prefix = ground.database(gateway_main), ground.topics()
    connect_numbers(dsn, NUMBERS)
    with Running(ground, "gateway", dsn, prefix, RECADO_ROLES=roles) as running:
        yield _Door(running.pid, running.port, prefix + INBOUND.name)
    ground.drop(dsn)
    ground.forget_topics(prefix)


@contextmanager
def _rival(ground: Ground, module: str) -> Iterator[_Door]:
    topic, port = ground.topic(), free_port()
    told = {"DOOR_KAFKA": ground.kafka.bootstrap, "DOOR_TOPIC": topic, "DOOR_SECRET": ground.secrets.app_secret}
    command = ["uvicorn", "--factory", f"tests.bench.rivals.{module}:app", "--port", str(port)]
    options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    log = ground.folder / f"{module}.log"
    with log.open("ab") as output:
        process = spawn(
            [sys.executable, "-m", *command, *options],
            output=output,
            environment={**clean_environment(), **told},
            directory=REPOSITORY,
        )
    try:
        for _ in range(300):
            if process.poll() is not None:
                raise LocalError(f"{module} ended:\n{last_lines(log)}")
            try:
                httpx.get(f"http://127.0.0.1:{port}/", timeout=1)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield _Door(process.pid, port, topic)
    finally:
        end(process, signal.SIGTERM, 10)
        ground.forget_topics(topic)
