"""A webhook's body, read whole within a size and a time: endless and dripping ones are cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from recado_chassis.http.problems import Problem
from recado_events.catalogue import MIB
from starlette.types import Receive

BODY_BYTES = 3 * MIB + 256 * 1024
"""Meta's 3 MB and some more: what is refused here comes again for a week."""
BODY_SECONDS = 10.0
_CLOSE = {"Connection": "close"}


class Gone(Exception):
    """The client left: there is nobody to answer."""


def require_readable(headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Raises Problem where the headers already say that the body will not be read."""
    for name, value in headers:
        if name == b"content-encoding" and value.strip().lower() != b"identity":
            raise Problem(415, "unsupported_media_type", "Send JSON, not compressed.", headers=_CLOSE)
        if name == b"content-length" and (not value.isdigit() or int(value[:20]) > BODY_BYTES):
            raise _too_large()


async def body_from(receive: Receive, seconds: float = BODY_SECONDS) -> bytes:
    """Raises Problem, or Gone."""
    try:
        async with asyncio.timeout(seconds):
            return await _read(receive)
    except TimeoutError:
        detail = f"The body did not arrive within {seconds:g} s."
        raise Problem(408, "request_timeout", detail, headers=_CLOSE) from None


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        part = message.get("body", b"")
        size += len(part)
        if size > BODY_BYTES:
            raise _too_large()
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _too_large() -> Problem:
    return Problem(413, "content_too_large", f"A webhook has at most {BODY_BYTES} bytes.", headers=_CLOSE)
