"""The headers that services write are the headers the AsyncAPI document promises."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from recado_chassis.mapper import Mapper
from recado_chassis.producing.headers import InboundHead, envelope_headers, inbound_headers, read_envelope, read_inbound
from recado_events.catalogue import EVENTS

from tests.contracts.committed import CONTRACTS, EXAMPLES, read, type_of

SCHEMAS = yaml.safe_load((CONTRACTS / "asyncapi.yaml").read_text(encoding="utf-8"))["components"]["schemas"]
OF_EVENTS = [path for path in EXAMPLES if type_of(path) in EVENTS]
RAW = [path for path in EXAMPLES if type_of(path) not in EVENTS]


def promised(name: str, headers: list[tuple[str, bytes]]) -> dict[str, str]:
    """The headers as text, once they fit the schema and none is unannounced."""
    texts = {header: value.decode() for header, value in headers}
    Draft202012Validator(SCHEMAS[name], format_checker=FormatChecker()).validate(texts)
    assert set(texts) <= set(SCHEMAS[name]["properties"])
    return texts


@pytest.mark.parametrize("path", OF_EVENTS)
def test_an_event_travels_under_the_promised_headers_and_is_read_back(path: str) -> None:
    example: dict[str, Any] = read(path)
    envelope = Mapper(EVENTS.values()).decode(in_store(example), example["position"], example["source"]).envelope
    headers = envelope_headers(envelope)

    texts = promised("EventHeaders", headers)

    attributes = {
        name: str(value) for name, value in example.items() if name not in {"data", "datacontenttype", "traceparent"}
    }
    assert texts == {
        "content-type": "application/json",
        "traceparent": example["traceparent"],
        **{f"ce_{name}": value for name, value in attributes.items()},
    }
    assert read_envelope(headers) == envelope


@pytest.mark.parametrize("path", RAW)
def test_what_meta_sent_travels_under_the_promised_headers(path: str) -> None:
    example: dict[str, Any] = read(path)
    attributes = {
        name: value for name, value in example.items() if name not in {"data", "datacontenttype", "traceparent"}
    }
    told = [(f"ce_{name}", str(value).encode()) for name, value in attributes.items()]
    head: InboundHead = read_inbound([*told, ("traceparent", example["traceparent"].encode())])

    texts = promised("InboundHeaders", inbound_headers(head))

    assert {name: texts[f"ce_{name}"] for name in attributes} == attributes


def in_store(example: dict[str, Any]) -> bytes:
    stored = {name: value for name, value in example.items() if name not in {"position", "source"}}
    return json.dumps(stored, separators=(",", ":")).encode()
