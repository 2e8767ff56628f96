"""Why Meta refuses what is asked about a template, in words that are kept; its codes are kept beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.commands import Ambiguous, NotTaken, TemplateRefused, TemplateTaken, TemplateVerdict
from gateway.domain.verdicts import SERVER_CODES, THROTTLE_CODES

ALREADY_THERE, GONE = "name_taken", "not_found"
_SUBCODES: Mapping[int, str] = {
    33: GONE,
    2388019: "limit_reached",
    2388023: "name_blocked",
    2388024: ALREADY_THERE,
    2388025: "edit_limit",
    2593002: GONE,
}
_INVALID = 100

Json = Mapping[str, Any]


def reason_of(code: int, subcode: int | None) -> str:
    if subcode is not None and subcode in _SUBCODES:
        return _SUBCODES[subcode]
    return "invalid" if code == _INVALID or 132000 <= code < 133000 else "refused_by_meta"


def of_template_answer(status: int, answer: Json) -> TemplateVerdict:
    """What an answer of Graph proves. Only its own codes say that it certainly did nothing."""
    error = answer.get("error")
    error = error if isinstance(error, dict) else {}
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    if status >= 500:
        return Ambiguous("server_error", code)
    if code is None:
        return _without_error(status, answer)
    if code in THROTTLE_CODES or status == 429:
        return NotTaken("throttled", code)
    if not 400 <= status < 500:
        return Ambiguous("unreadable_answer", code)
    if code in SERVER_CODES or error.get("is_transient") is True:
        return Ambiguous("server_error", code)
    return TemplateRefused(code, subcode)


def _without_error(status: int, answer: Json) -> TemplateVerdict:
    if status == 429:
        return NotTaken("throttled")
    meta_id, told = answer.get("id"), {name: answer.get(name) for name in ("status", "category")}
    meta_id = str(meta_id) if isinstance(meta_id, str | int) and str(meta_id).isdigit() else None
    if status != 200 or (meta_id is None and answer.get("success") is not True):
        return Ambiguous("unreadable_answer")
    words = {name: value.upper() if isinstance(value, str) and value else None for name, value in told.items()}
    return TemplateTaken(meta_id, words["status"], words["category"])


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
