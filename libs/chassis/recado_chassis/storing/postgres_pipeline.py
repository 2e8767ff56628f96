"""Statements sent together, after which the server knows that it is our turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, Pipeline
from psycopg.pq import ConnStatus


@contextmanager
def pipeline(connection: Connection[Any]) -> Iterator[None]:
    """As `connection.pipeline()`; answers are read after it.

    psycopg ends a pipeline with Sync and Flush. After a Flush the server waits for more of the same message and no
    longer counts the time: `idle_in_transaction_session_timeout` would not send away a process that is frozen between
    two pipelines, and with it the write lock. This one ends with Sync.
    """
    with connection.pipeline() as statements:
        statements._exit_gen = _end_of(statements)  # type: ignore[method-assign]
        yield


def _end_of(statements: Pipeline) -> Callable[[], Any]:
    def end() -> Iterator[Any]:
        statements._enqueue_sync()
        try:
            yield from statements._communicate_gen()
        finally:
            if statements.pgconn.status == ConnStatus.OK:
                yield from statements._fetch_gen(flush=False)

    return end
