"""What a request may bring in: JSON of a bounded size, read whole and strictly before any route sees it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recado_chassis.http.problems import problem_response, status_problem

MIB = 1024 * 1024
LARGEST_UPLOAD = "x-largest-upload"
"""In a route's `openapi_extra`: a file is posted there, of so many bytes at most."""
_BODY = "recado.body"
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_CLOSE = {"Connection": "close"}


def uploads_of(routers: Iterable[APIRouter]) -> dict[re.Pattern[str], int]:
    """Patterns of the paths to which files are posted, and how large these may be."""
    routes = (route for router in routers for route in router.routes if isinstance(route, APIRoute))
    told = ((route.path_regex, (route.openapi_extra or {}).get(LARGEST_UPLOAD)) for route in routes)
    return {pattern: largest for pattern, largest in told if largest is not None}


def body_of(scope: Scope) -> Any:
    """The request's JSON as Python values; None where there was no body."""
    return scope.get(_BODY)


class Intake:
    """415 for anything but plain JSON, 413 above the limit, 400 for JSON that other programs would read differently
    (duplicate members, NaN, lone surrogates, NUL, a BOM). Routes get the bytes unchanged."""

    def __init__(self, app: ASGIApp, limit: int = MIB, uploads: Mapping[re.Pattern[str], int] | None = None) -> None:
        """`uploads`: patterns of paths to which files are posted, and how large these may be. Their routes read them,
        of whatever type, piece by piece."""
        self._app = app
        self._limit = limit
        self._uploads = dict(uploads or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        largest = self._largest_upload(scope)
        refused = self._unread(scope, largest or self._limit)
        if refused is None and largest is not None:
            await self._app(scope, receive, send)
            return
        body = b""
        if refused is None:
            read = await _read(receive, self._limit)
            if read is None:
                return
            refused, body = (read, b"") if isinstance(read, Response) else (_unparsed(scope, read), read)
        if refused is not None:
            await refused(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    def _largest_upload(self, scope: Scope) -> int | None:
        if scope["method"] != "POST":
            return None
        found = (largest for pattern, largest in self._uploads.items() if pattern.fullmatch(scope["path"]))
        return next(found, None)

    def _unread(self, scope: Scope, limit: int) -> Response | None:
        headers = Headers(scope=scope)
        if headers.get("content-encoding", "identity").lower() != "identity":
            return status_problem(415, _CLOSE)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length[:20]) > limit:
            return status_problem(413, _CLOSE)
        if b"\0" in scope["query_string"] or b"%00" in scope["query_string"] or "\0" in scope["path"]:
            return status_problem(400)
        return None


async def _read(receive: Receive, limit: int) -> bytes | Response | None:
    """The body; a refusal where it is too large; None when the client went away."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            return status_problem(413, _CLOSE)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _unparsed(scope: Scope, body: bytes) -> Response | None:
    if not body:
        return None
    if not _is_json(Headers(scope=scope)):
        return status_problem(415)
    try:
        scope[_BODY] = strict_json(body)
    except (ValueError, RecursionError) as error:
        detail = str(error) if isinstance(error, Malformed) else "The body is no JSON in UTF-8."
        return problem_response(400, "malformed_json", detail)
    return None


def _is_json(headers: Headers) -> bool:
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower()
    return media_type.strip().lower() == "application/json" and charset in ("", "charset=utf-8", 'charset="utf-8"')


class Malformed(ValueError):
    """What is wrong with a JSON text, without quoting it."""


def strict_json(body: bytes) -> Any:
    """Raises ValueError (Malformed where it can be said why) or RecursionError."""
    value = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    if _SURROGATE.search(body):
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise Malformed("The body has a surrogate that is no character.") from None
    if b"\\u0000" in body and "\\u0000" in json.dumps(value).replace("\\\\", ""):
        raise Malformed("The body has the character NUL.")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("The body has an object with two members of one name.")
    return members


def _no_constant(_: str) -> Any:
    raise Malformed("The body has a number that JSON does not know.")


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [body]

    async def replayed() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replayed
