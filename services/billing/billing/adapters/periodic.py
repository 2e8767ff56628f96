"""What workers look after without being told: holds and recharges whose time has come."""

from __future__ import annotations

from recado_chassis.running.periodic import Periodic

from billing.application import Expiring, Recharging


def rounds(expiring: Expiring, recharging: Recharging) -> list[Periodic]:
    return [Periodic("holds", expiring.expire, 5.0), Periodic("recharges", recharging.recharge, 1.0)]
