"""Items in are records out: each with its own text, whatever stands around it and however it is written."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from gateway.adapters.door.scanning import Malformed
from gateway.adapters.door.splitting import MOST_UPDATES, TooManyUpdates, Update, updates_of
from hypothesis import given
from hypothesis import strategies as st
from recado_events.inbound import InboundType

from tests.gateway.door.handwriting import Hand, Written
from tests.simulator.bodies import PEOPLE, Line, every_kind, merged
from tests.simulator.signing import JsonObject, meta_json

LISTS = {
    "messages": ("messages", "statuses", "errors"),
    "smb_message_echoes": ("message_echoes",),
    "user_preferences": ("user_preferences",),
    "history": ("history", "messages"),
}
BODIES = [
    body
    for at, person in enumerate(PEOPLE[:4])
    for body in every_kind(Line(f"9{at}", f"7{at}"), person, start=at * 1000).values()
]
MESSAGE = {"from": "5511987650001", "id": "wamid.A", "timestamp": "1795000000", "type": "text", "text": {"body": "Oi"}}
METADATA = {"display_phone_number": "15550783881", "phone_number_id": "7001"}


def body_of(value: Any, field: Any = "messages", **entry: Any) -> bytes:
    return meta_json(webhook(value, field, **entry))


def webhook(value: Any, field: Any = "messages", **entry: Any) -> JsonObject:
    changes = [{"field": field, "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": "9001", "changes": changes, **entry}]}


def items_written(body: JsonObject, hand: Hand) -> Iterator[str]:
    """Writes every item of a body in its place, and tells how."""
    for change in (change for entry in body["entry"] for change in entry["changes"]):
        value, names = change["value"], LISTS.get(change["field"], ())
        lists = [value[name] for name in names if value.get(name)]
        for items in lists:
            items[:] = [Written(hand.write(item)) for item in items]
            yield from (item.text for item in items)
        if not lists:
            change["value"] = Written(hand.write(value))
            yield change["value"].text


@given(st.lists(st.sampled_from(BODIES), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_pain_03_items_in_are_records_out_with_their_own_texts(bodies: list[JsonObject], random: Random) -> None:
    hand = Hand(random)
    body = merged(deepcopy(body) for body in bodies)
    items = Counter(items_written(body, hand))
    updates = updates_of(hand.write(body).encode("utf-8", "surrogatepass"))
    assert Counter(update.text.decode() for update in updates) == items
    assert [update.ordinal for update in updates] == list(range(len(updates)))


@given(st.sampled_from(BODIES), st.randoms(use_true_random=False))
def test_account_number_and_contacts_are_found_however_they_are_written(body: JsonObject, random: Random) -> None:
    plain = updates_of(meta_json(body))
    other = updates_of(Hand(random).write(body).encode("utf-8", "surrogatepass"))

    assert sorted(map(meaning, plain)) == sorted(map(meaning, other))


def meaning(update: Update) -> str:
    read = {
        "contacts": [json.loads(contact) for contact in update.contacts],
        "metadata": json.loads(update.metadata or b"null"),
        "text": json.loads(update.text),
    }
    return json.dumps({**update._asdict(), **read, "told": None, "ordinal": None}, sort_keys=True)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("messages-text", InboundType.MESSAGE),
        ("messages-never-seen", InboundType.MESSAGE),
        ("messages-number-changed", InboundType.MESSAGE),
        ("messages-errors-only", InboundType.ERROR),
        ("statuses-failed", InboundType.STATUS),
        ("echo-text", InboundType.ECHO),
        ("user_preferences-stop", InboundType.PREFERENCE),
        ("history", InboundType.HISTORY),
        ("history-declined", InboundType.HISTORY),
        ("history-media", InboundType.HISTORY),
        ("address-book-add", InboundType.HISTORY),
        ("template-approved", InboundType.FIELD),
        ("security", InboundType.FIELD),
        ("calls-status", InboundType.FIELD),
        ("standby", InboundType.FIELD),
        ("unknown-field", InboundType.FIELD),
        ("empty-value", InboundType.FIELD),
    ],
)
def test_an_update_is_of_the_kind_its_field_says(name: str, kind: InboundType) -> None:
    (update,) = updates_of(meta_json(every_kind()[name]))
    assert update.kind == kind


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "text",
        [],
        [MESSAGE],
        {},
        {"messages": MESSAGE},
        {"messages": None},
        {"messages": []},
        {"messages": {}, "statuses": None},
        {"metadata": "1555", "messages": [MESSAGE]},
        {"metadata": METADATA | {"more": "a" * 20_000}, "messages": [MESSAGE]},
    ],
)
def test_a_value_that_cannot_be_split_is_one_update(value: Any) -> None:
    (update,) = updates_of(body_of(value))
    assert (update.kind, update.field, update.waba_id) == (InboundType.FIELD, "messages", "9001")
    assert update.text == meta_json(value)


@pytest.mark.parametrize("name", ["contacts", "statuses", "errors"])
def test_a_list_that_is_null_is_no_list(name: str) -> None:
    value = {"metadata": METADATA, name: None, "messages": [MESSAGE]}
    (update,) = updates_of(body_of(value))
    assert (update.kind, update.text) == (InboundType.MESSAGE, meta_json(MESSAGE))


@pytest.mark.parametrize(
    "malformed",
    [
        {"statuses": "none"},
        {"statuses": {"id": "wamid.A"}},
        {"errors": {}},
        {"contacts": {"wa_id": "5511987650001"}},
        {"contacts": ["5511987650001"]},
        {"contacts": [{"profile": {"name": "a" * 20_000}}]},
        {"contacts": 7, "errors": 7, "statuses": 7},
    ],
)
def test_a_list_that_is_none_hides_no_other(malformed: dict[str, Any]) -> None:
    value = {**malformed, "metadata": METADATA, "messages": [MESSAGE, MESSAGE]}
    *messages, rest = updates_of(body_of(value))
    assert [(each.kind, each.text) for each in messages] == [(InboundType.MESSAGE, meta_json(MESSAGE))] * 2
    assert {each.phone_number_id for each in (*messages, rest)} == {"7001"}
    assert (rest.kind, json.loads(rest.text)) == (InboundType.FIELD, malformed)


@pytest.mark.parametrize(
    "entry",
    [None, 7, {}, {"id": "9001"}, {"id": "9001", "changes": {}}, {"changes": None}],
)
def test_an_entry_that_cannot_be_split_is_one_update(entry: Any) -> None:
    (update,) = updates_of(meta_json({"object": "whatsapp_business_account", "entry": [entry]}))
    assert (update.kind, update.field, update.text) == (InboundType.FIELD, "", meta_json(entry))


@pytest.mark.parametrize("change", [None, 7, [], {}, {"field": "messages"}, {"field": 3, "value": {"a": 1}}])
def test_a_change_that_cannot_be_split_is_one_update(change: Any) -> None:
    body = {"object": "whatsapp_business_account", "entry": [{"id": "9001", "changes": [change]}]}
    (update,) = updates_of(meta_json(body))
    assert update.kind == InboundType.FIELD
    assert update.waba_id == "9001"


@pytest.mark.parametrize("message", [None, 7, "x", [], {}, {"id": 5}, {**MESSAGE, "from": {"a": 1}}])
def test_22_what_is_no_message_is_passed_on_among_messages(message: Any) -> None:
    updates = updates_of(body_of({"metadata": METADATA, "messages": [MESSAGE, message, MESSAGE]}))
    assert [update.kind for update in updates] == [InboundType.MESSAGE] * 3
    assert updates[1].text == meta_json(message)


def test_what_no_update_takes_along_is_passed_on_beside_them() -> None:
    value = {
        "metadata": METADATA,
        "messaging_product": "whatsapp",
        "contacts": [{"wa_id": "5511987650001"}, {"wa_id": "4791234567"}],
        "messages": [MESSAGE],
        "errors": [{"code": 131051}],
        "aurora": {"level": 3},
    }
    message, error, rest = updates_of(body_of(value))
    assert (message.kind, error.kind, rest.kind) == (InboundType.MESSAGE, InboundType.ERROR, InboundType.FIELD)
    assert message.contacts == [b'{"wa_id":"5511987650001"}']
    assert (error.contacts, error.text) == ([], b'{"code":131051}')
    assert json.loads(rest.text) == {"aurora": {"level": 3}, "contacts": [{"wa_id": "4791234567"}]}
    assert rest.phone_number_id == "7001"


def test_a_partner_is_told_of_a_customers_account_by_the_accounts_own_id() -> None:
    value = {"event": "PARTNER_REMOVED", "waba_info": {"waba_id": "9002", "owner_business_id": "77"}}
    (update,) = updates_of(body_of(value, "account_update", id="555", time=1795000000))
    assert (update.waba_id, update.entry_time) == ("9002", 1795000000)


@pytest.mark.parametrize(("told", "time"), [(1795000000, 1795000000), ("1795000000", None), (1.5, None), (True, None)])
def test_the_time_of_an_entry_is_passed_on_where_it_is_a_number_of_seconds(told: Any, time: int | None) -> None:
    (update,) = updates_of(body_of({}, "security", time=told))
    assert update.entry_time == time


@pytest.mark.parametrize(
    ("told", "number"), [("7001", "7001"), (7001, "7001"), ("", "unreadable"), ({}, "unreadable"), (None, None)]
)
def test_a_number_that_is_no_id_is_nobodys(told: Any, number: str | None) -> None:
    value = {"metadata": {"phone_number_id": told}, "messages": [MESSAGE]}
    (update,) = updates_of(body_of(value))
    assert update.phone_number_id == number


@pytest.mark.parametrize(
    "body",
    [
        [], 7, None, "text", {}, {"entry": []}, {"object": "whatsapp_business_account"},
        {"object": "whatsapp_business_account", "entry": {}}, {"object": "page", "entry": [{"id": "9001"}]},
        {"object": None, "entry": []}, {"object": {"a": 1}, "entry": [{"id": "9001", "changes": [{}]}]},
    ],
)  # fmt: skip
def test_a_body_of_another_shape_is_one_update_of_nobody(body: Any) -> None:
    (update,) = updates_of(meta_json(body))
    assert (update.kind, update.waba_id, update.phone_number_id, update.field) == (InboundType.FIELD, "", None, "")
    assert update.text == meta_json(body)


@pytest.mark.parametrize("body", [b"", b"{", b"{}{}", b'{"a":1,"a":2}', b"NaN"])
def test_what_is_no_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        updates_of(body)


def test_more_updates_than_one_webhook_may_have_are_refused_before_anybody_is_looked_for() -> None:
    people = [{"wa_id": f"55119{index:08}"} for index in range(20_000)]
    value = {"metadata": METADATA, "contacts": people, "messages": [{}] * (MOST_UPDATES + 1)}
    begun = time.monotonic()
    with pytest.raises(TooManyUpdates):
        updates_of(body_of(value))
    assert time.monotonic() - begun < 2.0
    changes = [{"field": "messages", "value": {"metadata": METADATA, "messages": [{}] * 2_000}}] * 6
    with pytest.raises(TooManyUpdates):
        updates_of(meta_json({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}))


def test_thousands_of_people_in_one_webhook_are_found_in_a_moment() -> None:
    names = [f"55119{index:08}" for index in range(8_000)]
    value = {
        "metadata": METADATA,
        "contacts": [{"wa_id": name} for name in reversed(names)],
        "messages": [{"from": name} for name in names],
    }
    begun = time.process_time()
    updates = updates_of(body_of(value))
    assert time.process_time() - begun < 2.0
    assert [json.loads(contact)["wa_id"] for update in updates for contact in update.contacts] == names
