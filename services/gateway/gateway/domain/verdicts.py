"""What an answer of Graph, or its absence, proves: the table by which nothing is ever sent twice blindly."""

from __future__ import annotations

import json
from typing import Any

from gateway.commands import Accepted, Ambiguous, NotTaken, Refused, Verdict

AUTHORISATION_CODES = frozenset({0, 190})
"""Meta takes this token no more."""
THROTTLE_CODES = frozenset({4, 17, 32, 613, 80007, 130429, 131048, 131056})
"""Certainly not taken, and taken later. Their HTTP status is 400 or 429, so only the code counts."""
PAIR_CODES = frozenset({131056})
"""Throttles that concern one recipient and nobody else."""
SERVER_CODES = frozenset({1, 2, 131000, 131016, 133004})
"""Meta's own failures: nobody says whether before or after it took the message, whatever the HTTP status."""

Json = dict[str, Any]


def unanswered(*, written: bool, why: str) -> Verdict:
    """No answer came. Only when no byte of the request was written is it certain that Meta has nothing."""
    return Ambiguous(why) if written else NotTaken("unreachable")


def of_answer(status: int, body: bytes, *, names_message: bool) -> Verdict:
    """`names_message` is False for calls that Meta answers without a wamid."""
    answer = object_of(body)
    error = member(answer, "error")
    code = code_of(error)
    if status >= 500:
        return Ambiguous("server_error", code)
    if code is None:
        return _without_error(status, answer, names_message)
    if code in THROTTLE_CODES or status == 429:
        return NotTaken("throttled", code)
    if not 400 <= status < 500:
        return Ambiguous("unreadable_answer", code)
    if code in SERVER_CODES or error.get("is_transient") is True:
        return Ambiguous("server_error", code)
    return Refused(code, text_of(error.get("message")), text_of(member(error, "error_data").get("details")))


def _without_error(status: int, answer: Json, names_message: bool) -> Verdict:
    if status == 429:
        return NotTaken("throttled")
    if status != 200:
        return Ambiguous("unreadable_answer")
    if not names_message:
        return Accepted() if answer.get("success") is True else Ambiguous("unreadable_answer")
    message, contact = first(answer.get("messages")), first(answer.get("contacts"))
    wamid = text_of(message.get("id"))
    if wamid is None:
        return Ambiguous("unreadable_answer")
    return Accepted(
        wamid=wamid,
        wa_id=text_of(contact.get("wa_id")),
        user_id=text_of(contact.get("user_id")),
        message_status=text_of(message.get("message_status")),
    )


def object_of(body: bytes) -> Json:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def code_of(error: Json) -> int | None:
    code = error.get("code")
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def member(value: Json, name: str) -> Json:
    member = value.get(name)
    return member if isinstance(member, dict) else {}


def first(value: Any) -> Json:
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}


def text_of(value: Any) -> str | None:
    """An empty text is an absent one; what PostgreSQL and UTF-8 cannot hold is not kept."""
    if not isinstance(value, str):
        return None
    return value.replace("\0", "").encode("utf-8", "replace").decode() or None
