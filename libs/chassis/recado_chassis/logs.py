"""Logs: one JSON line an entry on stdout, with ids and without personal data, whoever wrote the entry."""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from recado_chassis.discretion import discreet, without_values

_CHATTY = ("uvicorn", "uvicorn.error", "uvicorn.access", "aiokafka", "faststream", "httpx", "httpcore", "asyncio")


def configure(service: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Routes structlog and the standard library's logging to `stream` (stdout), one JSON object a line."""
    shared = _shared_processors(service)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _foreign],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _render],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        library = logging.getLogger(name)
        library.handlers = []
        library.propagate = True
        library.setLevel(logging.WARNING)


def _shared_processors(service: str) -> list[Processor]:
    def named(_: WrappedLogger, __: str, entry: EventDict) -> EventDict:
        entry["service"] = service
        return entry

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        named,
        without_values,
        discreet,
    ]


def _foreign(_: WrappedLogger, __: str, entry: EventDict) -> EventDict:
    record = entry.get("_record")
    if isinstance(record, logging.LogRecord):
        entry["logger"] = record.name
    return entry


def _render(_: WrappedLogger, __: str, entry: EventDict) -> str:
    first = {name: entry.pop(name) for name in ("time", "level", "service", "event") if name in entry}
    return orjson.dumps({**first, **entry}, default=_plain, option=orjson.OPT_NON_STR_KEYS).decode()


def _plain(value: Any) -> str:
    return type(value).__name__
