"""Meta's answers to our calls: lost before or after it accepted, late, cut, wrong."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.crash.scene import Fault, Scene
from tests.simulator.faults import Scope

OF_SENDS = Scope(operation="messages")
FAULTS: list[dict[str, Any]] = [
    {"kind": "drop", "when": "before"},
    {"kind": "drop", "when": "after"},
    {"kind": "reset", "when": "before"},
    {"kind": "reset", "when": "after"},
    {"kind": "truncate", "when": "after"},
    {"kind": "stall", "when": "after", "seconds": 1.0},
    {"kind": "stall", "when": "before", "seconds": 1.0},
    {"kind": "error", "code": 131000, "when": "before"},
    {"kind": "error", "code": 131016, "when": "after"},
    {"kind": "error", "code": 131026, "when": "before"},
    {"kind": "not_json", "status": 502, "when": "after"},
    {"kind": "not_json", "status": 200, "when": "before"},
]


def answers_go_wrong(seconds: float) -> Fault:
    async def fault(scene: Scene) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        kinds = FAULTS[:]
        while asyncio.get_running_loop().time() < deadline:
            if not kinds:
                kinds = FAULTS[:]
            kind = kinds.pop(scene.random.randrange(len(kinds)))
            await scene.meta.fault(**kind, scope=OF_SENDS)
            scene.did(f"Meta's answer: {kind['kind']} {kind.get('when', '')}")
            await asyncio.sleep(scene.random.uniform(0.2, 1.2))

    return fault


def answer_dropped(when: str) -> Fault:
    async def fault(scene: Scene) -> None:
        await scene.meta.fault("drop", when=when, scope=OF_SENDS)  # type: ignore[arg-type]
        scene.did(f"Meta's answer: drop {when}")

    return fault
