"""What Meta's answer to a block of one customer proves. What fails of it comes as HTTP 400 beside what succeeded."""

from __future__ import annotations

from gateway.commands import Accepted, Ambiguous, NotTaken, Refused, Verdict
from gateway.domain import verdicts

BUSY_CODES = frozenset({139102, 139103})
"""The list is being changed by somebody else, or Meta stumbled: asked again it does the same."""


def of_answer(status: int, body: bytes, *, blocked: bool) -> Verdict:
    answer = verdicts.object_of(body)
    told = verdicts.member(answer, "block_users")
    if told.get("added_users" if blocked else "removed_users"):
        return Accepted()
    error = verdicts.first(verdicts.first(told.get("failed_users")).get("errors"))
    code = verdicts.code_of(error)
    if code in BUSY_CODES:
        return NotTaken("throttled", code)
    if code is not None and 400 <= status < 500:
        details = verdicts.member(error, "error_data").get("details")
        return Refused(code, verdicts.text_of(error.get("message")), verdicts.text_of(details))
    verdict = verdicts.of_answer(status, body, names_message=False)
    if isinstance(verdict, Refused) and verdict.meta_code in BUSY_CODES:
        return NotTaken("throttled", verdict.meta_code)
    return Ambiguous("unreadable_answer") if isinstance(verdict, Accepted) else verdict
