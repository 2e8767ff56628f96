"""What of a content people search for: what its sender wrote, and the names it shows."""

from __future__ import annotations

from typing import Any

from conversations.views.words import words_of

_FIELDS: dict[str, tuple[str, ...]] = {
    "text": ("body",),
    "image": ("caption", "filename"),
    "video": ("caption", "filename"),
    "audio": ("caption", "filename"),
    "document": ("caption", "filename"),
    "location": ("name", "address"),
    "button": ("text",),
    "interactive": ("title", "description"),
    "order": ("text",),
    "template": ("header", "body", "footer"),
}


def searched(content: Any) -> list[str]:
    """The words of a content, of whichever kind; none of a kind that is not known."""
    told = [getattr(content, name, None) for name in _FIELDS.get(content.kind, ())]
    for card in getattr(content, "cards", ()):
        told += [card.formatted_name, card.company, *(phone.phone for phone in card.phones)]
    return words_of(*told)
