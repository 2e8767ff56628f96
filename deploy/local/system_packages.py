"""Programs that the system's package manager brings: found, installed where we may, else named with their package."""

import os
import re
import shutil
from functools import cache
from pathlib import Path

from deploy.local.errors import LocalError
from deploy.local.process import outcome

REPOSITORY = Path(__file__).parents[2]
INSTALLER = REPOSITORY / ".ci" / "install"  # knows the packages' names, and when it may install them
THING_OF = {"java": "java", "mvn": "maven"}
OLDEST_JAVA = 17
OLDEST_POSTGRES = 15


@cache
def java() -> str:
    """The Java of JAVA_HOME, else of the PATH; the broker needs version 17."""
    home = os.environ.get("JAVA_HOME")
    found = (shutil.which(f"{home}/bin/java") if home else None) or program("java")
    version = _first_number(outcome([found, "-version"]).stdout)
    if version < OLDEST_JAVA:
        raise LocalError(f"{found} is Java {version}: Kafka needs {OLDEST_JAVA}; put a newer one into JAVA_HOME")
    return found


def program(name: str) -> str:
    """The path of `name`, which is installed first where it is missing and we may install it."""
    found = shutil.which(name)
    if not found:
        install(THING_OF[name])
        found = shutil.which(name)
    if not found:
        raise LocalError(f"{THING_OF[name]} is installed, but {name} is not on the PATH")
    return found


def postgres_programs() -> Path | None:
    """The folder of the newest PostgreSQL server programs of this system, or None."""
    folders = set(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("initdb")
    if on_path:
        folders.add(Path(on_path).resolve().parent)
    servers = [folder / "postgres" for folder in folders if (folder / "postgres").exists()]
    versions = {_first_number(outcome([str(server), "--version"]).stdout): server.parent for server in servers}
    newest = max(versions, default=0)
    return versions[newest] if newest >= OLDEST_POSTGRES else None


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(thing: str) -> None:
    """Install java, maven or postgresql, as root on Debian; anywhere else the error names the package."""
    if may_install():
        print(f"{thing} is missing: installing its package ...", flush=True)
    done = outcome([str(INSTALLER), thing])
    if done.returncode:
        raise LocalError(f"{thing} is missing and could not be installed:\n{done.stdout.strip()}")


def _first_number(text: str) -> int:
    match = re.search(r"\d+", text)
    return int(match.group()) if match else 0
