"""What all benches stand on: one real broker, one real database server, topics and databases by name."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from recado_chassis.producing.topics import create_topics

from deploy.local.credentials import Secrets, settle_secrets
from deploy.local.provider import Kafka, Postgres, backend_for_tests, new_kafka, new_postgres
from deploy.local.state import State
from tests.bench.figures import Size, say
from tests.bench.traffic import ALIAS_KEY
from tests.harness.on_database import prepare


@dataclass
class Ground:
    kafka: Kafka
    postgres: Postgres
    secrets: Secrets
    folder: Path
    size: Size
    _templates: dict[str, str] = field(default_factory=dict)

    def name(self) -> str:
        return f"b{uuid.uuid4().hex[:8]}"

    def database(self, service: ModuleType | None = None) -> str:
        """A new database, migrated for a service's `main` module, or empty; gives its DSN."""
        if service is None:
            return self.postgres.create_database(self.name())
        if service.__name__ not in self._templates:
            template = self.name()
            prepare(service, self.postgres.create_database(template))
            self._templates[service.__name__] = template
        return self.copy_of(self._templates[service.__name__])

    def copy_of(self, template: str) -> str:
        """Of a database to which nobody is connected, by its name or DSN."""
        return self.postgres.create_database(self.name(), template.rpartition("/")[2])

    def drop(self, *dsns: str) -> None:
        for dsn in dsns:
            self.postgres.drop_database(dsn.rpartition("/")[2])

    def topics(self) -> str:
        """All topics of the catalogue under a new prefix, which is given."""
        prefix = f"{self.name()}."
        create_topics(self.kafka.bootstrap, prefix=prefix)
        return prefix

    def topic(self, partitions: int = 12) -> str:
        name = self.name()
        admin = self._admin()
        for made in admin.create_topics([NewTopic(name, partitions, 1)]).values():
            made.result()
        return name

    def forget_topics(self, prefix: str) -> None:
        admin = self._admin()
        names = [name for name in admin.list_topics(timeout=10).topics if name.startswith(prefix)]
        for deletion in admin.delete_topics(names, operation_timeout=10).values() if names else ():
            deletion.result()

    def server_pids(self) -> Sequence[int]:
        return [pid for pid in (self.kafka.pid, self.postgres.pid) if pid is not None]

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.kafka.bootstrap, "log_level": 0})


@contextmanager
def ground(size: Size) -> Iterator[Ground]:
    backend = backend_for_tests()
    with (
        tempfile.TemporaryDirectory(prefix="recado-bench-", ignore_cleanup_errors=True) as folder,
        closing(new_kafka(backend)) as kafka,
        closing(new_postgres(backend)) as postgres,
    ):
        say(f"servers: {backend}")
        postgres.start()
        kafka.start()
        state = State(Path(folder))
        state.prepare()
        secrets = Secrets(**{**vars(settle_secrets(state)), "alias_key": ALIAS_KEY})
        yield Ground(kafka, postgres, secrets, Path(folder), size)
