"""What the door's tables need: the archive forgets what is older than the settings say, the quarantine is counted."""

from __future__ import annotations

from datetime import timedelta

from recado_chassis.ports import Clock
from recado_chassis.running.periodic import Periodic

from gateway.adapters.door.metrics import PURGED, QUARANTINED
from gateway.application.archive import Archive, Quarantine

AT_ONCE = 2000
"""Rows at a time, so that nobody waits for it."""


def purging(archive: Archive, clock: Clock, kept: timedelta) -> Periodic:
    def purge() -> int:
        """How many records were deleted."""
        before, total = clock.now() - kept, 0
        while purged := archive.purge(before, AT_ONCE):
            total += purged
            PURGED.inc(purged)
        return total

    return Periodic("purging", purge, 3600.0)


def counting(quarantine: Quarantine) -> Periodic:
    """A number that only grows is a channel that somebody forgot to connect. All processes tell the same."""

    def count() -> None:
        for standing, number in quarantine.count().items():
            QUARANTINED.labels(standing).set(number)

    return Periodic("counting", count, 30.0)
