"""`/webhooks/payments`: raw ASGI, for the signature is over the bytes as they came."""

from __future__ import annotations

import asyncio

from recado_chassis.http.accounting import cause_of, note_rule
from recado_chassis.http.problems import Problem
from recado_chassis.ports import Clock
from recado_chassis.threads import in_thread
from starlette.types import Receive, Scope, Send

from billing.adapters.provider.notices import Notices
from billing.adapters.provider.signature import BadSignature, Signatures

PATH = "/webhooks/payments"
BODY_BYTES = 512 * 1024
BODY_SECONDS = 10.0
_CLOSE = {"Connection": "close"}


class Gone(Exception):
    """The client left: there is nobody to answer."""


class Door:
    """200 means that what the notice says is in the ledger, or is none of ours; anything else has it sent again."""

    def __init__(self, signatures: Signatures, notices: Notices, clock: Clock) -> None:
        self._signatures = signatures
        self._notices = notices
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._take(scope, receive)
        except Gone:
            return
        except Problem as problem:
            note_rule(scope, problem.rule)
            await problem.response()(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def _take(self, scope: Scope, receive: Receive) -> None:
        if scope["method"] != "POST":
            raise Problem(405, "method_not_allowed", "Stripe sends POST here.", headers={"Allow": "POST"})
        if any(name == b"content-encoding" and value != b"identity" for name, value in scope["headers"]):
            raise Problem(415, "unsupported_media_type", "Send JSON, not compressed.", headers=_CLOSE)
        body = await _body(receive)
        try:
            self._signatures.check(scope["headers"], body, self._clock.now())
        except BadSignature as error:
            raise Problem(401, "bad_signature", str(error)) from None
        await in_thread(self._notices.take, body, cause_of(scope, None))


async def _body(receive: Receive) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(receive)
    except TimeoutError:
        detail = f"The body did not arrive within {BODY_SECONDS:g} s."
        raise Problem(408, "request_timeout", detail, headers=_CLOSE) from None


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        size += len(message.get("body", b""))
        if size > BODY_BYTES:
            raise Problem(413, "content_too_large", f"A notice has at most {BODY_BYTES} bytes.", headers=_CLOSE)
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)
