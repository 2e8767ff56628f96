"""Databases for tests, copied from ones that were prepared once."""

import uuid
from collections.abc import Callable

from deploy.local.provider import Postgres

Prepare = Callable[[str], None]


class DatabaseFactory:
    """`database()` gives the DSN of a new, empty database; `database(prepare)` one on which `prepare(dsn)` has run.

    `prepare` (migrations, usually) runs once a session for each server: later databases are copies of its outcome.
    """

    def __init__(self, server: Postgres, templates: dict[Prepare, str]) -> None:
        self._server = server
        self._templates = templates
        self._created: list[str] = []

    def __call__(self, prepare: Prepare | None = None) -> str:
        template = self._template(prepare) if prepare else None
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._created.append(name)
        return self._server.create_database(name, template)

    def drop_all(self) -> None:
        for name in self._created:
            self._server.drop_database(name)

    def _template(self, prepare: Prepare) -> str:
        if prepare not in self._templates:
            name = f"template_{uuid.uuid4().hex[:12]}"
            prepare(self._server.create_database(name))
            self._templates[prepare] = name
        return self._templates[prepare]
