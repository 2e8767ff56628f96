"""Servers that somebody else runs, given by their addresses: used as they are, never stopped."""

from urllib.parse import urlsplit, urlunsplit

import psycopg

from deploy.local.databases import Databases
from deploy.local.errors import LocalError
from deploy.local.kafka_ready import answers

REFUSAL = "this server was given by its address: it is not ours to stop"


class GivenKafka:
    backend = "Kafka at the given address"
    pid = None

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap

    def start(self) -> None:
        if not answers(self.bootstrap, within=10):
            raise LocalError(f"no Kafka answers at {self.bootstrap}: start it, or do not give its address")

    def stop(self) -> None:
        raise LocalError(REFUSAL)

    def kill(self) -> None:
        raise LocalError(REFUSAL)

    def close(self) -> None:
        """Nothing of ours to end."""


class GivenPostgres(Databases):
    backend = "PostgreSQL at the given address"
    pid = None

    def __init__(self, url: str) -> None:
        self._url = url

    def dsn(self, database: str = "") -> str:
        """The given URL with another database; without a name, the given one itself."""
        parts = urlsplit(self._url)
        return urlunsplit(parts._replace(path=f"/{database}")) if database else self._url

    def start(self) -> None:
        try:
            psycopg.connect(self.dsn(), connect_timeout=10).close()
        except psycopg.OperationalError as error:
            raise LocalError(f"no PostgreSQL answers at the given address: {error}") from error

    def stop(self, immediate: bool = False) -> None:
        raise LocalError(REFUSAL)

    def kill(self) -> None:
        raise LocalError(REFUSAL)

    def close(self) -> None:
        """Nothing of ours to end."""
