"""How Python itself is set up for a process that works in batches on a few threads."""

from __future__ import annotations

import gc
import sys

_THRESHOLDS = (50_000, 20, 20)
"""The first counts what was made and not yet ended: thousands of requests and records at once are far below it."""
_SWITCH_SECONDS = 0.001
"""After so long a thread that computes lets another one go on. Each commit, page and answer of Kafka waits for this:
with the usual 5 ms the waits of one message add up to more than its work."""


def tune() -> None:
    """Once, when all of the process is made: what is there now stays, and is not looked at for cycles again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    sys.setswitchinterval(_SWITCH_SECONDS)
