"""The evidence of the simulator: over HTTP what it accepted and what was acknowledged, in its journal what it sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from recado_chassis.verifying.evidence import Evidence

JOURNAL = Path("data/simulator/sends.jsonl.state")
"""Beside the file of endpoints."""


class OutsideUnknown(Exception):
    """The outside world does not answer. The message says who."""


def ask(url: str, journal: Path) -> Evidence:
    """Raises OutsideUnknown."""
    with httpx.Client(base_url=f"{url.rstrip('/')}/control", timeout=30, trust_env=False) as client:
        try:
            reports = client.get("/webhooks", params={"attempts": 0}).raise_for_status().json()["webhooks"]
            sends = client.get("/sends").raise_for_status().json()
        except httpx.HTTPError as error:
            raise OutsideUnknown(f"the simulator at {url} does not answer: {type(error).__name__}") from None
    bodies = _bodies(journal)
    if bodies is None:
        return Evidence(sends=sends)
    taken = [bodies[row["id"]] for row in reports if row["state"] == "delivered" and row["id"] in bodies]
    return Evidence(offered=list(bodies.values()), taken=taken, sends=sends)


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
