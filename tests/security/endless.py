"""Answers that go on for ever, asked like any other: what they begin with stands for them."""

from __future__ import annotations

import httpx

EVENTS, LINES = "text/event-stream", "application/x-ndjson"


def asked(http: httpx.Client, request: httpx.Request) -> httpx.Response:
    """The answer, read. Of server-sent events what comes until they are up to date, of a log's lines nothing."""
    answer = http.send(request, stream=True)
    kind = answer.headers["content-type"].partition(";")[0]
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
        if b"event: ready" in told:
            break
    return told
