"""Topics come from the catalogue, never from a first message: created, checked and kept as the catalogue says."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal

from confluent_kafka import KafkaError, KafkaException, TopicCollection

# The stubs forget to export what the module offers.
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    TopicDescription,
)
from recado_events.catalogue import TOPICS, Topic

_SECONDS = 15.0
_REPLICAS = 3


class TopicsRefused(Exception):
    """The topics at hand cannot be what the catalogue says; says which and what to do. Nothing was changed."""


class KafkaUnavailable(Exception):
    """No answer of Kafka within 15 s."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one topic."""

    name: str
    done: Literal["created", "altered", "unchanged"]


def create_topics(
    bootstrap: str, topics: Iterable[Topic] = TOPICS, prefix: str = "", replicas: int | None = None
) -> list[Outcome]:
    """Makes every topic be as the catalogue says; may be repeated at any time.

    `replicas` is for new topics (default: 3, or the number of brokers where there are fewer); from 3 replicas on a
    record is acknowledged by at least 2. Settings that differ are altered. A partition count that differs raises
    TopicsRefused before anything is changed. Raises KafkaUnavailable.
    """
    admin = _admin(bootstrap)
    wanted = {prefix + topic.name: topic for topic in topics}
    found = _describe(admin, list(wanted))
    _require_same_partitions(wanted, found)
    missing = [name for name in wanted if name not in found]
    if missing:
        count = replicas or min(_REPLICAS, _broker_count(admin))
        _create(admin, {name: wanted[name] for name in missing}, count)
        found = _describe_all(admin, list(wanted))
        _require_same_partitions(wanted, found)
    altered = _alter(admin, {name: _settings(wanted[name], _replicas(found[name])) for name in found})
    return [
        Outcome(name, "created" if name in missing else "altered" if name in altered else "unchanged")
        for name in wanted
    ]


def topic_ids(bootstrap: str, names: Sequence[str]) -> dict[str, str]:
    """Kafka's own ids of topics, by full name; a topic deleted and created again has another one.

    Topics that do not exist are absent. Raises KafkaUnavailable.
    """
    return {name: str(topic.topic_id) for name, topic in _describe(_admin(bootstrap), names).items()}


def _admin(bootstrap: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": bootstrap, "log_level": 0, "socket.timeout.ms": int(_SECONDS * 1000)})


def _settings(topic: Topic, replicas: int) -> dict[str, str]:
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(int(topic.retention.total_seconds() * 1000)),
        "max.message.bytes": str(topic.max_message_bytes),
        "min.insync.replicas": "2" if replicas >= _REPLICAS else "1",
        "unclean.leader.election.enable": "false",
    }


def _describe(admin: AdminClient, names: Sequence[str]) -> dict[str, TopicDescription]:
    described: dict[str, TopicDescription] = {}
    if not names:
        return described
    for name, future in admin.describe_topics(TopicCollection(list(names)), request_timeout=_SECONDS).items():
        try:
            described[name] = _answer(future)
        except KafkaException as error:
            if _code(error) != KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise
    return described


def _describe_all(admin: AdminClient, names: Sequence[str]) -> dict[str, TopicDescription]:
    """Brokers hear of a new topic a moment after its creation was answered."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        found = _describe(admin, names)
        if len(found) == len(names):
            return found
        time.sleep(0.05)
    raise _unavailable()


def _broker_count(admin: AdminClient) -> int:
    try:
        return len(admin.list_topics(timeout=_SECONDS).brokers)
    except KafkaException as error:
        raise _unavailable() from error


def _create(admin: AdminClient, topics: dict[str, Topic], replicas: int) -> None:
    new = [
        NewTopic(name, topic.partitions, replicas, config=_settings(topic, replicas)) for name, topic in topics.items()
    ]
    for future in admin.create_topics(new, operation_timeout=_SECONDS, request_timeout=_SECONDS).values():
        try:
            _answer(future)
        except KafkaException as error:
            if _code(error) != KafkaError.TOPIC_ALREADY_EXISTS:
                raise


def _require_same_partitions(wanted: dict[str, Topic], found: dict[str, TopicDescription]) -> None:
    differ = [
        f"{name} has {len(found[name].partitions)} partitions instead of {wanted[name].partitions}"
        for name in found
        if len(found[name].partitions) != wanted[name].partitions
    ]
    if differ:
        raise TopicsRefused(
            f"{'; '.join(differ)}. A partition count never changes, or keys would lose their order: "
            "give the topic a new version in the catalogue, or delete it if nothing in it is needed."
        )


def _alter(admin: AdminClient, wanted: dict[str, dict[str, str]]) -> set[str]:
    """Sets what differs; answers the names of the topics that were altered."""
    resources = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in wanted]
    changes: list[ConfigResource] = []
    for resource, future in admin.describe_configs(resources, request_timeout=_SECONDS).items():
        at = _answer(future)
        differ = {name: value for name, value in wanted[resource.name].items() if at[name].value != value}
        if differ:
            changes.append(ConfigResource(ConfigResource.Type.TOPIC, resource.name, incremental_configs=_set(differ)))
    if changes:
        for future in admin.incremental_alter_configs(changes, request_timeout=_SECONDS).values():
            _answer(future)
    return {change.name for change in changes}


def _set(values: dict[str, str]) -> list[ConfigEntry]:
    return [ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in values.items()]


def _replicas(topic: TopicDescription) -> int:
    return len(topic.partitions[0].replicas)


def _answer(future: Future[Any]) -> Any:
    """The answer of one request. Raises KafkaUnavailable where there is none, KafkaException where it is a no."""
    try:
        return future.result(timeout=2 * _SECONDS)
    except KafkaException as error:
        if _code(error) in {KafkaError._TIMED_OUT, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN}:
            raise _unavailable() from error
        raise


def _code(error: KafkaException) -> int:
    code: int = error.args[0].code()
    return code


def _unavailable() -> KafkaUnavailable:
    return KafkaUnavailable(f"Kafka did not answer within {_SECONDS:.0f} s: check its address and that it runs")
