"""What somebody looks for, as PostgreSQL's indexes of words and of trigrams take it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from recado_events.trigrams import marked, trigrams_of

from conversations.views.questions import Row
from conversations.views.words import number_in, words_of

_BEGUN = 3
"""Letters of a last word that may be only begun; fewer begin too many words."""


@dataclass(frozen=True, slots=True)
class Sought:
    words: tuple[str, ...]
    number: str | None

    @classmethod
    def of(cls, text: str) -> Sought:
        return cls(tuple(words_of(text)), number_in(text))

    def values(self, organisation_id: UUID) -> Row:
        """`query` as a tsquery: every word must be there. Words are letters and digits: nothing to escape."""
        terms = [f"'{word}'" for word in marked(organisation_id, self.words)]
        if self.words and len(self.words[-1]) >= _BEGUN:
            terms[-1] += ":*"
        number = self.number or ""
        return {
            "query": " & ".join(terms),
            "number": f"%{number}%" if number else None,
            "trigrams": marked(organisation_id, trigrams_of(number)),
        }
