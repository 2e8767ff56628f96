"""Which exception becomes which problem: the one place where a rule that says no gets its HTTP status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from recado_chassis.files.ports import FilesUnavailable, ImageUnreadable
from recado_chassis.http.accounting import failed, note_rule
from recado_chassis.http.problems import Problem, invalid_request, problem_response, status_problem
from recado_chassis.producing.records import NotAcknowledged
from recado_chassis.service import Refusal
from recado_chassis.store import Conflict, Fenced, Unavailable

_RETRY = {"Retry-After": "1"}


async def _problem(request: Request, error: Problem) -> Response:
    note_rule(request.scope, error.rule)
    return error.response()


async def _refusal(request: Request, error: Refusal) -> Response:
    note_rule(request.scope, error.rule)
    return problem_response(error.status, error.rule, error.message, members=error.details)


async def _busy(request: Request, error: Exception) -> Response:
    structlog.get_logger().warning("conflict_survived_retries", exc_info=error)
    return problem_response(503, "busy", "Others write the same at this moment. Try again.", headers=_RETRY)


async def _unavailable(request: Request, error: Exception) -> Response:
    structlog.get_logger().warning("unavailable", exc_info=error)
    return problem_response(503, "unavailable", "What this needs cannot be reached. Try again.", headers=_RETRY)


async def _unreadable(request: Request, error: ImageUnreadable) -> Response:
    note_rule(request.scope, "image_unreadable")
    return problem_response(422, "image_unreadable", "This picture cannot be read. Save it anew, and send that.")


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    return invalid_request(error.errors())


async def _status(request: Request, error: HTTPException) -> Response:
    return status_problem(error.status_code, error.headers)


async def _failed(request: Request, error: Exception) -> Response:
    return failed(request.scope, error)


HANDLERS: Mapping[Any, Callable[[Request, Any], Awaitable[Response]]] = {
    Problem: _problem,
    Refusal: _refusal,
    Conflict: _busy,
    Fenced: _busy,
    Unavailable: _unavailable,
    NotAcknowledged: _unavailable,
    FilesUnavailable: _unavailable,
    ImageUnreadable: _unreadable,
    RequestValidationError: _invalid,
    HTTPException: _status,
    Exception: _failed,
}
