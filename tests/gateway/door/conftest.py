"""One gateway for all tests of the door: a process on the shared Kafka and the shared PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from uuid import uuid4

import pytest
from gateway import main

from deploy.local.provider import Kafka, Postgres
from tests.conftest import _delete_topics
from tests.gateway.door.doorway import Doorway
from tests.harness.on_database import prepare


@pytest.fixture(scope="package")
def door(kafka: Kafka, postgres: Postgres) -> Iterator[Doorway]:
    name = f"test_door_{uuid4().hex[:8]}"
    dsn, prefix = postgres.create_database(name), f"t{uuid4().hex[:10]}."
    prepare(main, dsn)
    with closing(Doorway(kafka, dsn, prefix)) as doorway:
        doorway.running.wait_ready()
        yield doorway
    with suppress(Exception):
        _delete_topics(kafka.bootstrap, prefix)
    postgres.drop_database(name)
