"""`run(build, Settings)`: a service's `__main__`, from its environment to its exit code."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import NoReturn, TypeVar

import structlog

from recado_chassis import logs, tracing
from recado_chassis.running.process import Process
from recado_chassis.settings import InvalidSettings, ServiceSettings
from recado_chassis.toolbox import Build

S = TypeVar("S", bound=ServiceSettings)
_STOPPED, _FAILED, _MISUSED = 0, 1, 2


def run(build: Build[S], settings: type[S]) -> NoReturn:
    """Runs a service until SIGTERM or SIGINT. Exit code 0: it stopped as asked, within `shutdown_seconds`; 1: a part
    ended unasked, or something did not end in time; 2: the environment does not fit the settings, said on stderr."""
    try:
        told = settings.from_environment()
        logs.configure(_service_of(build), told.log_level)
        tracing.configure(_service_of(build))
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            code = runner.run(_run(build, told))
    except InvalidSettings as error:
        print(f"The settings do not fit:\n{error}", file=sys.stderr)  # noqa: T201 logs may not be configured yet
        code = _MISUSED
    except OSError as error:
        structlog.get_logger().error("not_started", exc_info=error)
        code = _FAILED
    sys.exit(code)


def _service_of(build: Build[S]) -> str:
    return str(getattr(build, "__module__", "service")).partition(".")[0]


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if importlib.util.find_spec("uvloop") is None:
        return None
    import uvloop

    return uvloop.new_event_loop


async def _run(build: Build[S], settings: S) -> int:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        # Asked twice is asked once: Ctrl-C reaches the process from its terminal and from whoever started it.
        if not stopping.is_set():
            stopping.set()
            _end_at_the_latest_in(settings.shutdown_seconds)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    return _STOPPED if await Process(build, settings).run(stopping) else _FAILED


def _end_at_the_latest_in(seconds: float) -> None:
    # A thread, because what keeps a process from ending may well be its event loop.
    watchdog = threading.Timer(seconds, os._exit, (_FAILED,))
    watchdog.daemon = True
    watchdog.start()
