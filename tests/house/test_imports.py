"""The contracts on imports hold, and each of them breaks when somebody plants what it forbids."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT, SERVICES

ROOMS = ("__main__", "main", "cli", "application", "domain", "views", "commands", "settings")
ADAPTERS = ("http", "kafka", "postgres", "graph")
LINTER = (sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs import-linter with this project's contracts over the packages found in the folder."""
    return subprocess.run(
        [*LINTER, "--config", str(ROOT / "pyproject.toml"), "--no-cache", "--no-logo"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The packages with their rooms, all empty."""
    modules = [f"{package}/__init__.py" for package in (*SERVICES, "recado_chassis", "recado_events")]
    modules += [f"{service}/{room}.py" for service in SERVICES for room in ROOMS]
    modules += [f"{service}/adapters/{name}.py" for service in SERVICES for name in ("__init__", *ADAPTERS)]
    for module in modules:
        (tmp_path / module).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / module).touch()
    return tmp_path


def test_a_clean_house_keeps_every_contract(house: Path) -> None:
    (house / "crm/adapters/http.py").write_text("import fastapi\nfrom crm.application import Contacts\n")
    (house / "crm/application.py").write_text(
        "import recado_chassis\nfrom crm import domain, views\nclass Contacts: ...\n"
    )
    (house / "recado_chassis/streams.py").write_text("import eventsourcing\nimport psycopg\nimport recado_events\n")

    linted = lint_imports(house)

    assert linted.returncode == 0, linted.stdout
    assert "0 broken" in linted.stdout


@pytest.mark.parametrize(
    ("module", "planted", "contract"),
    [
        ("crm/application.py", "import conversations.domain", "Services never meet"),
        ("recado_chassis/__init__.py", "import gateway", "Services never meet"),
        ("recado_events/__init__.py", "import recado_chassis", "Services never meet"),
        ("gateway/domain.py", "import gateway.application", "Inside a service"),
        ("gateway/application.py", "import gateway.adapters.kafka", "Inside a service"),
        ("crm/domain.py", "import crm.views", "Inside a service"),
        ("crm/cli.py", "import crm.adapters.postgres", "Inside a service"),
        ("crm/settings.py", "import crm.main", "Inside a service"),
        ("conversations/leftovers.py", "", "Inside a service"),
        ("gateway/adapters/graph.py", "import gateway.adapters.postgres", "Adapters of a service"),
        ("conversations/domain.py", "import recado_chassis", "Rules, commands, views and events"),
        ("conversations/views.py", "from psycopg import sql", "Rules, commands, views and events"),
        ("gateway/commands.py", "import httpx", "Rules, commands, views and events"),
        ("recado_events/__init__.py", "import opentelemetry.trace", "Rules, commands, views and events"),
        ("crm/application.py", "import aiokafka", "Applications reach servers"),
    ],
)
def test_a_planted_import_breaks_its_contract(house: Path, module: str, planted: str, contract: str) -> None:
    (house / module).write_text(planted + "\n")

    linted = lint_imports(house)

    assert linted.returncode == 1, linted.stdout + linted.stderr
    assert any(line.startswith(contract) and line.endswith("BROKEN") for line in linted.stdout.splitlines()), (
        linted.stdout
    )
