"""The generated documents: valid schemas, an AsyncAPI document that says what the catalogue says, and their drift."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from recado_events.catalogue import TOPICS, Topic
from recado_events.contracts import yaml as emitter
from recado_events.contracts.__main__ import main
from recado_events.contracts.folder import Difference, drift, write
from recado_events.contracts.listing import types
from recado_events.envelope import DATA_SCHEMA

from tests.contracts.committed import CONTRACTS, parts, read

ASYNCAPI: dict[str, Any] = yaml.safe_load((CONTRACTS / "asyncapi.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", types())
def test_a_schema_is_valid_and_carries_the_id_that_events_name(name: str) -> None:
    reader, writer = read(f"schemas/readers/{name}.json"), read(f"schemas/writers/{name}.json")

    Draft202012Validator.check_schema(reader)
    Draft202012Validator.check_schema(writer)
    assert reader["$id"] == DATA_SCHEMA.format(type=name)
    assert writer["$id"] == DATA_SCHEMA.format(type=name).replace("/readers/", "/writers/")


@pytest.mark.parametrize("name", types())
def test_readers_are_open_and_writers_closed_and_complete(name: str) -> None:
    objects = [part for part in parts(read(f"schemas/readers/{name}.json")) if "properties" in part]
    written = [part for part in parts(read(f"schemas/writers/{name}.json")) if isinstance(part.get("properties"), dict)]

    assert all("additionalProperties" not in part for part in objects if part.get("type") == "object")
    assert all(part["additionalProperties"] is False for part in written)
    assert all(set(part["required"]) == set(part["properties"]) for part in written)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_asyncapi_says_of_a_topic_what_the_catalogue_says(topic: Topic) -> None:
    channel = next(one for one in ASYNCAPI["channels"].values() if one["address"] == topic.name)
    binding = channel["bindings"]["kafka"]

    assert list(channel["messages"]) == [event.TYPE for event in topic.events] + [str(name) for name in topic.raw_types]
    assert binding["partitions"] == topic.partitions
    assert binding["topicConfiguration"]["retention.ms"] == topic.retention.days * 86_400_000
    assert binding["topicConfiguration"]["max.message.bytes"] == topic.max_message_bytes
    assert topic.key in channel["description"]


def test_asyncapi_has_a_sender_and_a_receiver_of_every_topic() -> None:
    acts = {(one["action"], one["channel"]["$ref"].split("/")[-1]) for one in ASYNCAPI["operations"].values()}

    assert acts == {(action, channel) for action in ("send", "receive") for channel in ASYNCAPI["channels"]}


@pytest.mark.parametrize("name", types())
def test_asyncapi_gives_every_message_headers_key_payload_and_example(name: str) -> None:
    message = ASYNCAPI["components"]["messages"][name]
    shared = ASYNCAPI["components"]["schemas"][message["headers"]["allOf"][0]["$ref"].split("/")[-1]]

    assert {"ce_id", "ce_type", "ce_source", "ce_time", "content-type"} <= set(shared["required"])
    assert message["headers"]["allOf"][1]["properties"]["ce_type"]["const"] == name
    assert (CONTRACTS / message["payload"]["$ref"]).is_file()
    assert message["bindings"]["kafka"]["key"]["type"] == "string"
    assert message["examples"][0]["payload"] == read(f"examples/{name}.json")["data"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc-_ .:#", max_size=6), inner, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_what_is_written_as_yaml_reads_back_the_same(value: Any) -> None:
    assert yaml.safe_load(emitter.dump(value)) == value


@pytest.mark.parametrize(
    "text",
    ["one\ntwo\n", "a: b\n# c\n", " lead\n", "tail \n", "gap\n\nend\n", "no", "1e3", "0x10", "~", "- a", "é", "a\tb"],
)
def test_texts_that_look_like_something_else_read_back_the_same(text: str) -> None:
    value = {"text": text, "list": [text, {text: text}]}

    assert yaml.safe_load(emitter.dump(value)) == value


# Drift ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, copied, ignore=shutil.ignore_patterns("tools", "released"))
    return copied


def test_what_is_committed_is_what_the_catalogue_says() -> None:
    assert drift(CONTRACTS) == []


def test_each_stale_missing_and_extra_file_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "asyncapi.yaml").write_text("asyncapi: 3.0.0\n")
    (folder / "schemas/readers/crm.contact-created.v1.json").unlink()
    (folder / "schemas/writers/crm.contact-forgotten.v1.json").write_text("{}")
    (folder / "examples/crm.contact-forgotten.v1.json").write_text("{}")
    (folder / "examples/crm.contact-created.v1.json").unlink()

    assert main(["--folder", str(folder), "--check"]) == 1

    said = capsys.readouterr().err.replace(f"{folder}/", "").splitlines()
    assert said[:5] == [
        "stale: asyncapi.yaml",
        "missing: examples/crm.contact-created.v1.json",
        "missing: schemas/readers/crm.contact-created.v1.json",
        "extra: examples/crm.contact-forgotten.v1.json",
        "extra: schemas/writers/crm.contact-forgotten.v1.json",
    ]


def test_writing_repairs_all_but_an_example_without_a_type(folder: Path) -> None:
    (folder / "catalogue.json").write_text("{}")
    (folder / "schemas/readers/crm.contact-forgotten.v1.json").write_text("{}")
    (folder / "examples/crm.contact-forgotten.v1.json").write_text("{}")

    assert write(folder) == (["catalogue.json"], ["schemas/readers/crm.contact-forgotten.v1.json"])

    assert drift(folder) == [Difference("extra", "examples/crm.contact-forgotten.v1.json")]


def test_an_example_that_stands_is_never_written_again(folder: Path) -> None:
    example = folder / "examples/crm.contact-note-added.v1.json"
    changed = example.read_text().replace("Allergic to nuts.", "Prefers lemon.")
    example.write_text(changed)

    write(folder)

    assert example.read_text() == changed
    assert "Prefers lemon." in (folder / "asyncapi.yaml").read_text()


def test_tables_are_made_anew_between_their_marks_and_prose_is_left_alone(folder: Path) -> None:
    readme = folder / "README.md"
    good = readme.read_text()
    readme.write_text(good.replace("| 14 days |", "| 15 days |") + "\nA word of ours.\n")

    write(folder)

    assert readme.read_text() == good + "\nA word of ours.\n"


def test_a_readme_without_its_marks_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "README.md").write_text("# Contracts\n")

    assert main(["--folder", str(folder)]) == 1
    assert "<!-- generated: NAME -->" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--folder", str(tmp_path), "--check"]) == 2
    assert "say --folder" in capsys.readouterr().err
