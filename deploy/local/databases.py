"""Databases of a server, whichever way that server runs."""

from abc import ABC, abstractmethod
from typing import Any, Literal, LiteralString

import psycopg
from psycopg import sql

# A holder of locks that froze stops nobody for longer than five seconds.
LIMITS: dict[LiteralString, LiteralString] = {"idle_in_transaction_session_timeout": "5s", "lock_timeout": "5s"}


class Databases(ABC):
    """Creates and drops databases on the server that `dsn` names."""

    copying: Literal["wal_log", "file_copy"] = "wal_log"
    """How a template is copied: by file costs two checkpoints, which take longest where every write is waited for."""

    @abstractmethod
    def dsn(self, database: str = "postgres") -> str:
        """How to connect to one database of this server."""

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, empty or as a copy of `template` (to which nobody may be connected); gives its DSN."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            if template is None:
                _run(connection, "CREATE DATABASE {}", name)
            else:
                _run(connection, f"CREATE DATABASE {{}} TEMPLATE {{}} STRATEGY {self.copying}", name, template)
            for setting, value in LIMITS.items():
                _run(connection, f"ALTER DATABASE {{}} SET {setting} = '{value}'", name)
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
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            _run(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _run(connection: psycopg.Connection[Any], statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
