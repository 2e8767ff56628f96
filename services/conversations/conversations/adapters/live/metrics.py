"""What is counted of open screens."""

from __future__ import annotations

from typing import Literal

from prometheus_client import Counter, Gauge, Histogram

CONNECTIONS = Gauge("recado_stream_connections", "Screens that follow GET /stream in this process.")
DELAY = Histogram(
    "recado_stream_delay_seconds",
    "Seconds from an event's record to its handing over to the screens that may show it.",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
ENDS = Counter("recado_stream_ends_total", "Streams that ended, by why.", ["reason"])

Reason = Literal["left", "refused", "too_slow", "permission_withdrawn", "token_expired", "stopping"]
