"""Probes and metrics: whether to restart the process, whether to send it traffic, and what it counts."""

from __future__ import annotations

import orjson
from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from recado_chassis.http.accounting import leave_out_of_the_log
from recado_chassis.http.problems import status_problem
from recado_chassis.running.readiness import Readiness

PATHS = ("/health/live", "/health/ready", "/metrics")


class Management:
    """Answers `/health/live` (the loop runs; touches nothing), `/health/ready` and `/metrics`; nothing else."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        answer = await self._answer(scope)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        path = scope["path"]
        if path not in PATHS:
            return status_problem(404)
        scope["recado.route"] = path
        leave_out_of_the_log(scope)
        if scope["method"] not in ("GET", "HEAD"):
            return status_problem(405, {"Allow": "GET, HEAD"})
        if path == "/metrics":
            await self._readiness.missing()  # tells the gauge, whether or not anybody probes
            encode, media_type = choose_encoder(Headers(scope=scope).get("accept", ""))
            return Response(encode(REGISTRY), headers={"Content-Type": media_type})
        if path == "/health/live":
            return _state("live", [])
        return _state("ready", await self._readiness.missing())


def _state(word: str, missing: list[str]) -> Response:
    body = {"status": f"not {word}" if missing else word, "missing": missing}
    return Response(orjson.dumps(body), status_code=503 if missing else 200, media_type="application/json")
