"""`recado billing rerate` as a process of its own, and what reading the same rows takes at least."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import psycopg
from billing.domain.private import ChargeRated

from deploy.local.programs import clean_environment
from tests.bench.figures import Findings, ratios, side_by_side
from tests.bench.ground import Ground
from tests.bench.machine import peak_mib
from tests.bench.wallets import Ledger

RECADO = Path(sys.executable).with_name("recado")
_CHARGES = "SELECT state FROM stored_events WHERE topic = %s ORDER BY notification_id"


@dataclass(frozen=True)
class Rerated:
    messages: int
    seconds: float
    peak: float
    """MiB."""

    @property
    def rate(self) -> float:
        return self.messages / self.seconds


def add(ground: Ground, findings: Findings, ledger: Ledger, few: Sequence[float]) -> None:
    """`few`: how much memory it took when there were few messages."""
    sides = {"recado": lambda _: rerated(ground, ledger), "plain psycopg": lambda _: _read(ledger)}
    found = side_by_side(ground.size.rounds, sides)
    ours = [each.rate for each in found["recado"]]
    findings.add("rerating beside plain reading", ratios(ours, [each.rate for each in found["plain psycopg"]]), "of it")
    findings.add("rerating", ours, "messages/s")
    peaks = [each.peak for each in found["recado"]]
    findings.add("rerating: memory", peaks, "MiB")
    grown = [peak - one for peak, one in zip(peaks, few, strict=True)]
    name = f"rerating: memory of {found['recado'][0].messages:,} messages beyond that of {ground.size.known:,}"
    findings.add(name, grown, "MiB")


def rerated(ground: Ground, ledger: Ledger) -> Rerated:
    lines = str(ground.folder / "rerated.csv")
    command = [str(RECADO), "billing", "rerate", "--month", ledger.campaign.month, "--policy", "R2", "--csv", lines]
    told = ground.folder / "rerated.txt"
    begun, peak = time.perf_counter(), 0.0
    with told.open("wb") as output:
        process = subprocess.Popen(command, env={**clean_environment(), "RECADO_DATABASE": ledger.dsn}, stdout=output)
        while process.poll() is None:
            peak = max(peak, peak_mib(process.pid))
            time.sleep(0.02)
    seconds = time.perf_counter() - begun
    messages = re.search(r"(\d+) message\(s\)", told.read_text())
    if process.returncode or messages is None:
        raise RuntimeError(f"rerating ended with {process.returncode}: {told.read_text()}")
    return Rerated(int(messages[1]), seconds, peak)


def _read(ledger: Ledger) -> Rerated:
    begun, amounts = time.perf_counter(), []
    with psycopg.connect(ledger.dsn) as connection, connection.cursor("charges", binary=True) as cursor:
        cursor.itersize = 5_000
        for (state,) in cursor.execute(_CHARGES, [ChargeRated.TYPE]):
            amounts.append(orjson.loads(state)["data"]["rated"]["amount"])
    return Rerated(len(amounts), time.perf_counter() - begun, 0.0)
