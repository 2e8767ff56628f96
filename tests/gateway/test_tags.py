"""The tag a message carries: ours, of this number of this organisation, or worth nothing."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from gateway.domain.tags import Tag, Tags
from recado_events.ids import MessageId, PhoneNumberId

from tests.gateway.story import MESSAGE, NUMBER, OURS, THEIRS

TAGS = Tags(b"k" * 32)
MADE = TAGS.make(OURS, NUMBER, MESSAGE, 3)


def test_a_tag_says_which_attempt_of_which_message_it_is() -> None:
    assert TAGS.verify(OURS, NUMBER, MADE) == Tag(MESSAGE, 3)


def test_a_tag_is_short_and_holds_nothing_but_id_attempt_and_proof() -> None:
    longest = TAGS.make(OURS, NUMBER, MessageId(UUID(int=2**128 - 1)), 999_999)

    assert len(longest) <= 64
    assert re.fullmatch(rf"v1\.{MESSAGE.hex}\.3\.[0-9a-f]{{16}}", MADE)


def test_a_tag_of_another_organisation_number_or_key_is_none() -> None:
    assert TAGS.verify(THEIRS, NUMBER, MADE) is None
    assert TAGS.verify(OURS, PhoneNumberId("1"), MADE) is None
    assert Tags(b"x" * 32).verify(OURS, NUMBER, MADE) is None


def test_a_tag_that_an_older_key_made_is_verified_and_none_is_made_with_it() -> None:
    rotated = Tags(b"n" * 32, b"k" * 32)

    assert rotated.verify(OURS, NUMBER, MADE) == Tag(MESSAGE, 3)
    assert rotated.make(OURS, NUMBER, MESSAGE, 3) == Tags(b"n" * 32).make(OURS, NUMBER, MESSAGE, 3) != MADE
    assert Tags(b"n" * 32).verify(OURS, NUMBER, MADE) is None


@pytest.mark.parametrize(
    "forged",
    [
        "",
        MADE.replace(".3.", ".4."),
        MADE[:-1] + ("0" if MADE[-1] != "0" else "1"),
        MADE.upper(),
        MADE + "\n",
        " " + MADE,
        MADE.replace(".3.", ".03."),
        MADE.replace(".3.", ".٣."),
        "v2" + MADE[2:],
        MADE + "é",
        "order-4711",
        "v1." * 10_000,
    ],
)
def test_what_was_changed_or_made_elsewhere_is_none(forged: str) -> None:
    assert TAGS.verify(OURS, NUMBER, forged) is None


def test_the_key_is_not_shown() -> None:
    assert "kkk" not in repr(TAGS)
