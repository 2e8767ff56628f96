"""The gate lets compatible changes through and stops the others: every row of its table is planted and seen."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel, Field, create_model
from recado_events.content import Other, Text
from recado_events.contracts.documents import schemas
from recado_events.contracts.json_schemas import reader_schema, writer_schema
from recado_events.contracts.listing import catalogue, types
from recado_events.contracts.releases import digests, release, releases

from tests.contracts.compatibility import CONTRACTS, breaks, new_readers_read, old_readers_read

GONE: Any = None
BEFORE: dict[str, Any] = {
    "always": (str, ...),
    "sometimes": (str | None, None),
    "number": (int, ...),
    "moment": (AwareDatetime, ...),
    "word": (Literal["one", "two"], ...),
    "content": (Annotated[Text | Other, Field(union_mode="left_to_right")], ...),
}


class Poll(BaseModel):
    kind: Literal["poll"] = "poll"
    question: str


class LongerText(Text):
    language: str | None = None


class StricterText(Text):
    language: str


class Closed(BaseModel):
    kind: Literal["closed"] = "closed"


PLANTED: list[tuple[str, dict[str, Any], bool, bool]] = [
    ("nothing changes", {}, True, True),
    ("an optional member is added", {"more": (str | None, None)}, True, True),
    ("an optional member is removed", {"sometimes": GONE}, True, True),
    ("a required member is added", {"more": (str, ...)}, True, False),
    ("an optional member becomes required", {"sometimes": (str, ...)}, True, False),
    ("a required member is removed", {"always": GONE}, False, True),
    ("a required member may be null", {"always": (str | None, ...)}, False, True),
    ("a type is widened", {"number": (int | str, ...)}, False, True),
    ("an enumeration is narrowed", {"word": (Literal["one"], ...)}, True, False),
    ("an enumeration is widened", {"word": (Literal["one", "two", "three"], ...)}, False, True),
    ("a length is limited", {"always": (Annotated[str, Field(max_length=10)], ...)}, True, False),
    ("a type is changed", {"number": (str, ...)}, False, False),
    ("a text of a format becomes any text", {"moment": (str, ...)}, False, True),
    ("any text becomes a text of a format", {"always": (UUID, ...)}, True, False),
    ("a format is changed", {"moment": (UUID, ...)}, False, False),
    ("a member is renamed", {"always": GONE, "ever": (str, ...)}, False, False),
    ("a union that ends with Other gains a member", {"content": (Text | Poll | Other, ...)}, True, True),
    ("a part gains an optional member", {"content": (LongerText | Other, ...)}, True, True),
    ("a part gains a required member", {"content": (StricterText | Other, ...)}, True, True),
    ("a union loses Other", {"content": (Text, ...)}, True, False),
    ("a union without Other gains a member", {"word": (Literal["one", "two"] | Closed, ...)}, False, True),
]


def shaped(changes: dict[str, Any]) -> type[BaseModel]:
    """A model of `BEFORE` with these changes; pydantic's way of making classes from data knows no types."""
    members = {name: member for name, member in {**BEFORE, **changes}.items() if member is not GONE}
    made: type[BaseModel] = create_model("Planted", **members)
    return made


@pytest.mark.parametrize(
    ("changes", "old_readers", "new_readers"), [row[1:] for row in PLANTED], ids=[row[0] for row in PLANTED]
)
def test_each_kind_of_change_is_judged_for_old_readers_and_for_replays(
    changes: dict[str, Any], old_readers: bool, new_readers: bool
) -> None:
    before, after = shaped({}), shaped(changes)

    assert (
        old_readers_read(json.dumps(reader_schema("t", before)), json.dumps(writer_schema("t", after))) is old_readers
    )
    assert (
        new_readers_read(json.dumps(writer_schema("t", before)), json.dumps(reader_schema("t", after))) is new_readers
    )


def test_a_discriminated_union_agrees_with_itself() -> None:
    class Cat(BaseModel):
        kind: Literal["cat"]

    class Dog(BaseModel):
        kind: Literal["dog"]

    class Owner(BaseModel):
        pet: Annotated[Cat | Dog, Field(discriminator="kind")]

    reader, writer = json.dumps(reader_schema("t", Owner)), json.dumps(writer_schema("t", Owner))
    assert "oneOf" in reader
    assert old_readers_read(reader, writer)
    assert new_readers_read(writer, reader)


