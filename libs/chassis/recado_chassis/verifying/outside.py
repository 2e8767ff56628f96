"""The evidence of the simulators: over HTTP what they accepted and saw taken, in a journal what was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from recado_chassis.verifying.evidence import Evidence

JOURNAL = Path("data/simulator/sends.jsonl.state")
"""Beside the file of endpoints."""


class OutsideUnknown(Exception):
    """The outside world does not answer. The message says who."""


def ask(url: str, journal: Path, payments: str | None = None) -> Evidence:
    """`url` is Meta's, `payments` the payment provider's. Raises OutsideUnknown."""
    with closing(_Control(url)) as meta:
        reports = meta.tells("/webhooks?attempts=0")["webhooks"]
        told: dict[str, Any] = {"sends": meta.tells("/sends"), "submissions": meta.tells("/templates/submissions")}
    if payments is not None:
        with closing(_Control(payments)) as provider:
            told["payments"] = provider.tells("/payments")
    bodies = _bodies(journal)
    if bodies is None:
        return Evidence(**told)
    taken = [bodies[row["id"]] for row in reports if row["state"] == "delivered" and row["id"] in bodies]
    return Evidence(offered=list(bodies.values()), taken=taken, **told)


class _Control:
    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.Client(base_url=f"{url.rstrip('/')}/control", timeout=30, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def tells(self, path: str) -> Any:
        try:
            return self._client.get(path).raise_for_status().json()
        except httpx.HTTPError as error:
            raise OutsideUnknown(f"the simulator at {self._url} does not answer: {type(error).__name__}") from None


def _bodies(journal: Path) -> dict[str, Mapping[str, Any]] | None:
    """By id of the delivery, as first written; None where there is no journal."""
    try:
        lines = journal.read_bytes().splitlines()
    except OSError:
        return None
    bodies: dict[str, Mapping[str, Any]] = {}
    for line in lines:
        # Most lines are of other kinds, and the last one may be half written.
        if line.startswith(b'{"kind":"Delivery"') and line.endswith(b"}}"):
            # Half a surrogate pair, which people can send, is no JSON to faster readers.
            value = json.loads(line)["value"]
            if value["body"]:
                bodies.setdefault(value["id"], value["body"])
    return bodies
