"""Every metric of the chassis, declared in one place so that panels and alerts can be checked against it.

Labels take values from bounded sets only: never an id, never what a client sent.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

# HTTP ------------------------------------------------------------------------------------------

HTTP_REQUESTS = Counter(
    "recado_http_requests_total", "Requests answered, by route template.", ["method", "route", "status"]
)
HTTP_SECONDS = Histogram(
    "recado_http_request_seconds", "Seconds from headers to the answer's end.", ["method", "route"], buckets=_LATENCY
)
HTTP_CUT_OFF = Counter(
    "recado_http_cut_off_total", "Connections closed by a deadline or limit before a request was complete.", ["reason"]
)

# Process ---------------------------------------------------------------------------------------

READY = Gauge("recado_ready_state", "1 while the process can do its work, as /health/ready says it, else 0.")

# Publishing ------------------------------------------------------------------------------------

PRODUCER_RECORDS = Counter("recado_producer_records_total", "Records acknowledged by Kafka.", ["topic"])
PRODUCER_BATCHES = Counter("recado_producer_batches_total", "Batches acknowledged by Kafka.", ["topic"])
PRODUCER_FAILURES = Counter("recado_producer_failures_total", "Producers ended by a failed send and made anew.")
PRODUCER_WAITING = Gauge("recado_producer_waiting_bytes", "Bytes given to Kafka and not acknowledged yet.")
PARKED = Gauge("recado_parked_records", "Records that wait for a person to retry or discard them.")
RELAY_LEADS = Gauge("recado_relay_leading_state", "1 while this process is the one that relays its service's log.")
RELAY_POSITION = Gauge("recado_relay_position_events", "Position up to which the log is published.")
RELAY_LAG = Gauge("recado_relay_lag_events", "Events of the log that are not published yet.")
RELAY_HALTED = Gauge("recado_relay_halted_state", "1 while the relay waits for an operator.")

# Consuming -------------------------------------------------------------------------------------

CONSUMED = Counter(
    "recado_consumed_records_total", "Records read, by what became of them.", ["topic", "partition", "outcome"]
)
BATCH_RECORDS = Histogram(
    "recado_batch_size_records", "Records of a batch.", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500)
)
BATCH_SECONDS = Histogram(
    "recado_batch_duration_seconds", "Seconds from a batch's arrival to its last commit.", buckets=_LATENCY
)
LAG = Gauge("recado_lag_records", "Records of Kafka that are not consumed yet.", ["topic", "partition"])
WAITING = Gauge(
    "recado_waiting_partitions", "Partitions held that do not flow: not checked yet, paused or without a topic."
)

# Projecting ------------------------------------------------------------------------------------

PROJECTION_LAG = Gauge(
    "recado_projection_lag_events", "Events of the log that a view does not show yet.", ["projection"]
)
PROJECTION_FAILING = Gauge("recado_projection_failing_state", "1 while a projection cannot go on.", ["projection"])
