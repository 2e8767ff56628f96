"""Every service has the same rooms, and the published language stands on pydantic alone."""

import ast
import sys

import pytest

from tests.house.sources import EVENTS, SERVICES, room_files, service_folder, shown, tree

ROOMS = ("__main__", "main", "cli", "adapters", "application", "domain", "views", "commands", "settings")
DEVELOPMENT_TOOLS = {"jsoncompat", "yaml"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_every_room(service: str) -> None:
    assert [room for room in ROOMS if not room_files(service, room)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_are_plain_sql_and_a_service_without_tables_of_its_own_has_none(service: str) -> None:
    assert [path.name for path in (service_folder(service) / "migrations").glob("*") if path.suffix != ".sql"] == []


def outside_packages(module: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(module):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name.split(".")[0] for alias in aliases}
            case ast.ImportFrom(module=str(source), level=0):
                names.add(source.split(".")[0])
    return names - sys.stdlib_module_names - {"recado_events"}


def test_the_published_language_needs_pydantic_and_nothing_else() -> None:
    needed = {shown(path): outside_packages(tree(path)) for path in sorted(EVENTS.rglob("*.py"))}
    language = {path: packages for path, packages in needed.items() if "/contracts" not in path}

    assert {path: packages for path, packages in language.items() if not packages <= {"pydantic"}} == {}
    assert set().union(*needed.values()) <= {"pydantic"} | DEVELOPMENT_TOOLS
