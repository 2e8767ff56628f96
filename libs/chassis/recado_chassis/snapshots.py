"""Snapshots of streams that grow long: caches of a state at a version, for the code that folded it."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from recado_chassis.rows import SnapshotRow
from recado_chassis.store import Session

EVERY = 500
"""Events; a stream that was not seen before costs at most so many to load."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How a state is kept. `code` names what folded it: a snapshot of other code is as if it were not there."""

    code: str
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]
    every: int = EVERY

    def is_due(self, before: int, after: int) -> bool:
        """Whether the stream has passed a multiple of `every` events."""
        return after // self.every > before // self.every


def code_of(*modules: ModuleType) -> str:
    """A fingerprint of the source of the modules that fold: change a line, and every snapshot is made anew."""
    sources = "\0".join(inspect.getsource(module) for module in modules)
    return hashlib.sha256(sources.encode()).hexdigest()


def states(session: Session, wanted: Mapping[str, Keeping]) -> dict[str, tuple[int, Any]]:
    """Version and state of those streams of which there is a snapshot by this code."""
    if not wanted:
        return {}
    rows = session.snapshots({stream: keeping.code for stream, keeping in wanted.items()})
    return {row.stream: (row.version, wanted[row.stream].decode(row.state)) for row in rows}


def row_of(stream: str, version: int, state: Any, keeping: Keeping) -> SnapshotRow:
    return SnapshotRow(stream, version, keeping.code, keeping.encode(state))
