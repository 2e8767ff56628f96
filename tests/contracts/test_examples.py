"""The examples are goldens: every event version ever shipped stays readable, and shows no personal data in the open."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any, get_args
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError
from recado_chassis.mapper import Mapper
from recado_events.catalogue import EVENTS
from recado_events.content import Content
from recado_events.contracts import story
from recado_events.contracts.listing import types
from recado_events.conversations import Received
from recado_events.envelope import DATA_SCHEMA

from tests.contracts.committed import EXAMPLES, parts, read, type_of

OF_EVENTS = [path for path in EXAMPLES if type_of(path) in EVENTS]
SAFE_WORDS = {"kind", "field", "media_type", "mime_type", "language", "component"}
"""Members inside `personal` whose value is a word of the language, not of a person."""


def validator(path: str) -> Draft202012Validator:
    return Draft202012Validator(read(path), format_checker=FormatChecker())


def test_every_type_has_its_example_and_every_example_its_type() -> None:
    assert {type_of(path) for path in EXAMPLES} == set(types())
    assert {f"examples/{name}.json" for name in types()} <= set(EXAMPLES)


@pytest.mark.parametrize("path", EXAMPLES)
def test_an_example_loads_into_its_class_and_loses_nothing(path: str) -> None:
    data = read(path)["data"]

    loaded = types()[type_of(path)].model.model_validate_json(json.dumps(data))

    assert loaded.model_dump(mode="json", exclude_unset=True) == data


@pytest.mark.parametrize("path", EXAMPLES)
def test_an_example_fits_the_readers_schema_and_what_is_written_from_it_the_writers(path: str) -> None:
    name, data = type_of(path), read(path)["data"]

    validator(f"schemas/readers/{name}.json").validate(data)
    written = types()[name].model.model_validate(data).model_dump(mode="json")
    validator(f"schemas/writers/{name}.json").validate(written)


@pytest.mark.parametrize("path", EXAMPLES)
def test_an_example_names_its_type_and_the_schema_of_its_data(path: str) -> None:
    example = read(path)

    assert example["type"] == type_of(path)
    assert example["dataschema"] == DATA_SCHEMA.format(type=type_of(path))
    assert example["specversion"] == "1.0"
    assert example["datacontenttype"] == "application/json"


@pytest.mark.parametrize("path", OF_EVENTS)
def test_an_example_is_what_the_owner_serves(path: str) -> None:
    example = read(path)
    event = EVENTS[example["type"]].model_validate(example["data"])

    validator("schemas/cloudevent.json").validate(example)
    assert example["stream"] == event.stream
    assert example["subject"] == event.subject
    assert example["tenantid"] == str(event.organisation_id)
    assert example["source"].startswith(f"/recado/{example['type'].partition('.')[0]}/")
    assert UUID(example["id"]).version == 7


@pytest.mark.parametrize("path", OF_EVENTS)
def test_an_example_is_stored_and_found_again_by_the_mapper(path: str) -> None:
    example = read(path)
    stored = {name: value for name, value in example.items() if name not in {"position", "source"}}
    mapper = Mapper(EVENTS.values())

    found = mapper.decode(json.dumps(stored, separators=(",", ":")).encode(), example["position"], example["source"])
    again = json.loads(mapper.encode(found.event, found.envelope))

    assert (found.envelope.position, found.envelope.source) == (example["position"], example["source"])
    assert {**again, "data": stored["data"]} == stored
    assert mapper.event(found.envelope, json.dumps(again["data"]).encode()) == found.event


@pytest.mark.parametrize("name", EVENTS)
def test_the_positions_and_sequences_of_the_story_are_possible(name: str) -> None:
    example = read(f"examples/{name}.json")

    assert 1 <= example["sequence"] <= example["position"]
    assert example["time"] <= example["recordedtime"]


@pytest.mark.parametrize("path", OF_EVENTS)
def test_a_time_without_a_zone_is_refused(path: str) -> None:
    example = read(path)
    moments = {name: value for name, value in example["data"].items() if is_moment(value)}
    assert moments

    for name, value in moments.items():
        naive = {**example["data"], name: value.removesuffix("Z")}
        with pytest.raises(ValidationError, match="timezone"):
            EVENTS[example["type"]].model_validate_json(json.dumps(naive))


def is_moment(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", value) is not None


@pytest.mark.parametrize("path", EXAMPLES)
def test_members_of_later_versions_are_passed_over(path: str) -> None:
    data = copy.deepcopy(read(path)["data"])
    model = types()[type_of(path)].model
    before = model.model_validate_json(json.dumps(data))

    data["of_a_later_version"] = {"anything": 1}

    assert model.model_validate_json(json.dumps(data)) == before
    validator(f"schemas/readers/{type_of(path)}.json").validate(data)


# Personal data -------------------------------------------------------------------------------------------------------


def personal_words(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from personal_words(inner, member)
    elif isinstance(value, list):
        for inner in value:
            yield from personal_words(inner, name)
    elif isinstance(value, str) and len(value) > 2 and name not in SAFE_WORDS:
        yield value


OF_THE_BUSINESS = {story.USE.name}
"""A template's name is no person's, though a message made from it says it too."""
PERSONAL = {word for path in OF_EVENTS for word in personal_words(read(path)["data"].get("personal"))} - OF_THE_BUSINESS


def test_the_story_holds_names_numbers_texts_and_wamids() -> None:
    assert {"Clara Nunes", "12125550143", "Allergic to nuts.", "Ana Lima"} <= PERSONAL
    assert any(word.startswith("wamid.") for word in PERSONAL)


@pytest.mark.parametrize("path", OF_EVENTS)
def test_nothing_personal_stands_outside_personal(path: str) -> None:
    example = read(path)
    outside = {**example, "data": {name: value for name, value in example["data"].items() if name != "personal"}}
    text = json.dumps(outside, ensure_ascii=False)

    assert [word for word in PERSONAL if word in text] == []


@pytest.mark.parametrize("path", [path for path in EXAMPLES if path not in OF_EVENTS])
def test_nothing_personal_stands_in_the_attributes_of_what_meta_sent(path: str) -> None:
    attributes = json.dumps({name: value for name, value in read(path).items() if name != "data"})

    assert [word for word in PERSONAL if word in attributes] == []


@pytest.mark.parametrize("name", [name for name, event in EVENTS.items() if "personal" in event.model_fields])
def test_an_event_whose_personal_part_was_erased_is_read(name: str) -> None:
    data = {**read(f"examples/{name}.json")["data"], "personal": None}

    event = EVENTS[name].model_validate_json(json.dumps(data))

    assert event.model_dump()["personal"] is None
    validator(f"schemas/readers/{name}.json").validate(data)


# Kinds of content ----------------------------------------------------------------------------------------------------


def test_every_kind_of_content_a_customer_can_send_has_an_example() -> None:
    received = [path for path in EXAMPLES if type_of(path) == "conversations.message-received.v1"]
    contents = [part["content"] for path in received for part in parts(read(path)) if "content" in part]

    loaded = {type(Received.model_validate({"wamid": "w", "content": content}).content) for content in contents}

    assert loaded == set(get_args(get_args(Content)[0]))
