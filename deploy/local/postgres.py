"""One real PostgreSQL server as a child process."""

import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from deploy.local.databases import Databases
from deploy.local.errors import LocalError
from deploy.local.ports import free_port
from deploy.local.postgres_programs import Programs, find_programs
from deploy.local.process import end, kill_group, last_lines, outcome, spawn

START_SECONDS = 60
STOP_SECONDS = 20
OWNER = "recado"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
}


class NativePostgres(Databases):
    """A server on 127.0.0.1. Given a `data` folder it keeps its databases; otherwise all goes with `close`.

    `stop` and `kill` leave port and data as they are, so that the next `start` is the same server again. A kept `data`
    folder needs the `password` it was made with.
    """

    def __init__(
        self,
        data: Path | None = None,
        port: int | None = None,
        log: Path | None = None,
        password: str | None = None,
        programs: Programs | None = None,
        *,
        fsync: bool = True,
    ) -> None:
        """Without `fsync` whatever stops the machine may cost all; databases are made and dropped in a third of the
        time."""
        self._programs = programs or find_programs()
        self._temporary = data is None
        self._folder = data or Path(tempfile.mkdtemp(prefix="recado-postgres-"))
        self._port = port
        self._log = log or self._folder / "server.log"
        self._password = password or secrets.token_urlsafe(18)
        self._fsync = fsync
        self.copying = "wal_log" if fsync else "file_copy"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def backend(self) -> str:
        return self._programs.name

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def dsn(self, database: str = "postgres") -> str:
        if self._port is None:
            raise LocalError("this server has no address yet: start it first")
        return f"postgresql://{OWNER}:{self._password}@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        if self.pid:
            return
        self._port = self._port or free_port()
        self._own(self._folder)
        if not (self._cluster / "PG_VERSION").exists():
            self._initialise()
        self._drop_stale_pid_file()
        told = {**SETTINGS, "port": str(self._port), "fsync": "on" if self._fsync else "off"}
        options = [f"-c{name}={value}" for name, value in told.items()]
        with self._log.open("ab") as output:
            self._process = spawn(
                [str(self._programs.folder / "postgres"), "-D", str(self._cluster), *options],
                output=output,
                user=self._programs.user,
                death_signal=signal.SIGQUIT,  # SIGKILL would leave its children holding the shared memory
            )
        self._await_ready(self._process)

    def stop(self, immediate: bool = False) -> None:
        """Stop at once: fast (clients are sent away, all is written) or immediate (recovery at the next start)."""
        if self._process:
            end(self._process, signal.SIGQUIT if immediate else signal.SIGINT, STOP_SECONDS)
            self._process = None

    def kill(self) -> None:
        """As if the machine had lost it: SIGKILL to the server and its workers."""
        if self._process:
            kill_group(self._process)
            self._process = None

    def close(self) -> None:
        """End it; a server without a data folder leaves nothing behind."""
        self.stop(immediate=self._temporary)
        if self._temporary:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _cluster(self) -> Path:
        return self._folder / "cluster"

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self._programs.user:
            shutil.chown(folder, self._programs.user)

    def _drop_stale_pid_file(self) -> None:
        """After a crash the number in the file may belong to another program; the server would refuse to start."""
        file = self._cluster / "postmaster.pid"
        name = Path("/proc/self/comm")
        if file.exists() and name.exists():
            name = Path(f"/proc/{file.read_text().split()[0]}/comm")
            if not name.exists() or name.read_text().strip() != "postgres":
                file.unlink()

    def _initialise(self) -> None:
        password_file = self._folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        if self._programs.user:
            shutil.chown(password_file, self._programs.user)
        command = [str(self._programs.folder / "initdb"), "-D", str(self._cluster), "-U", OWNER, "-E", "UTF8"]
        options = ["--locale=C", "--auth=scram-sha-256", f"--pwfile={password_file}"]
        done = outcome([*command, *options], user=self._programs.user)
        password_file.unlink()
        if done.returncode:
            raise LocalError(f"PostgreSQL could not make {self._cluster}: remove the folder\n{done.stdout}")

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                psycopg.connect(self.dsn(), connect_timeout=2).close()
                return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    self.stop()
                    raise LocalError(
                        f"{self._folder} was made with another password: give that, or remove it"
                    ) from error
            if process.poll() is not None:
                raise LocalError(f"PostgreSQL ended while starting; its log {self._log}:\n{last_lines(self._log)}")
            time.sleep(0.05)
        self.kill()
        raise LocalError(f"PostgreSQL was not ready after {START_SECONDS} s; see {self._log}\n{last_lines(self._log)}")
