"""What is fetched once a machine: whole or not at all, also when two first starts meet."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path


def cache_folder() -> Path:
    """Where this machine keeps what was fetched: RECADO_CACHE, else the user's cache folder."""
    given = os.environ.get("RECADO_CACHE")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "recado"


def fetched(name: str, fetch: Callable[[Path], None]) -> Path:
    """The cached folder `name`; on first use `fetch` fills it, and raises when it cannot."""
    folder = cache_folder() / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            partial = folder.with_name(f"{name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            fetch(partial)
            partial.rename(folder)
    return folder
