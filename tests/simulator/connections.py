"""Connections in and out: access to the one a call came on, so that an answer can be lost for real, and HTTP clients.

ASGI has no word for the former: uvicorn's protocol puts its transport into the call's state.
"""

import asyncio
import functools
import socket
import ssl
import struct
from typing import Any

import httpx
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_LINGER_ZERO = struct.pack("ii", 1, 0)


class ReachableProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol; each request's state holds the connection it came on."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "connection": transport}


async def hang_up(scope: Scope, *, reset: bool = False) -> None:
    """Close the connection without another byte; with `reset` the peer sees a TCP reset."""
    transport: asyncio.Transport = scope["state"]["connection"]
    sock = transport.get_extra_info("socket")
    if reset and sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
    transport.close() if not reset else transport.abort()
    await asyncio.sleep(0.02)


def direct_client(**options: Any) -> httpx.AsyncClient:
    """An HTTP client that uses no proxy of the environment and shares its trust store, which is slow to load."""
    return httpx.AsyncClient(trust_env=False, verify=_trust_store(), **options)


@functools.cache
def _trust_store() -> ssl.SSLContext:
    return ssl.create_default_context()
