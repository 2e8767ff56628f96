"""A rule says no: the one exception that domains raise and edges translate."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """`rule` is its name on the wire, `status` its HTTP status; `details` are plain values without personal data.

    Domains subclass it, one class a rule; edges that have a rule of their own give its name and message.
    """

    rule = "refused"
    status = 409
    message = "This is not possible now."

    def __init__(self, rule: str | None = None, message: str | None = None, **details: Any) -> None:
        self.rule = rule or self.rule
        self.message = message or self.message
        self.details = details
        super().__init__(self.message)
