"""All that the gateway does for templates: requests to Meta, and looks at what Meta has."""

from __future__ import annotations

import time
from datetime import timedelta

from recado_chassis.streams import Streams

from gateway.application.polling import Polling
from gateway.application.requesting import Queueing, Requesting
from gateway.application.template_ports import AccountTokens, Tables, TemplatesAtMeta


class Reviewing:
    def __init__(
        self, streams: Streams, tokens: AccountTokens, tables: Tables, meta: TemplatesAtMeta, looks: timedelta
    ) -> None:
        """`looks`: the time between two looks at a list."""
        self.queueing = Queueing(tables.line, streams.clock)
        self.requesting = Requesting(streams, tables.line, tokens, meta, _uptime)
        self.polling = Polling(streams, tokens, tables.sightings, meta, looks)


def _uptime() -> float:
    """Seconds on a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
