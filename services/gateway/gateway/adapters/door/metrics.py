"""What the door counts. Labels are of bounded sets: rules, ways and kinds, never anybody's id."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

WEBHOOKS = Counter(
    "recado_webhook_requests_total", "Webhooks answered: acknowledged, or refused by which rule.", ["outcome"]
)
WEBHOOK_SECONDS = Histogram(
    "recado_webhook_seconds",
    "Seconds from a webhook's headers to its answer.",
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
UPDATES = Counter(
    "recado_webhook_updates_total",
    "Updates that Kafka has acknowledged, by what became of them: served, unknown or forged.",
    ["way", "kind"],
)
ARCHIVED = Counter("recado_archive_records_total", "Records given to the archive.", ["topic"])
PURGED = Counter("recado_archive_purged_total", "Records deleted from the archive because of their age.")
QUARANTINED = Gauge(
    "recado_quarantine_updates",
    "Updates in quarantine: waiting to be looked at, held until somebody serves their number, or forged.",
    ["standing"],
)
RELEASED = Counter(
    "recado_quarantine_decisions_total", "Quarantined updates looked at: released, held or refused.", ["decision"]
)
