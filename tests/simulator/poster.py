"""Carries webhook bodies to the receiver: signed, many at a time, again and again until it answers 200.

Meta's contract, sections 3.2 and 3.4. Retries are bounded and quick here; Meta's go on for seven days.
"""

import asyncio
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass

import httpx

from .rules import Rules
from .signing import JsonObject, signed_headers

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Attempt:
    """One POST: `status` is None when no answer came, then `error` names what happened instead."""

    deliveries: list[str]
    url: str
    attempt: int
    status: int | None
    error: str | None
    milliseconds: float
    bytes: int

    def row(self) -> JsonObject:
        return asdict(self)


class Poster:
    """Posts bytes. It knows nothing of what is in them."""

    def __init__(self, rules: Rules, http: httpx.AsyncClient) -> None:
        self._rules, self._http = rules, http
        self._size = 0
        self._slots = asyncio.Semaphore(0)
        self.attempts: deque[Attempt] = deque(maxlen=50_000)
        self.counts: Counter[str] = Counter()

    async def until_accepted(self, deliveries: list[str], url: str, body: bytes, secret: str) -> bool:
        """Whether the receiver answered 200 before the attempts were used up."""
        headers = list(signed_headers(secret, body).items())
        attempts = self._rules.webhook_attempts
        last = await self.repeatedly(url, body, headers, attempts=attempts, deliveries=deliveries)
        return last.status == 200

    async def repeatedly(
        self, url: str, body: bytes, headers: Headers, *, attempts: int, deliveries: list[str] | None = None
    ) -> Attempt:
        """The same bytes until 200 comes or the attempts are used up; the last attempt."""
        backoff, number = self._rules.webhook_first_backoff, 1
        last = await self.once(url, body, headers, deliveries=deliveries)
        while last.status != 200 and number < attempts:
            await asyncio.sleep(backoff)
            backoff, number = min(backoff * 2, self._rules.webhook_backoff_cap), number + 1
            last = await self.once(url, body, headers, deliveries=deliveries, number=number)
        return last

    async def once(
        self, url: str, body: bytes, headers: Headers, *, deliveries: list[str] | None = None, number: int = 1
    ) -> Attempt:
        """One POST with exactly these headers."""
        async with self._free_slot():
            started = time.perf_counter()
            status, error = await self._post(url, body, headers)
        taken = (time.perf_counter() - started) * 1000
        attempt = Attempt(deliveries or [], url, number, status, error, round(taken, 2), len(body))
        self.attempts.append(attempt)
        self.counts["posts"] += 1
        self.counts[f"status_{status}" if status else "no_answer"] += 1
        return attempt

    async def handshake(self, url: str, query: dict[str, str]) -> tuple[int | None, str]:
        """The GET of a subscription; the body says what the receiver answered (Meta's contract, section 3.1)."""
        try:
            answer = await self._http.get(url, params=query, timeout=self._rules.webhook_timeout)
        except httpx.HTTPError as error:
            return None, type(error).__name__
        return answer.status_code, answer.text

    async def _post(self, url: str, body: bytes, headers: Headers) -> tuple[int | None, str | None]:
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        try:
            answer = await self._http.post(url, content=body, headers=raw, timeout=self._rules.webhook_timeout)
        except (httpx.HTTPError, httpx.InvalidURL, AttributeError) as error:  # of anyio: gone while it connected
            return None, type(error).__name__
        return answer.status_code, None

    def _free_slot(self) -> asyncio.Semaphore:
        if self._size != self._rules.webhook_concurrency:
            self._size = self._rules.webhook_concurrency
            self._slots = asyncio.Semaphore(self._size)
        return self._slots
