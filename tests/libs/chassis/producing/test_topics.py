"""Topics on a real broker: created as the catalogue says, mended where that is possible, refused where it is not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from confluent_kafka.admin import AdminClient
from recado_chassis.producing.topics import KafkaUnavailable, Outcome, TopicsRefused, create_topics, topic_ids
from recado_events.catalogue import INBOUND, TOPICS, Topic

from deploy.local.ports import free_port
from deploy.local.provider import Kafka
from deploy.local.waiting import wait_for

ORDERS = Topic(name="orders.v1", owner="shop", key="order", data_class="internal", summary="Orders.", partitions=3)


def test_every_topic_of_the_catalogue_is_created_once(kafka: Kafka, topic_prefix: str) -> None:
    first = create_topics(kafka.bootstrap, prefix=topic_prefix)
    again = create_topics(kafka.bootstrap, prefix=topic_prefix)
    assert [outcome.name for outcome in first] == [topic_prefix + topic.name for topic in TOPICS]
    assert {outcome.done for outcome in first} == {"created"}
    assert {outcome.done for outcome in again} == {"unchanged"}


def test_a_topic_is_kept_as_the_catalogue_says(kafka: Kafka, topic_prefix: str) -> None:
    create_topics(kafka.bootstrap, [INBOUND], topic_prefix)
    settings = settings_of(kafka, topic_prefix + INBOUND.name)
    assert settings["max.message.bytes"] == str(4 * 1024 * 1024)
    assert settings["retention.ms"] == str(14 * 24 * 3600 * 1000)
    assert settings["cleanup.policy"] == "delete"
    assert settings["min.insync.replicas"] == "1"
    assert partitions_of(kafka, topic_prefix + INBOUND.name) == 12


def test_settings_that_differ_are_altered_and_nothing_else(kafka: Kafka, topic_prefix: str) -> None:
    other = replace(ORDERS, name="other.v1")
    create_topics(kafka.bootstrap, [ORDERS, other], topic_prefix)
    longer = replace(ORDERS, retention=timedelta(days=30))
    outcomes = create_topics(kafka.bootstrap, [longer, other], topic_prefix)
    assert [outcome.done for outcome in outcomes] == ["altered", "unchanged"]
    name, days_30 = topic_prefix + "orders.v1", str(30 * 24 * 3600 * 1000)
    wait_for(lambda: settings_of(kafka, name)["retention.ms"] == days_30, seconds=10, what="the change to be seen")
    assert create_topics(kafka.bootstrap, [longer], topic_prefix) == [Outcome(name, "unchanged")]


def test_another_partition_count_is_refused_before_anything_is_changed(kafka: Kafka, topic_prefix: str) -> None:
    create_topics(kafka.bootstrap, [ORDERS], topic_prefix)
    more = replace(ORDERS, partitions=5, retention=timedelta(days=1))
    with pytest.raises(TopicsRefused, match="has 3 partitions instead of 5"):
        create_topics(kafka.bootstrap, [more, replace(ORDERS, name="new.v1")], topic_prefix)
    assert topic_ids(kafka.bootstrap, [topic_prefix + "new.v1"]) == {}
    assert settings_of(kafka, topic_prefix + "orders.v1")["retention.ms"] == str(14 * 24 * 3600 * 1000)


def test_a_topic_that_was_deleted_and_created_again_has_another_id(kafka: Kafka, topic_prefix: str) -> None:
    name = topic_prefix + ORDERS.name
    create_topics(kafka.bootstrap, [ORDERS], topic_prefix)
    before = topic_ids(kafka.bootstrap, [name])
    assert topic_ids(kafka.bootstrap, [name]) == before
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    admin.delete_topics([name], operation_timeout=10)[name].result()
    wait_for(lambda: topic_ids(kafka.bootstrap, [name]) == {}, seconds=10, what="the topic to be gone")
    create_topics(kafka.bootstrap, [ORDERS], topic_prefix)
    assert topic_ids(kafka.bootstrap, [name])[name] != before[name]


def test_ids_are_asked_only_of_topics_that_exist(kafka: Kafka, topic_prefix: str) -> None:
    create_topics(kafka.bootstrap, [ORDERS], topic_prefix)
    names = [topic_prefix + "never.v1", topic_prefix + ORDERS.name]
    assert list(topic_ids(kafka.bootstrap, names)) == [topic_prefix + ORDERS.name]


def test_a_broker_that_is_not_there_is_said_to_be_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recado_chassis.producing.topics._SECONDS", 1.0)
    with pytest.raises(KafkaUnavailable, match="did not answer"):
        topic_ids(f"127.0.0.1:{free_port()}", ["any"])


def settings_of(kafka: Kafka, name: str) -> dict[str, str]:
    from confluent_kafka.admin import ConfigResource  # type: ignore[attr-defined]

    resource = ConfigResource(ConfigResource.Type.TOPIC, name)
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    described = admin.describe_configs([resource])[resource].result()
    return {key: str(entry.value) for key, entry in described.items()}


def partitions_of(kafka: Kafka, name: str) -> int:
    metadata = AdminClient({"bootstrap.servers": kafka.bootstrap}).list_topics(name, timeout=10)
    return len(metadata.topics[name].partitions)
