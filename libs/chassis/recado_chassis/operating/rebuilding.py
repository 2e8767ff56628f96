"""`recado rebuild`: views made anew beside those that serve, with progress."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from recado_chassis.following.rebuild import rebuild
from recado_chassis.operating.answers import AsJson, ServiceName, say, telling
from recado_chassis.running import installed
from recado_chassis.settings import DatabaseSettings


def rebuild_views(
    service: ServiceName,
    projection: Annotated[str | None, typer.Argument(help="One view; all of them where none is named.")] = None,
    as_json: AsJson = False,
) -> None:
    """Build views anew beside those that serve, and swap them. Needs the service's own settings."""
    with telling():
        found = installed.service(service)
        shown = [found.projection(projection)] if projection else list(found.shows)
        dsn, mapper = DatabaseSettings.from_environment().dsn(), found.mapper()
        positions: dict[str, int] = {}
        for each in shown:
            with typer.progressbar(length=1, label=each.name, file=sys.stderr, show_pos=True) as bar:
                positions[each.name] = rebuild(dsn, each, mapper, _on(bar))
    told = [f"{name} shows {service}'s log up to position {position}" for name, position in positions.items()]
    say(
        [{"service": service, "projection": name, "position": at} for name, at in positions.items()],
        "\n".join(told),
        as_json,
    )


def _on(bar: Any) -> Callable[[int, int], None]:
    def report(position: int, end: int) -> None:
        bar.length = max(end, 1)
        bar.update(position - bar.pos)

    return report
