"""Why Meta rejects, as people understand it (rule 20); Meta's own word is kept beside."""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGE_MISMATCH, SPAM_CONTENT, WRONG_CATEGORY, OTHER = "language_mismatch", "spam_content", "wrong_category", "other"
_REASONS: Mapping[str, str] = {
    "TAG_CONTENT_MISMATCH": LANGUAGE_MISMATCH,
    "ABUSIVE_CONTENT": SPAM_CONTENT,
    "SCAM": SPAM_CONTENT,
    "PROMOTIONAL": SPAM_CONTENT,
    "INCORRECT_CATEGORY": WRONG_CATEGORY,
}
TEXTS: Mapping[str, Mapping[str, str]] = {
    LANGUAGE_MISMATCH: {
        "en": "The text is not in the language that was chosen, or does not fit the kind of template.",
        "pt-BR": "O texto não está no idioma escolhido ou não corresponde ao tipo de modelo.",
    },
    SPAM_CONTENT: {
        "en": "Meta takes the content for spam: abusive, misleading or too promotional.",
        "pt-BR": "A Meta considera o conteúdo spam: abusivo, enganoso ou promocional demais.",
    },
    WRONG_CATEGORY: {
        "en": "The content belongs to another category.",
        "pt-BR": "O conteúdo pertence a outra categoria.",
    },
    OTHER: {
        "en": "Meta rejected the template for another reason; see Meta's code.",
        "pt-BR": "A Meta rejeitou o modelo por outro motivo; veja o código da Meta.",
    },
}


def reason_of(meta_reason: str | None) -> str:
    return _REASONS.get(meta_reason or "", OTHER)
