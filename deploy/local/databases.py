"""Databases of a server, whichever way that server runs."""

from abc import ABC, abstractmethod
from typing import LiteralString

import psycopg
from psycopg import sql

# A holder of locks that froze stops nobody for longer than five seconds.
LIMITS: dict[LiteralString, LiteralString] = {"idle_in_transaction_session_timeout": "5s", "lock_timeout": "5s"}


class Databases(ABC):
    """Creates and drops databases on the server that `dsn` names."""

    @abstractmethod
    def dsn(self, database: str = "postgres") -> str:
        """How to connect to one database of this server."""

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, empty or as a copy of `template` (to which nobody may be connected); gives its DSN."""
        if template is None:
            self._run("CREATE DATABASE {}", name)
        else:
            # STRATEGY file_copy costs two checkpoints: 0.25 s with real fsync, against 0.1 s
            self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        for setting, value in LIMITS.items():
            self._run(f"ALTER DATABASE {{}} SET {setting} = '{value}'", name)
        return self.dsn(name)

    def ensure_database(self, name: str) -> str:
        """Create an empty database unless it is there already; gives its DSN."""
        return self.dsn(name) if self.has_database(name) else self.create_database(name)

    def has_database(self, name: str) -> bool:
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        return found is not None

    def drop_database(self, name: str) -> None:
        """Drop a database, sending away whoever is connected to it; one that is gone already is fine."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: LiteralString, *names: str) -> None:
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
