"""What people read about amounts, in the languages of the product."""

from __future__ import annotations

import pytest
from billing.views.ledger import ENTRIES
from billing.views.reasons import TEXTS, text_of


@pytest.mark.parametrize("locale", ["en-US", "pt-BR"])
def test_s30_every_kind_of_line_is_explained(locale: str) -> None:
    words = {entry.TYPE.split(".")[1].replace("-", "_") for entry in ENTRIES}
    assert {word for word in words if text_of(word, locale) == word} == set()


def test_every_reason_is_told_in_both_languages() -> None:
    assert TEXTS["en"].keys() == TEXTS["pt"].keys()


def test_other_languages_are_told_in_english() -> None:
    assert text_of("frozen", "fr-FR") == TEXTS["en"]["frozen"]
