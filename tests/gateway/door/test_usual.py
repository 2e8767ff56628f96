"""The short way of reading a usual webhook ends where the long one does, or leaves it alone."""

from __future__ import annotations

import pytest
from gateway.adapters.door import usual
from gateway.adapters.door.scanning import Malformed
from gateway.adapters.door.splitting import taken_apart
from gateway.adapters.door.values import CONTEXT_BYTES
from hypothesis import given
from hypothesis import strategies as st

from tests.gateway.door.test_splitting import BODIES, MESSAGE, METADATA, body_of
from tests.simulator.signing import meta_json

CONTACT = {"profile": {"name": "Zoë 👍"}, "wa_id": "5511987650001"}
STATUS = {"id": "wamid.A", "status": "read", "timestamp": "1795000000", "recipient_id": "5511987650001"}


def usual_body(**lists: object) -> bytes:
    """As Meta's program writes it."""
    value = {"messaging_product": "whatsapp", "metadata": METADATA, **lists}
    frame = meta_json({"object": "whatsapp_business_account", "entry": [{"id": "9001", "changes": ["CHANGE"]}]})
    return frame.replace(b'"CHANGE"', b'{"value":%s,"field":"messages"}' % meta_json(value))


USUAL = [
    usual_body(contacts=[CONTACT], messages=[MESSAGE]),
    usual_body(messages=[MESSAGE]),
    usual_body(contacts=[CONTACT], statuses=[STATUS]),
    usual_body(statuses=[STATUS]),
]


def agree(body: bytes) -> bool:
    """Whether it went the short way; fails where that ends elsewhere than the long one."""
    update = usual.update_of(body)
    if update is not None:
        assert [update] == taken_apart(body)
    return update is not None


@pytest.mark.parametrize("body", USUAL)
def test_one_message_or_status_goes_the_short_way(body: bytes) -> None:
    assert agree(body)


def test_every_kind_of_webhook_ends_the_same_either_way() -> None:
    assert sum(agree(meta_json(body)) for body in BODIES) > 50


STRANGE = [
    usual_body(contacts=[CONTACT], messages=[MESSAGE, MESSAGE]),
    usual_body(contacts=[CONTACT, CONTACT], messages=[MESSAGE]),
    usual_body(messages=[MESSAGE], contacts=[CONTACT]),
    usual_body(messages=[MESSAGE], statuses=[STATUS]),
    usual_body(contacts=["text"], messages=[MESSAGE]),
    usual_body(contacts=[{**CONTACT, "note": "x" * CONTEXT_BYTES}], messages=[MESSAGE]),
    usual_body(contacts=[CONTACT], errors=[{"code": 1}]),
    body_of({"metadata": METADATA, "messages": [MESSAGE]}),
    usual_body(messages=[MESSAGE]).replace(b'"7001"', b"7001"),
    usual_body(messages=[MESSAGE]).replace(b'"7001"', b'""'),
    usual_body(messages=[MESSAGE]).replace(b'"messages"}', b'"messages" }'),
    usual_body(messages=[MESSAGE]).replace(b'"id":"9001"', b'"id":9001'),
]


@pytest.mark.parametrize("body", STRANGE)
def test_whatever_is_not_quite_as_usual_is_taken_apart(body: bytes) -> None:
    assert not agree(body)
    assert taken_apart(body)


@pytest.mark.parametrize(
    "body",
    [
        USUAL[0].replace(b'"from"', b'"id":"wamid.B","from"'),
        USUAL[0].replace(b'"wa_id"', b'"profile":{},"wa_id"'),
        USUAL[0].replace(b'"1795000000"', b"NaN"),
        USUAL[0].replace(b"Oi", b"\xff"),
        USUAL[0].replace(b"Oi", b"\n"),
        USUAL[0].replace(b'"1795000000"', b"[" * 100_000),
        USUAL[0][:-1],
        USUAL[0] + b"x",
    ],
)
def test_what_is_malformed_is_malformed_either_way(body: bytes) -> None:
    assert not agree(body)
    with pytest.raises(Malformed):
        taken_apart(body)


@given(body=st.sampled_from(USUAL), at=st.integers(0, 400), gone=st.integers(0, 8), instead=st.binary(max_size=8))
def test_a_body_with_any_change_in_it_ends_the_same_either_way(body: bytes, at: int, gone: int, instead: bytes) -> None:
    changed = body[:at] + instead + body[at + gone :]
    try:
        long_way = taken_apart(changed)
    except Malformed:
        assert usual.update_of(changed) is None
    else:
        short_way = usual.update_of(changed)
        assert short_way is None or [short_way] == long_way


@given(
    body=st.sampled_from(USUAL),
    place=st.integers(0, 60),
    word=st.sampled_from(['"', ",", ":", "{", "}", "[", "]", "\\", " ", "null", '"a"', '"a":1,', "{}"]),
)
def test_a_body_with_a_word_of_json_in_it_ends_the_same_either_way(body: bytes, place: int, word: str) -> None:
    parts = body.split(b'"')
    cut = min(place, len(parts) - 1)
    changed = b'"'.join(parts[:cut]) + word.encode() + b'"'.join(parts[cut:])
    try:
        long_way = taken_apart(changed)
    except Malformed:
        assert usual.update_of(changed) is None
    else:
        short_way = usual.update_of(changed)
        assert short_way is None or [short_way] == long_way
