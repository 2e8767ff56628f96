"""The description of an API, with every problem that an operation may answer beside its success."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from recado_chassis.http.problems import MEDIA_TYPE

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `rule` is stable, for programs; `detail` says what to do, for people.",
    "required": ["type", "title", "status", "detail", "rule"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "rule": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Mistake"}},
    },
}
_MISTAKE = {
    "type": "object",
    "description": "Where: a JSON pointer into the body, or a parameter. What: `detail` and `kind`.",
    "required": ["detail", "kind"],
    "properties": {
        "pointer": {"type": "string"},
        "parameter": {"type": "string"},
        "in": {"type": "string"},
        "detail": {"type": "string"},
        "kind": {"type": "string"},
    },
}
_MEANINGS = {
    400: "The request cannot be read.",
    401: "There is no token, or none that is good.",
    403: "Whoever asks may not do this.",
    404: "There is nothing here, or it is not theirs to see.",
    409: "A rule refuses it as things stand; `rule` says which one.",
    413: "The body is too large.",
    415: "The body is no JSON, or is compressed.",
    422: "Some of what was sent does not fit; `errors` names every mistake.",
    429: "Too much of it at once; `rule` says of what.",
    502: "Somebody else whom this depends on refused or did not answer.",
    503: "It cannot be done at the moment: try again after `Retry-After` seconds.",
}
_OF_FASTAPI = ("HTTPValidationError", "ValidationError")


def describe(api: FastAPI) -> None:
    """Adds to what FastAPI says of each operation. One that answers other problems than its shape suggests declares
    their statuses: `responses={404: {}}`."""
    told = api.openapi

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            _complete(told())
        return told()

    api.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation has it


def _complete(document: dict[str, Any]) -> None:
    """In place: FastAPI keeps the document that it answers."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _OF_FASTAPI:
        schemas.pop(name, None)
    schemas |= {"Problem": _PROBLEM, "Mistake": _MISTAKE}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    components["responses"] = {
        f"Problem{status}": {"description": meaning, "content": content} for status, meaning in _MEANINGS.items()
    }
    for operations in document["paths"].values():
        for method, operation in operations.items():
            for status in sorted(_statuses(method, operation)):
                operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}


def _statuses(method: str, operation: dict[str, Any]) -> Iterator[int]:
    yield from (401, 403, 429, 503)
    if operation.get("parameters"):
        yield from (400, 422)
    if any(each["in"] == "path" for each in operation.get("parameters", ())):
        yield 404
    if method != "get":
        yield from (400, 404, 409, 413, 415, 422)
    yield from (status for status in _MEANINGS if str(status) in operation["responses"])
