"""`/webhooks/whatsapp`: a raw route, for it is asked most often of all, and reads what no model may read."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from recado_chassis.http.accounting import cause_of, note_rule
from recado_chassis.http.direct import Asked, Direct, told
from recado_chassis.http.problems import Problem
from recado_chassis.turns import Gathering
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.adapters.door.desk import Desk
from gateway.adapters.door.handshake import challenge_of
from gateway.adapters.door.metrics import WEBHOOK_SECONDS, WEBHOOKS
from gateway.adapters.door.reading import Gone, body_from, require_readable
from gateway.adapters.door.signature import HEADER, BadSignature, Signatures

PATH = "/webhooks/whatsapp"
_TAKEN = WEBHOOKS.labels("acknowledged")
_OK = told(Response(media_type="text/plain"))


class Webhook(Direct):
    """200 means that every update is in Kafka; anything else that Meta has to send it again."""

    def __init__(self, signatures: Signatures, verify_token: str, desk: Desk) -> None:
        self._signatures = signatures
        self._verify_token = verify_token.encode()
        self._desk = desk
        self._acknowledged = Gathering(_count)

    def at_once(self, asked: Sequence[Asked]) -> None:
        """Only what is well made; all else is refused on the ordinary way."""
        is_signed = self._signatures.is_signed
        signed = [each for each in asked if is_signed(each.headers.get(HEADER, b""), each.body)]
        self._desk.take_at_once([each for each in signed if b"content-encoding" not in each.headers], self._ended)

    def _ended(self, asked: Asked, problem: Problem | None) -> None:
        if problem is None:
            asked.answer(_OK)
            self._acknowledged.add(perf_counter() - asked.begun)
        else:
            WEBHOOKS.labels(problem.rule).inc()
            asked.answer(told(problem.response(), problem.rule))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = perf_counter()
        try:
            answer = await self._answer(scope, receive)
        except Gone:
            WEBHOOKS.labels("gone").inc()
            return
        except Problem as problem:
            WEBHOOKS.labels(problem.rule).inc()
            note_rule(scope, problem.rule)
            await problem.response()(scope, receive, send)
            return
        length = b"%d" % len(answer)
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})
        if scope["method"] == "POST":
            _count([perf_counter() - begun])

    async def _answer(self, scope: Scope, receive: Receive) -> bytes:
        if scope["method"] == "GET":
            return challenge_of(scope["query_string"], self._verify_token)
        if scope["method"] != "POST":
            allowed = {"Allow": "GET, POST"}
            raise Problem(405, "method_not_allowed", "Meta sends GET or POST here.", headers=allowed)
        await self._take(scope, receive)
        return b""

    async def _take(self, scope: Scope, receive: Receive) -> None:
        try:
            claimed = self._signatures.claimed(scope["headers"])
            require_readable(scope["headers"])
            body = await body_from(receive)
            self._signatures.check(claimed, body)
        except BadSignature as error:
            raise Problem(401, "bad_signature", str(error)) from None
        if not body:
            raise Problem(400, "malformed_webhook", "The body is empty.")
        await self._desk.take(body, cause_of(scope, None))


def _count(seconds: Sequence[float]) -> None:
    """Of webhooks acknowledged."""
    _TAKEN.inc(len(seconds))
    for each in seconds:
        WEBHOOK_SECONDS.observe(each)
