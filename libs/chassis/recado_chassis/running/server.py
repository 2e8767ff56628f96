"""The HTTP server inside the process's own event loop: it takes no signals, and never ends the process."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp

from recado_chassis.running.protocol import Protocol

IDLE_SECONDS = 65
"""Longer than load balancers keep connections (60 s), so that they, not we, close them."""
_SWEEP_TICKS = 3


class HttpServer:
    """`await start()`, then it serves until `await stop(seconds)`. `port` is the real one where 0 was asked for."""

    def __init__(self, app: ASGIApp, host: str, port: int, *, idle_seconds: int = IDLE_SECONDS) -> None:
        self._app = app
        self._address = (host, port)
        self._idle_seconds = idle_seconds
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self.port = port

    async def start(self) -> None:
        """Binds and listens. Raises OSError where the address is taken or not ours."""
        listener = _bound(*self._address)
        self.port = listener.getsockname()[1]
        self._server = _Server(_configured(self._app, self._idle_seconds))
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]), name="http")
        while not self._server.started:
            if self._serving.done():
                self._serving.result()
                raise RuntimeError("The HTTP server ended before it had begun.")
            await asyncio.sleep(0.005)

    async def run(self) -> None:
        """Until it has been stopped."""
        if self._serving is None:
            raise RuntimeError("Start the server first.")
        await asyncio.shield(self._serving)

    async def stop(self, seconds: float) -> None:
        """Takes no more connections, lets requests under way end, and cancels those that take longer."""
        if self._server is None or self._serving is None:
            return
        self._server.config.timeout_graceful_shutdown = cast(int, seconds)
        self._server.should_exit = True
        await self._serving


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {error.strerror}") from None
    listener.setblocking(False)
    return listener


def _configured(app: ASGIApp, idle_seconds: int) -> uvicorn.Config:
    return uvicorn.Config(
        cast(Any, app),
        http=Protocol,
        ws="none",
        lifespan="off",
        loop="none",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=idle_seconds,
        backlog=1024,
    )


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        if counter % _SWEEP_TICKS == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                cast(Protocol, connection).sweep(now)
        return await super().on_tick(counter)
