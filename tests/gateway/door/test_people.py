"""A contact goes to whom it names: by any of Meta's names, by any spelling, never by its place."""

from __future__ import annotations

from typing import Any

import pytest
from gateway.adapters.door.people import MOST_CONTACTS, alias_in, matches, names_in
from recado_events.inbound import InboundType

MARINA = {"wa_id": "5511987650001", "user_id": "BR.1"}
SOREN = {"wa_id": "4791234567"}
INES = {"user_id": "PT.2", "profile": {"name": "Inês"}}


@pytest.mark.parametrize(
    ("contacts", "updates", "expected"),
    [
        ([MARINA, SOREN], [("4791234567",), ("5511987650001",)], [[1], [0]]),
        ([MARINA, INES], [("PT.2",), ("unknown",)], [[1], []]),
        ([MARINA, SOREN], [("BR.1",), ("BR.1",)], [[0], [0]]),
        ([MARINA, MARINA], [("BR.1",)], [[0, 1]]),
        ([MARINA, SOREN], [(), None], [[], []]),
        ([], [("4791234567",)], [[]]),
    ],
)
def test_contacts_are_matched_by_name(contacts: list[Any], updates: list[Any], expected: list[list[int]]) -> None:
    assert [list(places) for places in matches(contacts, updates)] == expected


def test_one_person_is_named_by_a_few_contacts_and_not_by_thousands() -> None:
    found = matches([MARINA] * 5_000, [("BR.1",)] * 5_000)
    assert {tuple(places) for places in found} == {tuple(range(MOST_CONTACTS))}


def test_another_spelling_of_the_same_number_matches() -> None:
    eight_digits, mexico = {"wa_id": "551187650001"}, {"wa_id": "5215512345678"}
    found = matches([eight_digits, mexico], [("525512345678",), ("5511987650001",)])
    assert [list(places) for places in found] == [[1], [0]]


@pytest.mark.parametrize(
    ("updates", "expected"),
    [
        ([("somebody-else",)], [[0]]),
        ([()], [[0]]),
        ([("a", "b"), ("b",), ("a",)], [[0], [0], [0]]),
        ([("a",), ("b",)], [[], []]),
        ([("a",), ()], [[], []]),
        ([("a",), None], [[0], []]),
    ],
)
def test_an_only_contact_is_an_only_persons(updates: list[Any], expected: list[list[int]]) -> None:
    assert [list(places) for places in matches([{"profile": {"name": "Marina"}}], updates)] == expected


@pytest.mark.parametrize(
    ("kind", "update", "alias"),
    [
        (InboundType.MESSAGE, {"from": "551", "from_user_id": "BR.1"}, "551"),
        (InboundType.MESSAGE, {"from": "", "from_user_id": "BR.1"}, "BR.1"),
        (InboundType.STATUS, {"recipient_id": "group", "recipient_participant_id": "551"}, "551"),
        (InboundType.STATUS, {"recipient_user_id": "BR.1"}, "BR.1"),
        (InboundType.ECHO, {"from": "business", "to": "551"}, "551"),
        (InboundType.PREFERENCE, {"wa_id": "551"}, "551"),
        (InboundType.HISTORY, {"from": "551"}, None),
        (InboundType.FIELD, {"from": "551"}, None),
        (InboundType.MESSAGE, {"from": 551}, None),
        (InboundType.MESSAGE, ["from"], None),
    ],
)
def test_a_person_is_known_by_the_first_name_an_update_gives(kind: str, update: Any, alias: str | None) -> None:
    assert alias_in(kind, update) == alias


def test_errors_and_fields_are_about_nobody() -> None:
    assert names_in(InboundType.ERROR, {"from": "551"}) is None
    assert names_in(InboundType.MESSAGE, {}) == ()
