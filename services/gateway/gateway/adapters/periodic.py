"""What workers look after without being told: accounts of disconnected numbers that must not stay subscribed, requests
about templates, Meta's lists of templates."""

from __future__ import annotations

from recado_chassis.running.periodic import Periodic

from gateway.application import Reviewing, Unsubscribing

BETWEEN_LOOKS = 5.0
"""Seconds after which it is asked whether any list is to be looked at; each has its own, longer interval."""


def rounds(unsubscribing: Unsubscribing, reviewing: Reviewing) -> list[Periodic]:
    requesting, polling = reviewing.requesting, reviewing.polling
    return [
        Periodic("unsubscriber", unsubscribing.unsubscribe, 5.0),
        Periodic("template_requests", requesting.work_off, 1.0, requesting.stop),
        Periodic("template_lists", polling.look, BETWEEN_LOOKS, polling.stop),
    ]
