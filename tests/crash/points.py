"""The named crash points of the sources, and who reaches each of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deploy.local.settings import SERVICES
from deploy.local.state import REPOSITORY

_NAMED = re.compile(r'\bcrash\("([a-z_.]+)"\)')
_OWN = {
    "dispatcher": ("gateway",),
    "quarantine": ("gateway",),
    "templates": ("gateway",),
    "payments": ("billing",),
    "recharge": ("billing",),
    "media": ("gateway",),
    "notifier": ("gateway",),
}
"""Parts that not every service has, by the first word of their points."""
OF_COMMANDS = "rebuild"
"""The first word of points that are reached by a command and by no process of a service."""
REBUILT = {"rebuild.before_swap": "conversations", "rebuild.after_swap": "crm"}
"""Whose view is rebuilt when its command dies at a point."""
IN_QUARANTINE = "quarantine"
"""The first word of points that only a released update reaches."""


def named_points() -> list[str]:
    found = {
        name
        for area in ("libs", "services")
        for path in sorted((REPOSITORY / area).rglob("*.py"))
        for name in _NAMED.findall(path.read_text(encoding="utf-8"))
    }
    return sorted(found)


def of_traffic() -> list[tuple[str, str]]:
    """(service, point) for every point that ordinary traffic leads to."""
    return [
        (service, point)
        for point in named_points()
        if _part(point) not in (OF_COMMANDS, IN_QUARANTINE)
        for service in services_with(point)
    ]


def all_places() -> list[str]:
    """As kills are counted: each point of each service that ordinary traffic leads to, the others once."""
    others = [("gateway", point) for point in in_part(IN_QUARANTINE)]
    others += [(REBUILT[point], point) for point in in_part(OF_COMMANDS)]
    return sorted(f"{service} at {point}" for service, point in [*of_traffic(), *others])


def in_part(part: str) -> list[str]:
    return [point for point in named_points() if _part(point) == part]


def services_with(point: str) -> Sequence[str]:
    return _OWN.get(_part(point), SERVICES)


def _part(point: str) -> str:
    return point.partition(".")[0]
