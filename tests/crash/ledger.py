"""What the campaign itself knows, whatever the system's stores and the simulator say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from recado_chassis.verifying.evidence import Evidence
from recado_chassis.verifying.outside import JOURNAL, ask

Json = dict[str, Any]


class Ledger:
    """Commands that were answered, webhooks posted by hand, and everything that should not have happened."""

    def __init__(self) -> None:
        self.answered: dict[str, str] = {}
        """Message id by idempotency key."""
        self._agreed: dict[str, str] = {}
        self.forged: int = 0
        self.problems: list[str] = []
        self._offered: list[Json] = []
        self._taken: list[Json] = []

    def wrong(self, what: str) -> None:
        """Something that must not happen; the campaign fails because of it."""
        self.problems.append(what)

    def answer(self, key: str, message_id: str) -> None:
        """A message is there, whatever happens from now on."""
        self.answered.setdefault(key, message_id)
        self.agree(key, message_id)

    def agree(self, key: str, answer: str) -> None:
        """The same key must always be answered alike."""
        if self._agreed.setdefault(key, answer) != answer:
            self.wrong(f"one idempotency key was answered with {self._agreed[key]} and with {answer}")

    def offered(self, body: Json) -> None:
        """A signed webhook that the simulator keeps no account of: it may arrive from now on."""
        self._offered.append(body)

    def taken(self, body: Json) -> None:
        """One of those was answered with 200."""
        self._taken.append(body)

    def posted_unsigned(self, status: int | None) -> None:
        self.forged += 1
        if status == 200:
            self.wrong("a webhook with a wrong signature was answered with 200")

    def evidence(self, url: str, folder: Path, payments: str) -> Evidence:
        """All of it together."""
        told = ask(url, folder / JOURNAL, payments)
        offered = [*(told.offered or ()), *self._offered]
        taken = [*(told.taken or ()), *self._taken]
        return replace(told, offered=offered, taken=taken, answered=sorted(self.answered.values()))
