"""Every type in the catalogue keeps the rules of the language: names, places, times, one home for personal data."""

from __future__ import annotations

import re
from string import Formatter
from typing import Any, get_args

import pytest
from recado_events.catalogue import EVENTS, LARGEST_EVENT, TOPICS, topic_of
from recado_events.contracts.json_schemas import reader_schema
from recado_events.contracts.listing import types
from recado_events.conversations import TemplateUse
from recado_events.event import Event, Personal

from tests.contracts.committed import parts

EVENT_TYPES = list(EVENTS.values())
BUSINESS_NAMES = {"name", "display_phone_number", "body", "text"}
"""Of channels, templates, quick replies and organisations: the business's own, which customers are meant to see."""
OF_THE_BUSINESS = ("channel-", "template-", "organisation-", "notice-", "number-at-meta-", "replies-")
PERSONAL_NAMES = {
    "aliases", "body", "caption", "content", "details", "email", "emoji", "filename", "first_name", "last_name", "name",
    "phone", "display_phone_number", "profile_name", "raw", "recipient", "sender_name", "text", "username", "wa_id",
    "wamid",
}  # fmt: skip


@pytest.mark.parametrize("name", types())
def test_a_type_is_context_event_version(name: str) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z0-9-]+\.v[1-9]\d*", name)


@pytest.mark.parametrize("event", EVENT_TYPES, ids=EVENTS)
def test_a_type_is_its_class_in_words(event: type[Event]) -> None:
    _, words, version = event.TYPE.split(".")
    suffix = "" if version == "v1" else version.upper()

    assert event.__name__ == "".join(word.capitalize() for word in words.split("-")) + suffix


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_is_named_after_its_context_and_tells_only_its_types(topic: Any) -> None:
    context = re.fullmatch(r"recado\.([a-z]+)\.v\d+", topic.name)

    assert context is not None
    assert {event.TYPE.split(".")[0] for event in topic.events} <= {topic.owner}
    assert not topic.events or context[1] == topic.owner
    assert topic.partitions == 12
    assert topic.data_class in {"personal", "internal"}


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic.events], ids=lambda topic: topic.name)
def test_a_topic_takes_the_largest_event_that_is_recorded_with_its_key_and_headers(topic: Any) -> None:
    assert topic.max_message_bytes >= LARGEST_EVENT + 32 * 1024


def test_a_type_is_told_once_and_on_its_owners_topic() -> None:
    told = [event.TYPE for topic in TOPICS for event in topic.events]

    assert len(told) == len(set(told))
    assert all(event in topic_of(event.TYPE.split(".")[0]).events for event in EVENT_TYPES)


@pytest.mark.parametrize("event", EVENT_TYPES, ids=EVENTS)
def test_stream_subject_and_key_name_members_that_are_always_there(event: type[Event]) -> None:
    required = {name for name, field in event.model_fields.items() if field.is_required() and name != "personal"}

    for template in (event.STREAM, event.SUBJECT, event.KEY):
        used = {name for _, name, _, _ in Formatter().parse(template) if name}
        assert used
        assert used <= required


@pytest.mark.parametrize("event", EVENT_TYPES, ids=EVENTS)
def test_ids_keys_and_streams_are_made_of_ids_only(event: type[Event]) -> None:
    used = {
        name for part in (event.STREAM, event.SUBJECT, event.KEY) for _, name, _, _ in Formatter().parse(part) if name
    }

    assert all(name.endswith("_id") for name in used)


@pytest.mark.parametrize("event", EVENT_TYPES, ids=EVENTS)
def test_an_event_says_when_it_happened(event: type[Event]) -> None:
    properties = reader_schema(event.TYPE, event)["properties"]

    assert properties[event.TIME]["format"] == "date-time"
    assert all(property_format(properties[name]) == "date-time" for name in properties if name.endswith("_at"))


def property_format(schema: dict[str, Any]) -> str | None:
    """Also of a member that may be null."""
    found: str | None = schema.get("format") or next(
        (one["format"] for one in schema.get("anyOf", ()) if "format" in one), None
    )
    return found


@pytest.mark.parametrize("event", EVENT_TYPES, ids=EVENTS)
def test_personal_data_has_one_place(event: type[Event]) -> None:
    homes = [
        name
        for name, field in event.model_fields.items()
        if any(map(is_personal, (field.annotation, *get_args(field.annotation))))
    ]

    assert homes in ([], ["personal"])
    if homes:
        assert type(None) in get_args(event.model_fields["personal"].annotation)


def is_personal(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Personal)


@pytest.mark.parametrize("event", EVENT_TYPES, ids=EVENTS)
def test_no_member_outside_personal_is_named_like_personal_data(event: type[Event]) -> None:
    schema = reader_schema(event.TYPE, event)
    outside = {name: part for name, part in schema["properties"].items() if name != "personal"}
    reached = {part["$ref"].split("/")[-1] for part in parts(outside) if "$ref" in part}
    reached -= {TemplateUse.__name__}
    inner = {name for model in reached for name in schema["$defs"][model].get("properties", ())}
    allowed = BUSINESS_NAMES if event.STREAM.startswith(OF_THE_BUSINESS) else set()

    assert (set(outside) | inner) & PERSONAL_NAMES <= allowed


@pytest.mark.parametrize("name", types())
def test_words_of_others_are_open(name: str) -> None:
    """An enumeration that Meta or a later version extends would break old readers; only `kind` tells shapes apart."""
    schema = reader_schema(name, types()[name].model)
    closed = {
        member
        for part in parts(schema)
        for member, one in part.get("properties", {}).items()
        if {"enum", "const"} & set(one)
    }

    assert closed <= {"kind"}


@pytest.mark.parametrize("name", types())
def test_a_union_of_shapes_ends_with_other(name: str) -> None:
    schema = reader_schema(name, types()[name].model)

    for part in parts(schema):
        shapes = [one["$ref"] for one in part.get("anyOf", ()) if "$ref" in one]
        if len(shapes) > 1:
            assert shapes[-1] == "#/$defs/Other"
            assert schema["$defs"]["Other"]["required"] == ["kind"]


@pytest.mark.parametrize("event", EVENT_TYPES, ids=EVENTS)
def test_names_say_what_happened(event: type[Event]) -> None:
    assert not re.search(r"(Event|Updated|StatusChanged)(V\d+)?$", event.__name__)
