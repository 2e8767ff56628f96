"""One real Apache Kafka broker (KRaft, one node) as a child process."""

import base64
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

from deploy.local.errors import LocalError
from deploy.local.kafka_jars import kafka_jars
from deploy.local.kafka_ready import answers
from deploy.local.ports import free_port
from deploy.local.process import end, kill_group, last_lines, outcome, spawn
from deploy.local.system_packages import java

START_SECONDS = 60
STOP_SECONDS = 20
MEMORY = ["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]

SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={log_dirs}
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=2
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.cleaner.dedupe.buffer.size=16777216
"""

LOGGING = """\
status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %-5p %c{1} %m%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
"""


class NativeKafka:
    """A broker on 127.0.0.1. Given a `data` folder it keeps what it holds; otherwise all goes with `close`.

    `start` returns when the broker answers Metadata and a first group join; `stop` and `kill` leave port and data as
    they are, so that the next `start` is the same broker again.
    """

    backend = "native Apache Kafka"

    def __init__(self, data: Path | None = None, port: int | None = None, log: Path | None = None) -> None:
        self._temporary = data is None
        self._data = data or Path(tempfile.mkdtemp(prefix="recado-kafka-"))
        self._port = port
        self._log = log or self._data / "broker.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        if self._port is None:
            raise LocalError("this broker has no address yet: start it first")
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        if self.pid:
            return
        self._data.mkdir(parents=True, exist_ok=True)
        self._port = self._port or free_port()
        self._write_settings(self._port)
        if not (self._data / "log" / "meta.properties").exists():
            self._format()
        with self._log.open("ab") as output:
            command = self._java(*MEMORY, f"-Dlog4j2.configurationFile={self._data}/log4j2.properties", "kafka.Kafka")
            self._process = spawn([*command, str(self._settings)], output=output, directory=self._data)
        self._await_ready(self._process)

    def stop(self) -> None:
        """A clean stop, as SIGTERM makes it."""
        if self._process:
            end(self._process, signal.SIGTERM, STOP_SECONDS)
            self._process = None

    def kill(self) -> None:
        """As if the machine had lost it: SIGKILL."""
        if self._process:
            kill_group(self._process)
            self._process = None

    def close(self) -> None:
        """End it; a broker without a data folder leaves nothing behind."""
        if not self._temporary:
            self.stop()
        else:
            self.kill()
            shutil.rmtree(self._data, ignore_errors=True)

    @property
    def _settings(self) -> Path:
        return self._data / "server.properties"

    def _java(self, *arguments: str) -> list[str]:
        return [java(), "-cp", f"{kafka_jars()}/*", *arguments]

    def _write_settings(self, port: int) -> None:
        log_dirs = self._data / "log"
        controller = free_port(frozenset({port}))
        self._settings.write_text(SETTINGS.format(port=port, controller=controller, log_dirs=log_dirs))
        (self._data / "log4j2.properties").write_text(LOGGING)

    def _format(self) -> None:
        cluster = "R" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
        tool = ["kafka.tools.StorageTool", "format", "--standalone", "-t", cluster, "-c", str(self._settings)]
        logging = f"-Dlog4j2.configurationFile={self._data}/log4j2.properties"
        done = outcome(self._java(*MEMORY, logging, *tool))
        if done.returncode:
            raise LocalError(f"Kafka could not format {self._data}: remove the folder\n{done.stdout}")

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise LocalError(f"Kafka ended while starting; its log {self._log} says:\n{last_lines(self._log)}")
            if answers(self.bootstrap, within=2):
                return
            time.sleep(0.1)
        self.kill()
        raise LocalError(f"Kafka was not ready after {START_SECONDS} s; see {self._log}\n{last_lines(self._log)}")
