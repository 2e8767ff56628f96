"""From a webhook to the published event of its message, with gateway and conversations running: how late, how fast."""

from __future__ import annotations

import threading
import time
from array import array
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition
from recado_events.catalogue import CONVERSATIONS

from tests.bench.figures import Findings, Target, say, spelled
from tests.bench.ground import Ground
from tests.bench.load import Plan
from tests.bench.machine import cpu_seconds, resident_mib
from tests.bench.meta import send
from tests.bench.services import MAINS, Running, connect_numbers, staff
from tests.bench.traffic import NUMBERS

HOW = (
    "Webhooks of one message each at a fixed rate over 64 connections, from when each was due until a consumer of the "
    "output topic has its `MessageReceived`. `python -m gateway` and `python -m conversations` run with all their "
    "roles (archive, views, relays) beside Kafka, PostgreSQL, the load and the consumer on all cores; 100 numbers, "
    "1,000 known customers, one message in ten from a new one. A rate holds while p99 is at most 100 ms and every "
    "event came."
)
_HOLDS = 100.0
_ASKED = (1_000, 2_000)
_SEARCHED = (250, 500, 750, 1_000, 1_250, 1_500, 1_750, 2_000, 2_500, 3_000, 3_500, 4_000, 5_000, 6_000)


@dataclass(frozen=True)
class Lateness:
    """Milliseconds; `lost`: events that had not come some seconds after the load had ended."""

    p50: float
    p99: float
    lost: int
    memory: dict[str, float]
    processor: dict[str, float]
    """Cores' worth."""

    @property
    def holds(self) -> bool:
        return self.lost == 0 and self.p99 <= _HOLDS


class Sink(threading.Thread):
    """Notes when the event of each message arrives."""

    def __init__(self, bootstrap: str, topic: str, count: int) -> None:
        super().__init__(daemon=True)
        self.at = array("d", bytes(8 * count))
        self.stopping = threading.Event()
        self.seen = 0
        options = {"bootstrap.servers": bootstrap, "group.id": "bench-sink", "fetch.wait.max.ms": 100, "log_level": 0}
        self._consumer = Consumer(options)
        places = [TopicPartition(topic, number) for number in range(12)]
        ends = [self._consumer.get_watermark_offsets(place, timeout=10)[1] for place in places]
        self._consumer.assign([TopicPartition(topic, n, end) for n, end in enumerate(ends)])

    def run(self) -> None:
        while not self.stopping.is_set():
            for record in self._consumer.consume(500, 0.004):
                place = _index_in(record.value() or b"")
                if place is not None and place < len(self.at) and not self.at[place]:
                    self.at[place] = time.monotonic()
                    self.seen += 1
        self._consumer.close()


def _index_in(value: bytes) -> int | None:
    """The message's place in the traffic, which stands in its wamid."""
    _, found, rest = value.partition(b'"wamid":"wamid.')
    return int(b64decode(rest[: rest.index(b'"')])[-19:-1], 16) if found else None


