"""The story a request belongs to: its ids, in what is decided, in the answer and in every entry of the log."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager

import structlog
from recado_events.envelope import Cause

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def given_trace(headers: Sequence[tuple[bytes, bytes]]) -> str:
    """The traceparent of a request; empty where it has none that can be believed."""
    return believed(next((value for name, value in headers if name == b"traceparent"), b""))


def believed(traceparent: bytes) -> str:
    """Empty where it is none."""
    told = traceparent.decode("latin-1")
    return told if told and _TRACEPARENT.fullmatch(told) else ""


def story(correlation_id: str, traceparent: str) -> Cause:
    """One that begins here, with a trace of its own where none was given."""
    if not traceparent:
        digits = correlation_id.replace("-", "")
        traceparent = f"00-{digits}-{digits[16:]}-01"
    return Cause(correlation_id, None, traceparent)


def ids_of(cause: Cause) -> dict[str, str]:
    """What every entry of the log about a request has."""
    return {"correlation_id": cause.correlation_id, "trace_id": (cause.traceparent or "").split("-")[1]}


def telling(cause: Cause) -> AbstractContextManager[None]:
    """Within it the log has the story's ids: for code that runs in no task of its own."""
    return structlog.contextvars.bound_contextvars(**ids_of(cause))
