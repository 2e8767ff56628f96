"""Is a broker ready to work, not only to be connected to?"""

import socket
import time

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

GROUP = "recado.readiness"
JOIN_SECONDS = 20
QUIET = {"log_level": 0, "socket.timeout.ms": 5000, "topic.metadata.refresh.fast.interval.ms": 100}


def answers(bootstrap: str, within: float) -> bool:
    """True once the Metadata API and the join of a consumer group are answered.

    The group coordinator comes up a little later than the listener; a consumer that starts in between waits long.
    """
    return _listens(bootstrap) and _tells_metadata(bootstrap, within) and _lets_join(bootstrap)


def _listens(bootstrap: str) -> bool:
    host, _, port = bootstrap.split(",", maxsplit=1)[0].rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def _tells_metadata(bootstrap: str, within: float) -> bool:
    try:
        return bool(AdminClient({"bootstrap.servers": bootstrap, **QUIET}).list_topics(timeout=within).brokers)
    except KafkaException:
        return False


def _lets_join(bootstrap: str) -> bool:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": GROUP, "enable.auto.commit": False, **QUIET})
    joined: list[list[TopicPartition]] = []
    deadline = time.monotonic() + JOIN_SECONDS
    try:
        # the one topic that exists for certain: looking for the coordinator makes the broker create it
        consumer.subscribe(["__consumer_offsets"], on_assign=lambda _, partitions: joined.append(partitions))
        while not joined and time.monotonic() < deadline:
            consumer.poll(0.1)
    finally:
        consumer.close()
    return bool(joined)
