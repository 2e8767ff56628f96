"""The project's own files as the rules of the house see them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ("gateway", "conversations", "templates", "crm", "billing")
EVENTS = ROOT / "libs/events/recado_events"
PURE_ROOMS = ("domain", "commands", "views")


@cache
def project_files() -> tuple[Path, ...]:
    """Every file git has or would take: what is ignored (caches, installed packages, stored data) is not ours."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(ROOT / name for name in sorted(set(listing.stdout.split("\0"))) if name and (ROOT / name).is_file())


def python_files(*areas: str) -> list[Path]:
    """Python files below the named folders of the project."""
    return [path for path in project_files() if path.suffix == ".py" and shown(path).startswith(areas)]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def service_folder(service: str) -> Path:
    return ROOT / "services" / service / service


def room_files(service: str, room: str) -> list[Path]:
    """A room is one module or a package of that name."""
    folder = service_folder(service)
    return [*folder.glob(f"{room}.py"), *sorted((folder / room).rglob("*.py"))]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=shown(path))


def functions(module: ast.Module) -> Iterator[tuple[str, int]]:
    """Name and physical length of every function, methods and inner functions too."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1
