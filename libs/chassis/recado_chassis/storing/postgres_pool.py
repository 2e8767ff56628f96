"""A bounded set of connections shared by threads, which tells of an outage at once and is well as soon as it ends.

A connection is made by the thread that needs it. Pools that connect in threads of their own hide an outage behind
waiting callers, and after it still wait out their back-off.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from recado_chassis.store import Unavailable

MAX_AGE = 30 * 60.0
"""Seconds after which a connection is replaced, so that a moved server or a new password is taken up."""

_Connection = psycopg.Connection[Any]


class Pool:
    """At most `size` connections at a time; who finds none free waits up to `patience` seconds."""

    def __init__(self, connect: Callable[[], _Connection], size: int, patience: float = 5.0) -> None:
        self._connect = connect
        self._size = size
        self._patience = patience
        self._places = threading.BoundedSemaphore(size)
        self._idle: list[tuple[_Connection, float]] = []
        self._closed = False
        self.breaks = 0
        """Connections that were found broken."""

    @contextmanager
    def connection(self) -> Iterator[_Connection]:
        """Lends a connection that answers, and rolls back what was left open. Raises Unavailable or psycopg's error."""
        if not self._places.acquire(timeout=self._patience):
            raise Unavailable(f"all {self._size} database connections were busy for {self._patience} s")
        try:
            connection, born = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection, born)
        finally:
            self._places.release()

    def close(self) -> None:
        """Closes what is idle; what is lent is closed when it comes back."""
        self._closed = True
        while (idle := self._pop()) is not None:
            idle[0].close()

    def _take(self) -> tuple[_Connection, float]:
        if self._closed:
            raise Unavailable("the store is closed")
        while (idle := self._pop()) is not None:
            connection, born = idle
            if not _answers(connection):
                self.breaks += 1
            elif time.monotonic() - born < MAX_AGE:
                return connection, born
            connection.close()
        return self._connect(), time.monotonic()

    def _pop(self) -> tuple[_Connection, float] | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _give_back(self, connection: _Connection, born: float) -> None:
        if self._closed or not _is_idle(connection):
            self.breaks += 1
            connection.close()
        else:
            self._idle.append((connection, born))


def _answers(connection: _Connection) -> bool:
    """A server that went away has left something to read; only then is it worth asking."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if not poll.poll(0):
        return True
    try:
        connection.execute("")
    except psycopg.Error:
        return False
    return True


def _is_idle(connection: _Connection) -> bool:
    if connection.info.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}:
        try:
            connection.rollback()
        except psycopg.Error:
            return False
    return bool(connection.info.transaction_status == TransactionStatus.IDLE)
