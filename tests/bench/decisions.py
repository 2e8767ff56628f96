"""From an inbound record to published events: the real service beside the obvious one and beside plain inserts."""

from __future__ import annotations

from contextlib import ExitStack, closing

from tests.bench import plain
from tests.bench.figures import Findings, Target, ratios, side_by_side
from tests.bench.ground import Ground
from tests.bench.shift import Outcome, cost_of
from tests.bench.sides import Naive, Ours
from tests.bench.traffic import NUMBERS, facts_of

HOW = (
    "A backlog of inbound records in Kafka (12 partitions, made by the gateway's own code) is worked off by one "
    "process. One message in ten is a new customer's and leaves six facts (identified, opened, turn of the rota, "
    "assigned, received, window), the others leave two. The clock runs from the first to the last event on the output "
    "topic. The naive composition: FastStream with AckPolicy.ACK, `repository.get` and `save` a message, a "
    "`subscribe()` relay; the same facts in as many streams. Plain psycopg: the rows our service stored, into the same "
    "table with the same indexes, unnest of binary arrays, 500 a commit, one connection, nothing else."
)
_BATCH = 500


def run(ground: Ground) -> Findings:
    findings = Findings("Inbound record, decision, append, publish", HOW)
    for numbers in (NUMBERS, 1):
        where = f"{numbers} numbers" if numbers > 1 else "one hot number"
        _beside_naive(ground, findings, numbers, where)
    _whole(ground, findings)
    return findings


def _beside_naive(ground: Ground, findings: Findings, numbers: int, where: str) -> None:
    size = ground.size
    with ExitStack() as stack:
        ours = stack.enter_context(closing(Ours(ground, numbers, size.known)))
        naive = stack.enter_context(closing(Naive(ground, numbers, size.known)))
        inserted: list[float] = []
        sides = {"ours": lambda _: ours.work_off(size.messages), "naive": lambda _: naive.work_off(size.fewer)}
        if numbers > 1:
            sides["plain psycopg"] = lambda _: _plain(inserted, ours.dsn, size.messages)
        found = side_by_side(size.rounds, sides)
    rates = {name: [outcome.rate for outcome in outcomes] for name, outcomes in found.items()}
    target = Target("least", 60)
    findings.add(f"{where}: ours beside the naive composition", ratios(rates["ours"], rates["naive"]), "x", target)
    spent = {name: [sum(each.cost.values()) for each in outcomes] for name, outcomes in found.items()}
    findings.add(f"{where}: the same by processor time", ratios(spent["naive"], spent["ours"]), "x")
    if inserted:
        share = ratios(rates["ours"], inserted)
        findings.add(f"{where}: share of plain psycopg", share, "of it", Target("least", 0.5))
        findings.add(f"{where}: plain psycopg", [rate * _facts_a_message(size.messages) for rate in inserted], "rows/s")
    findings.add(f"{where}: ours", rates["ours"], "messages/s", note=cost_of(found["ours"]))
    findings.add(f"{where}: naive", rates["naive"], "messages/s", note=cost_of(found["naive"]))


def _whole(ground: Ground, findings: Findings) -> None:
    """What the view costs that the same process keeps."""
    with closing(Ours(ground, NUMBERS, ground.size.known, whole=True)) as whole:
        outcomes = [whole.work_off(ground.size.messages // 2) for _ in range(ground.size.rounds)]
    rates = [outcome.rate for outcome in outcomes]
    findings.add("100 numbers: the whole worker, its view too", rates, "messages/s", note=cost_of(outcomes))


def _facts_a_message(messages: int) -> float:
    return facts_of(messages) / messages


def _plain(rates: list[float], dsn: str, messages: int) -> Outcome:
    """Inserts the newest rows of our log once more, by themselves."""
    rows = plain.newest(dsn, facts_of(messages))
    rates.append(messages / plain.insert(dsn, list(plain.of(rows, _BATCH))).seconds)
    return Outcome(rates[-1], {})
