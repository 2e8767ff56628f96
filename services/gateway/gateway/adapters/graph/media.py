"""Files from and to Meta: two calls to fetch one, one to upload one, each within a time and a size."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import quote

import httpx
from recado_chassis.files import Spool
from recado_chassis.files.spooling import TooLarge
from recado_events.content import OutgoingMedia
from recado_events.ids import PhoneNumberId

from gateway.adapters.graph.errors import count_error
from gateway.application.accounts import Token
from gateway.application.media_ports import MediaFailed
from gateway.domain.fetching import LARGEST
from gateway.domain.media_hosts import may_fetch
from gateway.domain.verdicts import AUTHORISATION_CODES, SERVER_CODES, THROTTLE_CODES

DEADLINE = 180.0
"""Seconds for all calls of one file: a drip ends."""
_AGENT = {"User-Agent": "Recado-Media/1"}


class GraphMedia:
    """Implements `MediaAtMeta`. Neither token nor URL stands in what it raises."""

    def __init__(self, client: Callable[[], httpx.Client], url: str, version: str, deadline: float = DEADLINE) -> None:
        self._client = client
        self._url = url
        self._root = f"{url.rstrip('/')}/{version}"
        self._deadline = deadline

    def fetch(self, phone_number_id: PhoneNumberId, media_id: str, token: Token, spool: Spool) -> str | None:
        ends = time.monotonic() + self._deadline
        with _outages(), self._client() as client:
            place = f"{self._root}/{quote(media_id, safe='')}"
            answer = client.get(place, params={"phone_number_id": phone_number_id}, headers=_bearer(token))
            told = _read(answer)
            url = told.get("url")
            if not isinstance(url, str):
                raise MediaFailed("unreadable_answer")
            if not may_fetch(url, self._url):
                raise MediaFailed("forbidden_host")
            self._download(client, url, token, spool, ends)
        digest = told.get("sha256")
        return digest.lower() if isinstance(digest, str) else None

    def _download(self, client: httpx.Client, url: str, token: Token, spool: Spool, ends: float) -> None:
        with client.stream("GET", url, headers={**_bearer(token), "Accept-Encoding": "identity"}) as answer:
            if answer.status_code != httpx.codes.OK:
                raise MediaFailed(_why(answer.status_code))
            length = answer.headers.get("content-length", "")
            if length.isdigit() and int(length[:20]) > LARGEST:
                raise TooLarge
            for piece in answer.iter_raw():  # as they come: gathered into larger ones, a drip would see no deadline
                spool.write(piece)
                if time.monotonic() > ends:
                    raise MediaFailed("timeout")

    def upload(self, phone_number_id: PhoneNumberId, file: OutgoingMedia, content: IO[bytes], token: Token) -> str:
        form = {"messaging_product": "whatsapp", "type": file.mime_type}
        parts = {"file": (f"file.{file.kind}", content, file.mime_type)}
        with _outages(), self._client() as client:
            answer = client.post(
                f"{self._root}/{phone_number_id}/media", data=form, files=parts, headers=_bearer(token), timeout=60.0
            )
            media_id = _read(answer).get("id")
        if not isinstance(media_id, str | int) or not str(media_id).isdigit():
            raise MediaFailed("unreadable_answer")
        return str(media_id)


def _bearer(token: Token) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token.text}", **_AGENT}


def _why(status: int) -> str:
    if status == httpx.codes.NOT_FOUND:
        return "stale_url"
    if 300 <= status < 400:
        return "redirected"
    return "meta_failed" if status >= 500 else "download_refused"


def _read(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        told = answer.json()
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        count_error(None)
        raise MediaFailed("meta_failed" if answer.status_code >= 500 else "unreadable_answer")
    error = told.get("error")
    if isinstance(error, dict):
        raise _failure(answer.status_code, error)
    if answer.status_code != httpx.codes.OK:
        raise MediaFailed("unreadable_answer")
    return told


def _failure(status: int, error: Mapping[str, Any]) -> MediaFailed:
    code = error.get("code")
    code = code if isinstance(code, int) and not isinstance(code, bool) else None
    count_error(code)
    if code in AUTHORISATION_CODES:
        return MediaFailed("authorisation_lost", code)
    if code in THROTTLE_CODES or status == httpx.codes.TOO_MANY_REQUESTS:
        return MediaFailed("throttled", code)
    if status >= 500 or code in SERVER_CODES or error.get("is_transient") is True:
        return MediaFailed("meta_failed", code)
    return MediaFailed("gone" if code == 100 else "refused", code, is_final=True)


@contextmanager
def _outages() -> Iterator[None]:
    """Without their causes: the request, which these hold, has the token."""
    try:
        yield
    except httpx.TimeoutException:
        raise MediaFailed("timeout") from None
    except httpx.ConnectError:
        raise MediaFailed("unreachable") from None
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError):
        raise MediaFailed("connection_lost") from None