@pytest.mark.parametrize("name", types())
def test_every_type_agrees_with_itself(name: str) -> None:
    reader, writer = (json.dumps(make(name, types()[name].model)) for make in (reader_schema, writer_schema))

    assert old_readers_read(reader, writer)
    assert new_readers_read(writer, reader)


def test_the_contracts_agree_with_every_released_version() -> None:
    assert releases(CONTRACTS)
    assert breaks(releases(CONTRACTS), schemas(), catalogue(), digests(CONTRACTS)) == []


# What the gate says when something is planted into the real contracts ------------------------------------------------

TYPE = "conversations.message-received.v1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the contracts with one release of them."""
    copied = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, copied, ignore=shutil.ignore_patterns("tools", "released"))
    assert release(copied) is not None
    return copied


def judged(folder: Path, listed: dict[str, Any] | None = None, examples: dict[str, str] | None = None) -> list[str]:
    return breaks(
        releases(folder),
        schemas(),
        catalogue() if listed is None else listed,
        digests(folder) if examples is None else examples,
    )


def test_a_second_release_of_unchanged_contracts_is_not_made(folder: Path) -> None:
    assert release(folder) is None
    assert [one.number for one in releases(folder)] == [1]


def test_a_release_holds_only_the_schemas_that_changed_and_the_older_ones_still_count(folder: Path) -> None:
    first = folder / "released" / "1" / "schemas" / "writers" / f"{TYPE}.json"
    schema = json.loads(first.read_text())
    del schema["properties"]["customer_id"]
    schema["required"].remove("customer_id")
    first.write_text(json.dumps(schema))

    second = release(folder)

    assert second is not None
    assert list(second.schemas()) == [f"schemas/writers/{TYPE}.json"]
    assert judged(folder) == [
        f"release 1: {TYPE}: what was written then cannot be read now; give the new shape a new version"
    ]


def test_a_member_that_old_readers_need_must_stay(folder: Path) -> None:
    reader = folder / "released" / "1" / "schemas" / "readers" / f"{TYPE}.json"
    schema = json.loads(reader.read_text())
    schema["properties"]["colour"] = {"type": "string"}
    schema["required"].append("colour")
    reader.write_text(json.dumps(schema))

    assert judged(folder) == [
        f"release 1: {TYPE}: readers of then cannot read what is written now; give the new shape a new version"
    ]


@pytest.mark.parametrize(
    ("member", "value", "sentence"),
    [
        ("key", "{organisation_id}", "its key was {organisation_id}:{phone_number_id} and is {organisation_id}"),
        ("stream", "m-{message_id}", "its stream was message-{message_id} and is m-{message_id}"),
        ("subject", "{message_id}", "its subject was {customer_id} and is {message_id}"),
        ("type", "conversations.message-arrived.v1", "is no longer told on recado.conversations.v1"),
    ],
)
def test_a_type_keeps_its_name_its_key_and_its_place(folder: Path, member: str, value: str, sentence: str) -> None:
    listed = catalogue()
    entry = next(one for topic in listed["topics"] for one in topic["types"] if one["type"] == TYPE)
    entry[member] = value

    said = judged(folder, listed=listed)

    assert len(said) == 1
    assert said[0].startswith(f"release 1: {TYPE}: {sentence}")


def test_a_topic_keeps_its_partitions_and_its_name(folder: Path) -> None:
    listed = catalogue()
    listed["topics"][0]["partitions"] = 24
    crm = next(topic for topic in listed["topics"] if topic["name"] == "recado.crm.v1")
    crm["name"] = "recado.people.v1"

    said = judged(folder, listed=listed)

    assert [sentence.split(": ")[1] for sentence in said] == ["recado.inbound.v1", "recado.crm.v1"]


def test_a_released_example_is_neither_changed_nor_removed(folder: Path) -> None:
    examples = digests(folder)
    changed, removed = list(examples)[:2]
    examples[changed] = "0" * 64
    del examples[removed]

    said = judged(folder, examples=examples)

    assert said == [
        f"release 1: {changed}: the example was changed; bring back the released one",
        f"release 1: {removed}: the example is gone; events like it are stored for ever",
    ]
