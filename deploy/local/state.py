"""The folder in which a local installation lives: who runs it, its ports, secrets, data and logs."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.local.errors import LocalError

REPOSITORY = Path(__file__).parents[2]
OUTSIDE = Path("/var/lib/recado")
Json = dict[str, Any]


class State:
    """Paths below one folder (RECADO_STATE, else `.recado` in the repository), and the lock of whoever runs it."""

    def __init__(self, root: Path | None = None) -> None:
        given = os.environ.get("RECADO_STATE")
        self.root = root or (Path(given) if given else REPOSITORY / ".recado")
        self.logs = self.root / "logs"
        self.data = self.root / "data"
        self.headers = self.root / "headers"
        self.environments = self.root / "environments"
        self.endpoints = self.root / "endpoints.json"

    def prepare(self) -> None:
        for folder in (self.root, self.logs, self.data, self.headers, self.environments):
            folder.mkdir(parents=True, exist_ok=True)
        self.headers.chmod(0o700)
        self.environments.chmod(0o700)

    def read(self, name: str) -> Json:
        """The JSON object in `<name>.json`; an empty one when there is none."""
        file = self._file(name)
        try:
            content: Json = json.loads(file.read_text())
        except FileNotFoundError:
            return {}
        except json.JSONDecodeError as error:
            raise LocalError(f"{file} is damaged ({error}): repair or remove it") from error
        return content

    def write(self, name: str, content: Json) -> None:
        """Replace `<name>.json` in one step; only its owner may read it."""
        partial = self._file(name).with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(content, indent=2) + "\n")
        partial.rename(self._file(name))

    def forget(self, name: str) -> None:
        self._file(name).unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold this folder for the life of a launcher; the kernel lets go of it, however that life ends."""
        with self._lock_file.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LocalError(f"already running (process {self.holder()}): `make down` stops it") from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def holder(self) -> int | None:
        """The process that runs this installation, if one does."""
        try:
            with self._lock_file.open("r") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return int(lock.read() or 0)
        except FileNotFoundError:
            pass
        return None

    def postgres_folder(self, user: str | None) -> Path:
        """Where the database files go: a server user who may not pass our parent folders gets a folder outside."""
        inside = self.data / "postgres"
        if user is None or all(folder.stat().st_mode & 0o001 for folder in self.data.resolve().parents):
            return inside
        return OUTSIDE / hashlib.sha256(str(self.root.resolve()).encode()).hexdigest()[:12]

    def wipe(self) -> None:
        """Remove everything but the ports, which others may have noted."""
        shutil.rmtree(self.postgres_folder("any"), ignore_errors=True)
        for folder in (self.data, self.logs, self.headers, self.environments):
            shutil.rmtree(folder, ignore_errors=True)
        for name in ("secrets", "organisation", "endpoints", "children", "servers", "ready"):
            self.forget(name)

    @property
    def _lock_file(self) -> Path:
        return self.root / "lock"

    def _file(self, name: str) -> Path:
        return self.root / f"{name}.json"
