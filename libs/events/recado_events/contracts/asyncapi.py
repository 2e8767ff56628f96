"""The AsyncAPI 3 document: every topic a channel, every event type a message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from recado_events.catalogue import TOPICS, Topic
from recado_events.contracts.attributes import headers
from recado_events.contracts.json_schemas import READERS
from recado_events.contracts.listing import Entry, entries, short_name

Part = dict[str, Any]
_BINDING = "0.5.0"
_ABOUT = """\
Everything the services of Recado tell. One topic an owner, all its types together, as CloudEvents 1.0 in Kafka's
binary mode: the attributes are headers, the value is the data alone. At least once, ordered per key; a record whose
position is not above the last one seen of its partition and log is a duplicate. Kafka keeps 14 days; the owners' logs,
served as `GET /events?after=<position>`, keep everything.
"""


def document(examples: Mapping[str, Part], topics: Iterable[Topic] = TOPICS) -> Part:
    """The whole document. `examples`: type → its example in the structured form."""
    topics = tuple(topics)
    messages = {
        entry.name: _message(entry, topic, examples[entry.name]) for topic in topics for entry in entries(topic)
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Recado events", "version": "1", "description": _ABOUT},
        "defaultContentType": "application/json",
        "servers": {"kafka": _SERVER},
        "channels": {short_name(topic): _channel(topic) for topic in topics},
        "operations": {name: operation for topic in topics for name, operation in _operations(topic)},
        "components": {
            "messages": messages,
            "schemas": {"EventHeaders": headers(of_log=True), "InboundHeaders": headers(of_log=False)},
        },
    }


_SERVER = {
    "host": "{bootstrap}",
    "protocol": "kafka",
    "description": "The Kafka of the installation.",
    "variables": {"bootstrap": {"default": "localhost:9092", "description": "host:port of any broker"}},
}


def _channel(topic: Topic) -> Part:
    return {
        "address": topic.name,
        "title": topic.name,
        "summary": topic.summary,
        "description": (
            f"Owner: {topic.owner}. Key: {topic.key}. {topic.partitions} partitions, for ever. "
            f"Kept {topic.retention.days} days. Data class: {topic.data_class}. "
            f"Records up to {topic.max_message_bytes:,} bytes."
        ),
        "messages": {entry.name: {"$ref": f"#/components/messages/{entry.name}"} for entry in entries(topic)},
        "bindings": {"kafka": _channel_binding(topic)},
        "x-owner": topic.owner,
        "x-data-class": topic.data_class,
    }


def _channel_binding(topic: Topic) -> Part:
    return {
        "topic": topic.name,
        "partitions": topic.partitions,
        "topicConfiguration": {
            "cleanup.policy": ["delete"],
            "retention.ms": int(topic.retention.total_seconds() * 1000),
            "max.message.bytes": topic.max_message_bytes,
        },
        "bindingVersion": _BINDING,
    }


def _operations(topic: Topic) -> Iterable[tuple[str, Part]]:
    name = short_name(topic)
    channel = {"$ref": f"#/channels/{name}"}
    yield (
        f"{topic.owner}.sends.{name}",
        {
            "action": "send",
            "channel": channel,
            "summary": f"{topic.owner} writes {topic.name}, and nobody else does.",
        },
    )
    yield (
        f"subscriber.receives.{name}",
        {
            "action": "receive",
            "channel": channel,
            "summary": f"A subscriber reads {topic.name} in a consumer group named after itself.",
        },
    )


def _message(entry: Entry, topic: Topic, example: Part) -> Part:
    return {
        "name": entry.name,
        "title": entry.title,
        "summary": entry.summary,
        "contentType": "application/json",
        "headers": {
            "allOf": [
                {"$ref": f"#/components/schemas/{'EventHeaders' if topic.events else 'InboundHeaders'}"},
                {"type": "object", "properties": {"ce_type": {"type": "string", "const": entry.name}}},
            ]
        },
        "payload": {"$ref": f"./{READERS.format(type=entry.name)}"},
        "bindings": {"kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": _BINDING}},
        "examples": [{"name": entry.name, "payload": example["data"]}],
    }