@dataclass
class System:
    ground: Ground
    prefix: str
    gateway: Running
    conversations: Running
    begins: float
    used: int = 0

    def at(self, rate: int) -> Lateness:
        size = self.ground.size
        plan = Plan(
            self.gateway.port, self.ground.secrets.app_secret, size.seconds, float(rate), warm_up=2.0,
            known=size.known, begins=self.begins, first=self.used, bodies=int(rate * (size.seconds + 2)) + 1,
            sent_at=str(self.ground.folder / "sent"),
        )  # fmt: skip
        self.used += plan.bodies
        sink = Sink(self.ground.kafka.bootstrap, self.prefix + CONVERSATIONS.name, self.used)
        sink.start()
        watched = {"gateway": self.gateway.pid, "conversations": self.conversations.pid}
        servers = {"PostgreSQL": self.ground.postgres.pid or 1, "Kafka": self.ground.kafka.pid or 1}
        before = {name: cpu_seconds(pid) for name, pid in {**watched, **servers}.items()}
        answer = send(plan)
        memory = {name: resident_mib(pid) for name, pid in watched.items()}
        spent = {name: cpu_seconds(pid) - before[name] for name, pid in {**watched, **servers}.items()}
        due = array("d")
        due.frombytes(Path(plan.sent_at).read_bytes())
        self._await(sink, len(due))
        cores = {name: seconds / (plan.seconds + plan.warm_up) for name, seconds in spent.items()}
        gave_up = time.monotonic()  # for what has not come by then: it is that late at least
        late = [(sink.at[plan.first + place] or gave_up) - at for place, at in enumerate(due)]
        counted = sorted(seconds * 1000 for seconds in late[int(rate * plan.warm_up) :])
        lost = len(due) - sink.seen + answer.refused
        return Lateness(_at(counted, 0.5), _at(counted, 0.99), lost, memory, cores)

    def settle(self) -> None:
        """Lets it work off what a rate too high has left."""
        sink = Sink(self.ground.kafka.bootstrap, self.prefix + CONVERSATIONS.name, self.used)
        sink.start()
        self._await(sink, 10**9)

    @staticmethod
    def _await(sink: Sink, count: int) -> None:
        """Until all have come, or none has for ten seconds."""
        seen, since = -1, time.monotonic()
        while sink.seen < count and time.monotonic() - since < 10:
            if sink.seen != seen:
                seen, since = sink.seen, time.monotonic()
            time.sleep(0.02)
        sink.stopping.set()
        sink.join()


def run(ground: Ground) -> Findings:
    findings = Findings("Webhook to published event", HOW)
    with system(ground) as running:
        running.at(200)
        for rate in _ASKED:
            found = [running.at(rate) for _ in range(min(3, ground.size.rounds))]
            _tell(findings, rate, found)
            running.settle()
        findings.add("highest rate that holds p99 ≤ 100 ms", [_highest(running)], "webhooks/s")
    return findings


def _tell(findings: Findings, rate: int, found: list[Lateness]) -> None:
    middle = sorted(found, key=lambda each: each.p99)[len(found) // 2]
    cores = ", ".join(f"{name} {spelled(share)}" for name, share in middle.processor.items())
    memory = ", ".join(f"{name} {spelled(size)}" for name, size in middle.memory.items())
    lost = f"; {middle.lost:,} events had not come when the wait ended" if middle.lost else ""
    findings.add(f"{rate:,}/s: p50", [each.p50 for each in found], "ms")
    target = Target("most", _HOLDS)
    note = f"cores in use: {cores}; MiB resident: {memory}{lost}"
    findings.add(f"{rate:,}/s: p99", [each.p99 for each in found], "ms", target, note)


def _highest(running: System) -> float:
    """Upwards until two rates in a row do not hold."""
    held, failed = 0, 0
    for rate in _SEARCHED:
        found = running.at(rate)
        say(f"  {rate:,}/s: p50 {spelled(found.p50)} ms, p99 {spelled(found.p99)} ms, {found.lost} missing")
        held, failed = (rate, 0) if found.holds else (held, failed + 1)
        if failed == 2:
            break
        if failed:
            running.settle()
    return float(held)


@contextmanager
def system(ground: Ground, **extra: str) -> Iterator[System]:
    """Both services, with 100 numbers connected and staffed."""
    databases = {name: ground.database(main) for name, main in MAINS.items()}
    prefix = ground.topics()
    connect_numbers(databases["gateway"], NUMBERS)
    staff(databases["conversations"], NUMBERS)
    with (
        Running(ground, "gateway", databases["gateway"], prefix, **extra) as gateway,
        Running(ground, "conversations", databases["conversations"], prefix, **extra) as conversations,
    ):
        begins = time.time() - 20 * 3600
        yield System(ground, prefix, gateway, conversations, begins)
    ground.forget_topics(prefix)
    ground.drop(*databases.values())


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("inf")
