"""Credits reserved and posted: the real service beside plain inserts of the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from tests.bench import plain
from tests.bench.campaign import FACTS, LAG
from tests.bench.figures import Findings, ratios, side_by_side
from tests.bench.ground import Ground
from tests.bench.shift import Outcome, cost_of
from tests.bench.wallets import Wallets

HOW = (
    "A backlog of `recado.conversations.v1` (made by its own events and mapper: each template message asks for its "
    "credits, and is delivered {0:,} messages later, to a customer of its own) is worked off by one process of "
    "billing. A pair is one reservation and one posted charge: {1} facts in four streams, a charge key for ever, two "
    "of the facts published. The clock runs from the first to the last event on `recado.billing.v1`. Plain psycopg: "
    "the rows that billing stored, events and charge keys, into the same tables with the same indexes, in as many "
    "transactions as billing took and of the same rows each, unnest of binary arrays, one connection, nothing else: "
    "no question, no decision, no check, no Kafka."
)


def run(ground: Ground) -> Findings:
    size = ground.size
    findings = Findings("Credits reserved and posted", HOW.format(LAG, FACTS))
    many = size.wallets
    for count in (1, many):
        where = "one wallet" if count == 1 else f"{count:,} wallets"
        with closing(Wallets(ground, count, size.known)) as wallets:
            _beside_plain(ground, findings, wallets, where)
    with closing(Wallets(ground, many, size.known, whole=True)) as whole:
        outcomes = [whole.work_off(size.messages // 4) for _ in range(size.rounds)]
    name = f"{many:,} wallets: the whole worker, its view too"
    findings.add(name, [outcome.rate for outcome in outcomes], "pairs/s", note=cost_of(outcomes, "pair"))
    return findings


def _beside_plain(ground: Ground, findings: Findings, wallets: Wallets, where: str) -> None:
    pairs = ground.size.messages // 2
    batches: list[int] = []

    def inserted() -> Outcome:
        found = plain.newest(wallets.dsn, FACTS * pairs)
        batches.append(len(found))
        return _outcome(pairs, plain.insert(wallets.dsn, found, ground.postgres.pid))

    sides = {"billing": lambda _: wallets.work_off(pairs), "plain psycopg": lambda _: inserted()}
    found = side_by_side(ground.size.rounds, sides)
    ours, theirs = found["billing"], found["plain psycopg"]
    findings.add(f"{where}: share of plain psycopg", ratios(_rates(ours), _rates(theirs)), "of it")
    spent = [[sum(each.cost.values()) for each in outcomes] for outcomes in (theirs, ours)]
    findings.add(f"{where}: the same by processor time", ratios(*spent), "of it")
    findings.add(f"{where}: billing", _rates(ours), "pairs/s", note=cost_of(ours, "pair"))
    note = f"{cost_of(theirs, 'pair')}; {pairs // max(1, min(batches)):,} pairs a transaction"
    findings.add(f"{where}: plain psycopg", _rates(theirs), "pairs/s", note=note)


def _outcome(pairs: int, spent: plain.Spent) -> Outcome:
    return Outcome(pairs / spent.seconds, {"client": spent.client / pairs, "PostgreSQL": spent.server / pairs})


def _rates(outcomes: Sequence[Outcome]) -> list[float]:
    return [outcome.rate for outcome in outcomes]
