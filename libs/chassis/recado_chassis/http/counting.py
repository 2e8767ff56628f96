"""What is counted and logged of every request, however it was answered."""

from __future__ import annotations

import logging
from collections import Counter as Counted
from collections.abc import Sequence
from functools import cache

import structlog
from prometheus_client import Counter, Histogram

from recado_chassis.metrics import HTTP_REQUESTS, HTTP_SECONDS

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_log = structlog.get_logger()
_level = logging.getLogger(__name__)


def count_all(method: str, route: str, answers: Sequence[tuple[int, float]]) -> None:
    """As `count`, of statuses and seconds."""
    for status, times in Counted(status for status, _ in answers).items():
        _requests(method, route, str(status)).inc(times)
    observe = _seconds(method, route).observe
    for _, seconds in answers:
        observe(seconds)


def count(method: str, route: str, status: int | None, seconds: float) -> None:
    """`route` is a template, `status` None where nothing was answered."""
    _requests(method, route, "none" if status is None else str(status)).inc()
    _seconds(method, route).observe(seconds)


def logs_requests() -> bool:
    """Asked first: the logger itself finds out only after it has made an entry."""
    return _level.isEnabledFor(logging.INFO)


def log(method: str, route: str, status: int | None, seconds: float, rule: str) -> None:
    told = {"rule": rule} if rule else {}
    _log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1), **told)


def bounded(method: str) -> str:
    """A client may call anything a method."""
    return method if method in _METHODS else "other"


@cache
def _requests(method: str, route: str, status: str) -> Counter:
    return HTTP_REQUESTS.labels(method, route, status)


@cache
def _seconds(method: str, route: str) -> Histogram:
    return HTTP_SECONDS.labels(method, route)
