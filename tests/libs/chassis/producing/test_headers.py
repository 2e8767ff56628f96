"""CloudEvents headers: what is written is what is read, and what cannot be read is named."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recado_chassis.mapper import Mapper
from recado_chassis.producing.headers import (
    BadHeaders,
    Headers,
    InboundHead,
    caused_by,
    envelope_headers,
    header_text,
    inbound_headers,
    log_of,
    read_envelope,
    read_inbound,
    source_of,
    stored_headers,
)
from recado_events.contracts import attributes
from recado_events.envelope import Cause, Envelope
from recado_events.gateway import ChannelDisconnected
from recado_events.ids import OrganisationId, PhoneNumberId

ID = UUID("01900000-0000-7000-8000-000000000001")
TENANT = OrganisationId(UUID("01900000-0000-7000-8000-000000000002"))
NOW = datetime(2026, 11, 2, 12, 30, 0, 123456, tzinfo=UTC)
EVENT = ChannelDisconnected(
    organisation_id=TENANT, phone_number_id=PhoneNumberId("1555"), reason="asked", disconnected_at=NOW
)
ENVELOPE = Envelope(
    id=ID,
    type=EVENT.TYPE,
    subject=EVENT.subject,
    time=NOW,
    organisation_id=TENANT,
    stream=EVENT.stream,
    sequence=7,
    recorded_at=NOW,
    cause=Cause("story", "cause", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", str(ID)),
    position=41,
    source=source_of("gateway", "log1"),
)
INBOUND = InboundHead(ID, "inbound.message.v1", "/recado/gateway", "ab12", NOW, "story", TENANT)

texts = st.text(min_size=1)
positions = st.integers(1, 2**63 - 1)
moments = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3))]))
causes = st.builds(Cause, texts, st.none() | texts, st.none() | texts, st.none() | texts)
envelopes = st.builds(
    Envelope,
    st.uuids(), texts, texts, moments, st.uuids().map(OrganisationId), texts,
    positions, moments, causes, positions, texts,
)  # fmt: skip
inbound_heads = st.builds(
    InboundHead,
    st.uuids(), texts, texts, texts, moments, texts, st.none() | st.uuids().map(OrganisationId), st.none() | texts,
)  # fmt: skip


@given(envelopes)
def test_an_envelope_comes_back_as_it_was_written(envelope: Envelope) -> None:
    assert read_envelope(envelope_headers(envelope)) == envelope


@given(inbound_heads)
def test_the_head_of_a_raw_update_comes_back_as_it_was_written(head: InboundHead) -> None:
    assert read_inbound(inbound_headers(head)) == head


def test_a_stored_event_travels_with_the_headers_of_its_envelope() -> None:
    mapper = Mapper([ChannelDisconnected])
    head, data = mapper.split(mapper.encode(EVENT, ENVELOPE))
    headers = stored_headers(head, 41, source_of("gateway", "log1"))
    assert sorted(headers) == sorted(envelope_headers(ENVELOPE))
    assert mapper.event(read_envelope(headers), data) == EVENT


def test_headers_are_the_ones_cloudevents_names_in_binary_mode() -> None:
    assert dict(envelope_headers(ENVELOPE)) == {
        "ce_specversion": b"1.0",
        "ce_id": str(ID).encode(),
        "ce_type": b"gateway.channel-disconnected.v1",
        "ce_source": b"/recado/gateway/log1",
        "ce_subject": b"1555",
        "ce_time": b"2026-11-02T12:30:00.123456Z",
        "ce_dataschema": b"https://recado.dev/contracts/schemas/readers/gateway.channel-disconnected.v1.json",
        "ce_tenantid": str(TENANT).encode(),
        "ce_stream": b"channel-1555",
        "ce_sequence": b"7",
        "ce_position": b"41",
        "ce_recordedtime": b"2026-11-02T12:30:00.123456Z",
        "ce_correlationid": b"story",
        "ce_causationid": b"cause",
        "ce_actor": str(ID).encode(),
        "traceparent": b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "content-type": b"application/json",
    }


@pytest.mark.parametrize(("written", "of_log"), [(envelope_headers(ENVELOPE), True), (inbound_headers(INBOUND), False)])
def test_headers_are_what_the_published_contract_says(written: Headers, of_log: bool) -> None:
    contract = {**attributes.headers(of_log), "additionalProperties": False}
    jsonschema.validate({name: value.decode() for name, value in written}, contract)


def test_unknown_headers_are_passed_over_even_when_they_are_no_text() -> None:
    headers = [*envelope_headers(ENVELOPE), ("x-other", b"\xff\xfe"), ("ce_unheardof", b"1"), ("ce_none", None)]
    assert read_envelope(headers) == ENVELOPE


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(BadHeaders, match="ce_subject, ce_position"):
        read_envelope(without(envelope_headers(ENVELOPE), "ce_position", "ce_subject"))


@pytest.mark.parametrize(
    ("header", "value", "says"),
    [
        ("ce_type", b"\xff", "ce_type is not UTF-8"),
        ("ce_type", b"", "missing or empty: ce_type"),
        ("ce_id", b"not-a-uuid", "ce_id.* malformed"),
        ("ce_time", b"yesterday", "ce_time.* malformed"),
        ("ce_time", b"2026-11-02T12:30:00", "ce_time has no offset"),
        ("ce_sequence", b"two", "ce_sequence.* malformed"),
        ("ce_position", b"0", "count from 1"),
        ("ce_specversion", b"2.0", "ce_specversion"),
        ("content-type", b"application/xml", "content-type is not application/json"),
    ],
)
def test_what_cannot_be_read_is_named_without_its_value(header: str, value: bytes, says: str) -> None:
    with pytest.raises(BadHeaders, match=says) as refused:
        read_envelope([*without(envelope_headers(ENVELOPE), header), (header, value)])
    assert not value or value.decode(errors="replace") not in str(refused.value)


@pytest.mark.parametrize("header", ["ce_id", "ce_type", "ce_source", "ce_subject", "ce_time"])
def test_a_raw_update_needs_its_identity(header: str) -> None:
    with pytest.raises(BadHeaders, match=header):
        read_inbound(without(inbound_headers(INBOUND), header))


def test_a_content_type_with_a_charset_is_still_json() -> None:
    headers = without(envelope_headers(ENVELOPE), "content-type")
    assert read_envelope([*headers, ("content-type", b"application/JSON; charset=utf-8")]) == ENVELOPE


def test_a_subject_can_be_read_where_other_headers_are_broken() -> None:
    headers = [("ce_id", b"\xff"), ("ce_subject", b"abc"), ("ce_stream", b"\xff")]
    assert (header_text(headers, "ce_subject"), header_text(headers, "ce_stream")) == ("abc", None)


def test_a_decision_belongs_to_the_story_of_the_record_that_caused_it() -> None:
    assert caused_by(ENVELOPE) == Cause("story", str(ID), ENVELOPE.cause.traceparent)
    assert caused_by(INBOUND) == Cause("story", str(ID), None)


def test_a_source_names_the_incarnation_of_the_log() -> None:
    assert (log_of("/recado/gateway/log1"), log_of("/recado/gateway"), log_of("else")) == ("log1", None, None)


def without(headers: Headers, *names: str) -> Headers:
    return [(name, value) for name, value in headers if name not in names]
