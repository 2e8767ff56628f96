"""What workers look after without being told: reviews that take longer than Meta says."""

from __future__ import annotations

from recado_chassis.running.periodic import Periodic

from templates.application import Reminding


def rounds(reminding: Reminding) -> list[Periodic]:
    return [Periodic("reminder", reminding.remind, 60.0)]
