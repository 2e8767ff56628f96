"""A record is heard, passed over or spoiled with a reason; nothing in it can do more than that."""

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recado_chassis.consuming.decoding import Decoder, Read, Spoiled
from recado_events.envelope import Cause

from tests.libs.chassis.consumer.ear import MOUTH, ORGANISATION, STREET, Ear, Raw, Said, message, raw, said

WELL = raw(said(3, text="hello"), 5)
SECRET = "a-customers-words"


def read(record: Raw) -> Read:
    return Decoder(Ear().hears()).read(record)


def with_header(record: Raw, name: str, value: bytes | None) -> Raw:
    others = [(known, told) for known, told in record.headers if known != name]
    return replace(record, headers=(*others, *([(name, value)] if value is not None else [])))


def test_an_event_is_heard_with_what_it_tells_and_why() -> None:
    found = read(WELL)
    heard = found.heard
    assert heard is not None
    assert heard.envelope is not None
    assert (heard.topic, heard.partition, heard.offset, heard.type) == (MOUTH.name, 0, 5, Said.TYPE)
    assert (heard.subject, found.subject, found.log, found.position) == ("ada", "ada", "first-log", 6)
    assert heard.body == said(3, text="hello")
    assert heard.cause == Cause("story", causation_id=str(heard.envelope.id))


def test_a_raw_update_is_heard_and_stands_in_no_log() -> None:
    found = read(message(4, 9))
    assert found.heard is not None
    assert (found.heard.topic, found.heard.envelope, found.log, found.position) == (STREET.name, None, None, None)
    assert found.heard.cause.correlation_id == "story"


def test_topics_with_a_prefix_are_heard_under_their_own_names() -> None:
    prefixed = replace(WELL, topic=f"stage.{MOUTH.name}")
    found = Decoder(Ear().hears(), "stage.").read(prefixed)
    assert found.heard is not None
    assert (found.heard.topic, found.place) == (MOUTH.name, (f"stage.{MOUTH.name}", 0))


@pytest.mark.parametrize("kind", ["mouth.shut.v1", "tooth.said.v1"])
def test_a_type_nobody_reacts_to_is_passed_over_whatever_its_body(kind: str) -> None:
    found = read(replace(with_header(WELL, "ce_type", kind.encode()), value=b"\xff"))
    assert (found.heard, found.spoiled, found.position) == (None, None, 6)


def test_another_version_of_a_type_that_matters_is_not_passed_over() -> None:
    found = read(with_header(WELL, "ce_type", b"mouth.said.v2"))
    assert found.spoiled is not None
    assert (found.spoiled.reason, found.subject) == ("invalid", "ada")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "undecodable"),
        (b"", "undecodable"),
        (b"{", "undecodable"),
        (b"\xff\xfe", "undecodable"),
        (b'{"text": "\\ud800"}', "undecodable"),
        (b"[" * 100_000, "undecodable"),
        (b"[]", "invalid"),
        (b"{}", "invalid"),
        (WELL.value and WELL.value.replace(b'"number":3', b'"number":"3rd"'), "invalid"),
        (WELL.value and WELL.value.replace(b"-000000000007", b"-000000000008"), "invalid"),
    ],
)
def test_a_body_that_does_not_fit_is_spoiled_but_keeps_its_place(value: bytes | None, reason: str) -> None:
    found = read(replace(WELL, value=value))
    assert found.heard is None
    assert found.spoiled is not None
    assert found.spoiled.reason == reason
    assert (found.subject, found.log, found.position) == ("ada", "first-log", 6)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_type", None),
        ("ce_id", b"\xff\xfe"),
        ("ce_id", b"not a uuid"),
        ("ce_subject", None),
        ("ce_subject", b"\xff"),
        ("ce_subject", b"a\x00b"),
        ("ce_subject", b"s" * 201),
        ("ce_source", b"/recado/mouth"),
        ("ce_source", b"/recado/mouth/a\x00b"),
        ("ce_position", b"0"),
        ("ce_position", b"9223372036854775808"),
        ("ce_time", b"2027-01-02T03:04:05"),
        ("ce_tenantid", b"7"),
    ],
)
def test_headers_that_cannot_be_trusted_make_a_record_undecodable(name: str, value: bytes | None) -> None:
    found = read(with_header(WELL, name, value))
    assert found.spoiled is not None
    assert found.spoiled.reason == "undecodable"
    assert found.position is None
    assert found.subject == ("" if name == "ce_subject" else "ada")


def test_a_header_nobody_asked_for_may_be_anything() -> None:
    assert read(with_header(WELL, "x-odd", b"\xff\xfe")).heard is not None


@pytest.mark.parametrize("record", [WELL, message(4, 9)], ids=["an event", "an update of Meta"])
def test_87_a_body_of_another_organisation_than_the_headers_is_spoiled(record: Raw) -> None:
    others = str(uuid4()).encode()
    assert record.value is not None
    for forged in (
        with_header(record, "ce_tenantid", others),
        replace(record, value=record.value.replace(str(ORGANISATION).encode(), others)),
    ):
        assert read(forged).spoiled == Spoiled("invalid", "the body's organisation_id is not ce_tenantid")


@pytest.mark.parametrize("key", [None, b"", b"bob", b"\xff"])
def test_an_event_under_a_foreign_key_is_not_trusted(key: bytes | None) -> None:
    assert read(replace(WELL, key=key)).spoiled == Spoiled(
        "invalid", "the Kafka key is not the event's: it may not stand where its order would put it"
    )


@pytest.mark.parametrize("body", [b'{"number": "%s"}', b'{"%s": 1, "number": {}}', b'{"speaker": ["%s"]}'])
def test_what_is_said_of_a_spoiled_record_quotes_nothing_of_it(body: bytes) -> None:
    spoiled = read(replace(WELL, value=body.replace(b"%s", SECRET.encode()))).spoiled
    assert spoiled is not None
    assert SECRET not in spoiled.error


@given(
    st.binary(max_size=60) | st.none(),
    st.binary(max_size=60) | st.none(),
    st.lists(st.tuples(st.text(max_size=12), st.binary(max_size=20) | st.none()), max_size=12),
    st.sampled_from([MOUTH.name, STREET.name]),
)
def test_no_bytes_make_the_decoder_fail(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]], topic: str
) -> None:
    found = read(Raw(topic, 0, 0, key, value, tuple(headers)))
    assert found.spoiled is not None
    assert found.subject.isprintable()
