"""The one call of an attempt: whether its first byte was written decides what its failure means."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
from recado_chassis.trust import trust_store

from gateway.adapters.graph.calls import call_of, verdict_of
from gateway.adapters.graph.errors import count_error
from gateway.application.ports import Claim
from gateway.commands import Accepted, NotTaken, Verdict
from gateway.domain.verdicts import unanswered

DEADLINE = 20.0
"""Seconds for the whole call."""
IDLE = 4.0
"""Seconds a connection may rest before it is used again: an older one may be closed at the other end."""
_LARGEST = 1024 * 1024
_WRITING = "http11.send_request_headers.started"


class _TooLate(Exception):
    """The claim may not be used any more, and nothing was written."""


class _Watch:
    """Sees each step of a call before it is made."""

    def __init__(self, may_write: Callable[[], bool]) -> None:
        self.written = False
        self._may_write = may_write

    async def __call__(self, step: str, _: dict[str, Any]) -> None:
        if step != _WRITING:
            return
        if not self._may_write():
            raise _TooLate
        self.written = True


class GraphMessages:
    """Implements `Messages`. `client` was made with `client_options`."""

    def __init__(self, client: httpx.AsyncClient, url: str, version: str, deadline: float = DEADLINE) -> None:
        self._client = client
        self._root = f"{url.rstrip('/')}/{version}"
        self._deadline = deadline

    async def send(self, claim: Claim, may_write: Callable[[], bool]) -> Verdict:
        watch = _Watch(may_write)
        try:
            async with asyncio.timeout(self._deadline):
                status, body = await self._post(claim, watch)
        except _TooLate:
            return NotTaken("claim_expired")
        except (TimeoutError, httpx.TimeoutException):
            return unanswered(written=watch.written, why="timeout")
        except (httpx.HTTPError, httpx.StreamError, OSError, AttributeError):  # of anyio: gone while it connected
            return unanswered(written=watch.written, why="connection_lost")
        verdict = verdict_of(claim.released, status, body)
        if not isinstance(verdict, Accepted):
            count_error(verdict.meta_code)
        return verdict

    async def _post(self, claim: Claim, watch: _Watch) -> tuple[int, bytes]:
        method, edge, said = call_of(claim.released, claim.tag, claim.media_id)
        request = self._client.build_request(
            method,
            f"{self._root}/{claim.due.phone_number_id}/{edge}",
            content=json.dumps(said).encode(),
            headers={"Authorization": f"Bearer {claim.token.text}", "Content-Type": "application/json"},
            extensions={"trace": watch},
        )
        response = await self._client.send(request, stream=True, follow_redirects=False)
        try:
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _LARGEST:
                    break
            return response.status_code, body
        finally:
            await response.aclose()


def client_options(concurrency: int) -> dict[str, Any]:
    """HTTP/1.1 without any retry of the transport, on connections that are fresh or were used a moment ago."""
    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency, keepalive_expiry=IDLE)
    return {
        "transport": httpx.AsyncHTTPTransport(
            verify=trust_store(), http2=False, retries=0, limits=limits, trust_env=False
        ),
        "timeout": httpx.Timeout(DEADLINE, connect=5.0, pool=2.0),
        "trust_env": False,
        "follow_redirects": False,
    }
