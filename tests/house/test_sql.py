"""SQL of a service stands in its PostgreSQL adapter and its migrations, so that a change of table has one place."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.sources import ROOT, SERVICES, python_files, shown, tree

STATEMENT = re.compile(
    r"""^[\s(]*(
        select\s.*\sfrom\s | insert\s+into\s | update\s+\S+\s+(as\s+\w+\s+)?set\s | delete\s+from\s | truncate\s+\w
        | with\s+\w+\s+(\(.*\)\s+)?as\s+\( | (create|alter|drop)\s+(unique\s+)?(table|index|schema|function|view)\s
        | (un)?listen\s+\w+$ | notify\s+\w+ | lock\s+table\s | select\s+pg_\w+
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def statements(module: ast.Module) -> Iterator[str]:
    """Lines on which a text is an SQL statement; docstrings are prose."""
    prose = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if not isinstance(node, ast.Constant | ast.JoinedStr) or id(node) in prose:
            continue
        if STATEMENT.search(text_of(node)):
            yield f"line {node.lineno}"


def text_of(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(text_of(part) if isinstance(part, ast.Constant) else "x" for part in node.values)


def may_hold_sql(path: str) -> bool:
    return re.match(r"services/\w+/\w+/(adapters/postgres|migrations/)", path) is not None


def test_sql_stands_only_in_the_adapters_of_postgresql_the_migrations_and_the_chassis() -> None:
    files = [path for path in python_files("services/", "libs/events/") if not may_hold_sql(shown(path))]

    assert files, "the services have moved: this rule would look at nothing"
    assert [f"{shown(path)} {line}" for path in files for line in statements(tree(path))] == []


@pytest.mark.parametrize(
    "planted",
    [
        'rows = run("SELECT name FROM contacts WHERE id = %s")',
        'run("""\n    insert into notes (text) values (%s)""")',
        'run(f"UPDATE {table} SET name = %s")',
        'run("WITH moved AS (DELETE FROM inbox RETURNING *) SELECT 1")',
        'run("LISTEN events")',
        'run("select pg_advisory_xact_lock(1)")',
    ],
)
def test_the_rule_sees_a_planted_statement(planted: str) -> None:
    assert list(statements(ast.parse(planted))) != []


@pytest.mark.parametrize(
    "prose", ['"""Select what is read from the log."""', 'say("update the contact, set its owner")']
)
def test_the_rule_lets_prose_pass(prose: str) -> None:
    assert list(statements(ast.parse(prose))) == []


def test_no_two_migrations_of_one_database_have_the_same_number() -> None:
    """The chassis's and a service's own go into the same table."""
    shared = [path.name.partition("_")[0] for path in ROOT.glob("libs/chassis/recado_chassis/storing/migrations/*.sql")]
    for service in SERVICES:
        own = [path.name.partition("_")[0] for path in ROOT.glob(f"services/{service}/{service}/migrations/*.sql")]
        numbers = [*shared, *own]
        assert len(numbers) == len(set(numbers)), service
