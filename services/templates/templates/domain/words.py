"""Words of Meta: which of two counts, and what a status means. Any order of the same words ends the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from recado_events.templates import TemplateForm

STATUS, CATEGORY, QUALITY, CONTENT = "status", "category", "quality", "content"
PENDING, APPROVED, REJECTED, PAUSED = "pending", "approved", "rejected", "paused"
DISABLED, ARCHIVED, DELETED = "disabled", "archived", "deleted"

MEANINGS: Mapping[str, str] = {
    "PENDING": PENDING,
    "IN_APPEAL": PENDING,
    "APPROVED": APPROVED,
    "REINSTATED": APPROVED,
    "UNARCHIVED": APPROVED,
    "REJECTED": REJECTED,
    "PAUSED": PAUSED,
    "LIMIT_EXCEEDED": DISABLED,
    "DISABLED": DISABLED,
    "ARCHIVED": ARCHIVED,
    "PENDING_DELETION": DELETED,
    "DELETED": DELETED,
}
"""Other words (FLAGGED: it may be disabled; LOCKED …) change nothing of what may be done."""
_TIES: Mapping[str, tuple[str, ...]] = {
    STATUS: tuple(MEANINGS),
    CATEGORY: ("SERVICE", "AUTHENTICATION", "UTILITY", "MARKETING"),
    QUALITY: ("UNKNOWN", "GREEN", "YELLOW", "RED"),
}
"""Of words of the same second the later one counts: a review goes on, the stricter and the dearer is believed."""


@dataclass(frozen=True, slots=True)
class Word:
    about: str
    word: str
    at: datetime
    reason: str | None = None
    form: TemplateForm | None = None

    @property
    def meaning(self) -> str:
        """Of a status."""
        return MEANINGS.get(self.word, PENDING)

    def beats(self, other: Word | None) -> bool:
        """Whether this one counts now. What is deleted stays so."""
        return other is None or self._order() > other._order()

    def _order(self) -> tuple[bool, datetime, int, str, str]:
        ties = _TIES.get(self.about, ())
        rank = ties.index(self.word) if self.word in ties else -1
        is_end = self.about == STATUS and self.meaning == DELETED
        return is_end, self.at, rank, self.word, self.reason or ""


@dataclass(frozen=True, slots=True)
class Said:
    """The newest word of Meta about each thing."""

    status: Word | None = None
    category: Word | None = None
    quality: Word | None = None
    content: Word | None = None

    def of(self, about: str) -> Word | None:
        return {STATUS: self.status, CATEGORY: self.category, QUALITY: self.quality, CONTENT: self.content}.get(about)

    def heard(self, word: Word) -> Said:
        known = {STATUS: self.status, CATEGORY: self.category, QUALITY: self.quality, CONTENT: self.content}
        return Said(**{**known, word.about: word}) if word.about in known else self


def known_status(word: str) -> bool:
    return word in MEANINGS
