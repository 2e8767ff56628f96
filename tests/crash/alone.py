"""One service by itself, as a process on its own database and topics: what it hears is told by hand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psycopg
from confluent_kafka import Producer
from recado_chassis.crash import SETTING
from recado_chassis.mapper import Mapper
from recado_chassis.producing.headers import InboundHead, inbound_headers, source_of, stored_headers
from recado_chassis.verifying.outside import JOURNAL
from recado_events.event import Event
from recado_events.ids import OrganisationId

from deploy.local.ports import free_port
from deploy.local.process import kill_group
from deploy.local.programs import clean_environment
from tests.crash.settling import behind, ends_of
from tests.harness.nursery import Nursling, started
from tests.harness.on_database import PUBLIC_KEY, told
from tests.libs.chassis.edges.test_program import recado

_PATIENCE = 60.0
Json = dict[str, Any]


class Outside:
    """A simulator that says what it is told to say: which webhooks it sent, and that all were acknowledged."""

    def __init__(self, folder: Path) -> None:
        self._journal = folder / JOURNAL
        self._journal.parent.mkdir(parents=True)
        self._webhooks: list[Json] = []
        self._sends: list[Json] = []
        answers: dict[str, Any] = {
            "/control/webhooks": {"webhooks": self._webhooks},
            "/control/sends": self._sends,
            "/control/templates/submissions": [],
        }

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(answers[self.path.partition("?")[0]]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def acknowledged(self, body: Json) -> None:
        """A webhook that was answered with 200."""
        delivery = uuid.uuid4().hex
        self._webhooks.append({"id": delivery, "state": "delivered"})
        line = {"kind": "Delivery", "value": {"id": delivery, "body": body, "done": False}}
        with self._journal.open("a") as journal:
            journal.write(json.dumps(line, separators=(",", ":")) + "\n")

    def accepted(self, message_id: uuid.UUID) -> None:
        """A template message of ours, which Meta took."""
        tag = f"v1.{message_id.hex}.1.{'0' * 16}"
        self._sends.append({"id": wamid_of(message_id), "type": "template", "biz_opaque_callback_data": tag})

    def told_of(self, message_id: uuid.UUID, status: str) -> None:
        """A status of it, which was acknowledged."""
        told = {"statuses": [{"id": wamid_of(message_id), "status": status}]}
        self.acknowledged({"entry": [{"changes": [{"field": "messages", "value": told}]}]})


def wamid_of(message_id: uuid.UUID) -> str:
    return f"wamid.{message_id.hex}"


class Alone:
    """`settings` are more of its RECADO_ variables."""

    def __init__(
        self, service: str, dsn: str, kafka: str, prefix: str, folder: Path, *, simulator: str, **settings: str
    ) -> None:
        self.service = service
        self.dsn = dsn
        self.prefix = prefix
        self.organisation = OrganisationId(uuid.uuid4())
        self._kafka = kafka
        self._folder = folder
        self._positions: dict[str, int] = {}
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.told = {
            "RECADO_DATABASE": dsn,
            "RECADO_KAFKA": kafka,
            "RECADO_TOPIC_PREFIX": prefix,
            "RECADO_HTTP_PORT": str(port),
            "RECADO_JWT_PUBLIC_KEY": PUBLIC_KEY,
            "RECADO_ALIAS_KEY": "ab" * 32,
            **settings,
        }
        self._process: Nursling | None = None
        done = recado("topics", "create", "--replicas", "1", **self.told)
        assert done.returncode == 0, done.stderr
        self.endpoints = folder / "endpoints.json"
        endpoints: Json = {"databases": {service: dsn}, "kafka": kafka, "simulator": simulator}
        if provider := settings.get("RECADO_PAYMENTS_URL"):
            endpoints["payments"] = provider
        self.endpoints.write_text(json.dumps(endpoints))

    def meets(self, simulator: str, **settings: str) -> None:
        """Another outside world, before it is started."""
        self.told |= settings
        self.endpoints.write_text(json.dumps({**json.loads(self.endpoints.read_text()), "simulator": simulator}))

    # Its process -----------------------------------------------------------------------------------

    def start(self, mistake: str | None = None, point: str | None = None) -> None:
        program = ["-m", "tests.crash.planted", mistake, self.service] if mistake else ["-m", self.service]
        extra = {SETTING: point} if point else {}
        with (self._folder / "log").open("ab") as output:
            self._process = started(
                [sys.executable, *program],
                {**clean_environment(os.environ), **self.told, **extra},
                stdout=output.fileno(),
                stderr=subprocess.STDOUT,
            )
        if point is None:
            self.until(self.is_ready, "it is ready")

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=2).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def dies(self) -> bool:
        """Whether it was killed at its point."""
        assert self._process is not None
        return self._process.wait(_PATIENCE) == -signal.SIGKILL

    def stop(self) -> None:
        if self._process is not None:
            kill_group(self._process)

    # What it hears ---------------------------------------------------------------------------------

    def tells(self, owner: str, *events: Event) -> None:
        """As the owner's relay publishes them, all into one partition."""
        mapper = Mapper(type(event) for event in events)
        for each in map(told, events):
            position = self._positions[owner] = self._positions.get(owner, 0) + 1
            head, data = mapper.split(mapper.encode(each.event, each.envelope))
            headers = stored_headers(head, position, source_of(owner, "log-1"))
            self._produce(f"recado.{owner}.v1", each.event.key.encode(), data, headers)

    def receives(self, kind: str, number: str, update: Json) -> None:
        """As the gateway passes an update on."""
        head = InboundHead(
            uuid.uuid4(), kind, "/recado/gateway", f"customer-{number}", datetime.now(UTC), "story", self.organisation
        )
        value = {
            "organisation_id": str(self.organisation),
            "waba_id": "102290129340398",
            "phone_number_id": number,
            "field": "messages",
            "received_at": time.time_ns() // 1_000,
            "update": update,
        }
        key = f"{self.organisation}:{number}".encode()
        self._produce("recado.inbound.v1", key, json.dumps(value).encode(), inbound_headers(head))

    def _produce(self, topic: str, key: bytes, value: bytes, headers: Any) -> None:
        producer = Producer({"bootstrap.servers": self._kafka, "log_level": 0})
        producer.produce(self.prefix + topic, value, key, 0, headers=headers)
        assert producer.flush(20) == 0, "the broker took it"

    # How it ends -----------------------------------------------------------------------------------

    def rests(self) -> None:
        """Until everything is read, published and shown, and nothing came of it for a moment."""
        ends: list[int | None] = []

        def is_still() -> bool:
            ends.append(self._rests_at())
            if len(ends) > 1 and ends[-1] is not None and ends[-1] == ends[-2]:
                return True
            time.sleep(0.3)
            return False

        self.until(is_still, "everything is worked off")

    def _rests_at(self) -> int | None:
        """The log's end; None while somebody is behind it."""
        with closing(psycopg.connect(self.dsn, autocommit=True)) as connection:
            ends = ends_of(self._kafka, self.prefix)
            if sum(ends.values()) and not connection.execute("SELECT 1 FROM inbox").fetchone():
                return None
            late, end = behind(connection, ends)
            return None if late else end

    def until(self, fits: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not fits():
            assert time.monotonic() < deadline, (
                f"waited in vain until {what}: {(self._folder / 'log').read_text()[-2000:]}"
            )
            time.sleep(0.1)

    def differing(self) -> dict[str, int]:
        """What `recado verify` finds different, by name; it says so by its exit code too."""
        done = recado("verify", "--endpoints", str(self.endpoints), "--json", **self.told)
        assert done.returncode in (0, 1), done.stderr
        found = {each["name"]: each["value"] for each in json.loads(done.stdout)["figures"] if each["differs"]}
        assert done.returncode == (1 if found else 0)
        return found
