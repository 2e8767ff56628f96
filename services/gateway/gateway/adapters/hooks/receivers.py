"""One signed request to a receiver: at a checked address, without redirects, cookies or a second chance."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import SplitResult

import httpx
import structlog
from recado_chassis.ports import Clock
from recado_chassis.trust import trust_store

from gateway.adapters.hooks.addresses import Addresses
from gateway.application.subscription_ports import Answer, Receiver
from gateway.domain.receiver import outcome_of, parts_of
from gateway.domain.refusals import ReceiverForbidden, ReceiverUnknown
from gateway.domain.signing import headers_of

CONNECTING = 5.0
TRIED = 3
"""Addresses of one host, at most."""
_PORTS = {"http": 80, "https": 443}
_HEADERS = {"content-type": "application/cloudevents+json", "user-agent": "Recado-Webhooks/1", "accept": "*/*"}

_log = structlog.get_logger()


class HttpReceivers:
    """Implements `Receivers`. `client` was made with `client_options`."""

    def __init__(self, client: httpx.AsyncClient, addresses: Addresses, clock: Clock, seconds: float) -> None:
        """`seconds`: for a request as a whole."""
        self._client = client
        self._addresses = addresses
        self._clock = clock
        self._seconds = seconds

    async def check(self, url: str) -> None:
        await self._places(parts_of(url))

    async def tell(self, receiver: Receiver, event_id: str, body: bytes) -> Answer:
        try:
            async with asyncio.timeout(self._seconds):
                parts = parts_of(receiver.url)
                places = await self._places(parts)
                signed = headers_of(event_id, int(self._clock.now().timestamp()), body, receiver.secrets)
                return await self._tell_one_of(places[:TRIED], parts, body, {**_HEADERS, **signed})
        except ReceiverForbidden:
            return Answer("forbidden")
        except (ReceiverUnknown, ValueError):
            return Answer("unresolved")
        except (TimeoutError, httpx.TimeoutException):
            return Answer("timeout")
        except (httpx.HTTPError, httpx.StreamError, ssl.SSLError, OSError, AttributeError):
            return Answer("unreachable")
        except Exception as error:  # noqa: BLE001 - whatever a receiver did, it was not taken
            _log.error("delivery_failed", exc_info=error)
            return Answer("unreachable")

    async def _places(self, parts: SplitResult) -> list[str]:
        return await self._addresses.of(parts.hostname or "", parts.port or _PORTS[parts.scheme])

    async def _tell_one_of(self, places: list[str], parts: SplitResult, body: bytes, headers: dict[str, str]) -> Answer:
        """The first that can be connected to; nothing is ever written to two."""
        for last, request in self._requests(places, parts, body, headers):
            try:
                response = await self._client.send(request, stream=True, follow_redirects=False)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if last:
                    raise
                continue
            await response.aclose()
            return Answer(outcome_of(response.status_code), response.status_code, _wish(response))
        raise ReceiverUnknown

    def _requests(
        self, places: list[str], parts: SplitResult, body: bytes, headers: dict[str, str]
    ) -> Iterator[tuple[bool, httpx.Request]]:
        """The URL names the checked address, so that nobody looks the host up once more; the certificate has to be
        the host's."""
        url = httpx.URL(parts.geturl())
        for number, place in enumerate(places, start=1):
            yield (
                number == len(places),
                self._client.build_request(
                    "POST",
                    url.copy_with(host=place),
                    content=body,
                    headers={**headers, "host": parts.netloc},
                    extensions={"sni_hostname": parts.hostname} if parts.scheme == "https" else {},
                ),
            )


def _wish(response: httpx.Response) -> timedelta | None:
    """`Retry-After` in seconds; a date is passed over."""
    asked = response.headers.get("retry-after", "")
    return timedelta(seconds=int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 8 else None


def client_options(concurrency: int) -> dict[str, Any]:
    """No connection is used twice: the next request may be for another host at the same address, or the host may have
    moved. No cookie is kept: they would go by address too."""
    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=0)
    return {
        "transport": httpx.AsyncHTTPTransport(
            verify=trust_store(), http2=False, retries=0, limits=limits, trust_env=False
        ),
        "timeout": httpx.Timeout(30.0, connect=CONNECTING),
        "trust_env": False,
        "follow_redirects": False,
        "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    }
