"""Answers that go on for ever, asked like any other: what they begin with stands for them."""

from __future__ import annotations

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EVENTS, LINES = "text/event-stream", "application/x-ndjson"
READY = b"event: ready"


def asked(http: httpx.Client, request: httpx.Request) -> httpx.Response:
    """The answer, read. Of server-sent events what comes until they are up to date, of a log's lines nothing."""
    answer = http.send(request, stream=True)
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if kind not in {EVENTS, LINES}:
        answer.read()
        return answer
    content = _beginning(answer) if kind == EVENTS else b""
    answer.close()
    headers = {name: value for name, value in answer.headers.items() if name != "transfer-encoding"}
    return httpx.Response(answer.status_code, headers=headers, content=content, request=request)


def _beginning(answer: httpx.Response) -> bytes:
    told = b""
    for piece in answer.iter_bytes():
        told += piece
        if READY in told:
            break
    return told


def cut_when_ready(app: ASGIApp) -> ASGIApp:
    """For clients without a socket, who see an answer when it is over: one of events is, once it is up to date."""

    async def cut(scope: Scope, receive: Receive, send: Send) -> None:
        over = False

        async def pass_on(message: Message) -> None:
            nonlocal over
            if over:
                return
            over = READY in message.get("body", b"")
            await send({**message, "more_body": False} if over else message)

        await app(scope, receive, pass_on)

    return cut
