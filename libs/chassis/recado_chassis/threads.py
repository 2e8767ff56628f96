"""The bounded pool of threads in which synchronous work runs beside the event loop."""

from __future__ import annotations

import asyncio
import contextvars
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

WORKERS = 8

_pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="recado")


async def in_thread(fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs `fn` in one of the process's threads and answers what it answers. Context variables go along.

    At most WORKERS run at once, later ones wait: nothing that runs for ever belongs here. A cancelled caller stops
    waiting, but `fn` runs on to its end.
    """
    context = contextvars.copy_context()
    call = functools.partial(context.run, fn, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_pool, call)
