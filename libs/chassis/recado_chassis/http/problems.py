"""RFC 9457 problems: everything that is refused over HTTP has one shape, and quotes nothing that was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
TYPE = "https://recado.dev/problems/{rule}"
_NAME = re.compile(r"[a-z][a-z_]{0,40}")
_QUOTING = {
    "value_error": "This value is not allowed here.",
    "assertion_error": "This value is not allowed here.",
    "union_tag_invalid": "This kind is not known.",
    "extra_forbidden": "This member is not known here.",
}
_OWN = frozenset({"type", "title", "status", "detail", "rule"})


class Problem(Exception):
    """Raised at the HTTP edge; a rule of the domain raises Refusal. `rule` is stable, `detail` says what to do."""

    def __init__(
        self, status: int, rule: str, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.rule = rule
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def response(self) -> Response:
        return problem_response(self.status, self.rule, self.detail, headers=self.headers, members=self.members)


class Overloaded(Problem):
    """More is asked at once than can be answered in time."""

    def __init__(self, detail: str = "The service has too much to do at once. Try again shortly.") -> None:
        super().__init__(503, "overloaded", detail, headers={"Retry-After": "1"})


def problem_body(status: int, rule: str, detail: str, members: Mapping[str, Any] | None = None) -> bytes:
    """The JSON of a problem; `members` are extension members and cannot replace standard ones."""
    problem = {
        "type": TYPE.format(rule=rule),
        "title": rule.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "rule": rule,
    }
    extra = {
        name: value for name, value in (members or {}).items() if name not in _OWN or name in ("errors", "instance")
    }
    return orjson.dumps(problem | extra, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)


def problem_response(
    status: int,
    rule: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    members: Mapping[str, Any] | None = None,
) -> Response:
    return Response(
        problem_body(status, rule, detail, members),
        status_code=status,
        headers=dict(headers or {}),
        media_type=MEDIA_TYPE,
    )


_STATUSES = {
    400: ("bad_request", "The request cannot be read. Check it against the API's description."),
    404: ("not_found", "There is nothing here, or it is not yours to see."),
    405: ("method_not_allowed", "This resource does not take this method; see the Allow header."),
    413: ("content_too_large", "The body is too large."),
    415: ("unsupported_media_type", "Send JSON as application/json, not compressed."),
    429: ("too_many_requests", "Too many requests. Wait as long as Retry-After says."),
}


def status_problem(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """The problem of a bare HTTP status, as frameworks raise it."""
    rule, detail = _STATUSES.get(status, (f"http_{status}", "The request was refused."))
    return problem_response(status, rule, detail, headers=headers)


def invalid_request(errors: Iterable[Mapping[str, Any]]) -> Response:
    """422 with one entry a mistake: where (a JSON pointer into the body, or a parameter) and what is expected."""
    told = [_told(error) for error in errors]
    if any(error["kind"] == "json_invalid" for error in told):
        return status_problem(400)
    return problem_response(
        422, "invalid_request", "Some of what was sent does not fit; see errors.", members={"errors": told}
    )


def _told(error: Mapping[str, Any]) -> dict[str, str]:
    place, *path = error["loc"] or ("body",)
    kind = str(error["type"])
    return {**_where(str(place), path, kind), "detail": _expected(kind, error), "kind": kind}


def _where(place: str, path: Sequence[Any], kind: str) -> dict[str, str]:
    if place != "body":
        return {"parameter": ".".join(map(str, path)), "in": place}
    # The name of an unknown member is the client's own word: it is repeated only where it looks like one of ours.
    is_strange = kind == "extra_forbidden" and not _NAME.fullmatch(str(path[-1]))
    return {"pointer": _pointer(path[:-1] if is_strange else path)}


def _expected(kind: str, error: Mapping[str, Any]) -> str:
    # Messages are made of the schema alone, except those of these kinds, which quote what was sent.
    if kind in _QUOTING:
        return _QUOTING[kind]
    message = str(error["msg"])
    return message.partition(",")[0] if kind.endswith("_parsing") else message


def _pointer(path: Sequence[Any]) -> str:
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
