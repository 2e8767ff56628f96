"""Errors that Graph answered, counted by Meta's code: only those of its catalogue, so that the labels are bounded."""

from __future__ import annotations

from prometheus_client import Counter

ERRORS = Counter(
    "recado_gateway_errors_total", "Answers of Meta's Graph API that were errors, by Meta's code.", ["code"]
)

KNOWN = frozenset(
    {
        *(0, 1, 2, 3, 4, 10, 17, 32, 100, 104, 190, *range(200, 300), 368, 470, 613, 803, 1026, 80007),
        *(130403, 130429, 130472, 130497),
        *(131000, 131005, 131008, 131009, 131014, 131016, 131021, 131026, 131030, 131031, 131035, 131036, 131037),
        *(131042, 131045, 131047, 131048, 131049, 131050, 131051, 131052, 131053, 131055, 131056, 131057, 131059),
        *(131060, 131062, 131063, 131064),
        *(132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069),
        *(133000, 133004, 133005, 133006, 133008, 133009, 133010, 133015, 133016),
        *(134011, 134100, 134101, 134102, 135000, 136024, 136025, 137000, 2494100),
    }
)
"""Of Meta's catalogue, those that calls of the gateway may be answered with."""
NONE, OTHER = "none", "other"


def count_error(code: int | None) -> None:
    """`code` is None where the answer was an error without one, such as a page of a proxy."""
    ERRORS.labels(NONE if code is None else str(code) if code in KNOWN else OTHER).inc()
