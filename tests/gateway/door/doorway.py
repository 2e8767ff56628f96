"""A gateway as a process of its own, and what stands behind it: its database and the topics it writes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
from aiokafka import ConsumerRecord
from gateway.application.folds import CHANNEL
from gateway.domain.channel import channel_stream
from gateway.domain.private import PRIVATE
from gateway.domain.tags import Tags
from recado_chassis.producing.headers import InboundHead, read_inbound
from recado_chassis.producing.topics import create_topics
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.toolbox import Toolbox
from recado_chassis.trust import trust_store
from recado_events.catalogue import INBOUND, QUARANTINE, TOPICS
from recado_events.envelope import Cause
from recado_events.gateway import PUBLISHED, ChannelConnectionStarted, ChannelDisconnected
from recado_events.ids import OrganisationId, PhoneNumberId, UserId, WabaId

from deploy.local.provider import Kafka
from tests.gateway.meta import APP_ID, APP_SECRET, VERIFY_TOKEN
from tests.harness.on_database import PUBLIC_KEY
from tests.libs.chassis.edges.running import Running
from tests.libs.chassis.producing.topic_contents import contents
from tests.simulator.bodies import Line, envelope
from tests.simulator.bodies.envelope import messaging_value
from tests.simulator.signing import JsonObject, meta_json, signed_headers

OLD_SECRET = "app-secret-before-the-rotation"
TAG_KEY = "cd" * 32
PATH = "/webhooks/whatsapp"
PATIENCE = 30.0

_numbers = count(106_540_352_242_922)


@dataclass(frozen=True)
class Told:
    """A record that was published."""

    head: InboundHead
    key: str
    value: bytes
    headers: list[tuple[str, bytes]]

    @property
    def body(self) -> Any:
        return json.loads(self.value)

    @property
    def text(self) -> bytes:
        """The update's own text. It stands last."""
        return self.value.split(b'],"update":', 1)[1][:-1]


class Doorway:
    """Every test takes lines and organisations of its own; the process and its servers are shared."""

    def __init__(self, kafka: Kafka, dsn: str, prefix: str, **told: str) -> None:
        self.kafka = kafka
        self.dsn = dsn
        self.prefix = prefix
        self.environment = {
            "RECADO_KAFKA": kafka.bootstrap,
            "RECADO_TOPIC_PREFIX": prefix,
            "RECADO_DATABASE": dsn,
            "RECADO_HTTP_PORT": "0",
            "RECADO_JWT_PUBLIC_KEY": PUBLIC_KEY,
            "RECADO_ALIAS_KEY": "ab" * 32,
            "RECADO_TOKEN_KEY": "a" * 43,
            "RECADO_TAG_KEY": TAG_KEY,
            "RECADO_APP_ID": APP_ID,
            "RECADO_APP_SECRETS": json.dumps([APP_SECRET, OLD_SECRET]),
            "RECADO_VERIFY_TOKEN": VERIFY_TOKEN,
            **told,
        }
        create_topics(kafka.bootstrap, TOPICS, prefix)
        self.running = self.start()
        self.http = httpx.Client(timeout=30, verify=trust_store())
        self.tags = Tags(bytes.fromhex(TAG_KEY))

    def start(self) -> Running:
        return Running(self.environment, "gateway")

    def close(self) -> None:
        self.http.close()
        self.running.close()

    # Who is served -------------------------------------------------------------------------------

    def line(self, waba_id: str | None = None) -> Line:
        """A number that nobody serves yet."""
        number = next(_numbers)
        return Line(waba_id or f"9{number}", str(number))

    def served(self, organisation: UUID | None = None, waba_id: str | None = None) -> tuple[Line, UUID]:
        line, organisation = self.line(waba_id), organisation or uuid4()
        self.begin(line, organisation)
        return line, organisation

    def begin(self, line: Line, organisation: UUID, at: datetime | None = None) -> None:
        self._append(
            ChannelConnectionStarted(
                organisation_id=OrganisationId(organisation),
                phone_number_id=PhoneNumberId(line.phone_number_id),
                waba_id=WabaId(line.waba_id),
                country="BR",
                time_zone="America/Sao_Paulo",
                started_by=UserId(uuid4()),
                started_at=at or datetime.now(UTC),
            )
        )

    def end(self, line: Line, organisation: UUID, ago: timedelta = timedelta()) -> None:
        self._append(
            ChannelDisconnected(
                organisation_id=OrganisationId(organisation),
                phone_number_id=PhoneNumberId(line.phone_number_id),
                reason="asked",
                disconnected_at=datetime.now(UTC) - ago,
            )
        )

    def has_heard(self) -> None:
        """Makes the process know all that was begun and ended: for a new number it reads the log to its end."""
        line = self.line()
        until(lambda: self.send(envelope(line.waba_id, "messages", messaging_value(line))).status_code == 200)

    def _append(self, fact: ChannelConnectionStarted | ChannelDisconnected) -> None:
        with closing(PostgresStore(self.dsn)) as store:
            streams = Toolbox(store).streams((*PUBLISHED, *PRIVATE))

            def decide(work: Any) -> None:
                work.load({channel_stream(fact.phone_number_id): CHANNEL})
                work.record([fact], Cause("a test"))

            streams.transact(decide)

    # What Meta does ------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.running.port()}{PATH}"

    def get(self, **query: str) -> httpx.Response:
        return self.http.get(self.url, params={f"hub.{name}": value for name, value in query.items()})

    def send(self, body: JsonObject) -> httpx.Response:
        return self.post(meta_json(body))

    def post(self, body: bytes, secret: str = APP_SECRET, **headers: str) -> httpx.Response:
        """Signed; `headers` replace or add to Meta's own."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.post_as(body, {**signed_headers(secret, body), **named})

    def post_as(
        self, body: bytes, headers: dict[str, str] | list[tuple[bytes, bytes]], query: str = ""
    ) -> httpx.Response:
        return self.http.post(self.url + query, content=body, headers=headers)

    # What became of it ---------------------------------------------------------------------------

    async def inbound(self, line: Line) -> list[Told]:
        return await self._published(INBOUND.name, line)

    async def quarantined(self, line: Line) -> list[Told]:
        return await self._published(QUARANTINE.name, line)

    async def nothing_of(self, line: Line) -> bool:
        return not await self.inbound(line) and not await self.quarantined(line)

    async def _published(self, topic: str, line: Line) -> list[Told]:
        """All that names the account, in order for each number."""
        account = b'"waba_id":"%s"' % line.waba_id.encode()
        records = await contents(self.kafka, self.prefix + topic)
        return [_told(record) for record in records if account in record.value[:200]]

    def archived(self, line: Line) -> list[dict[str, Any]]:
        query = b'SELECT * FROM inbound_archive WHERE waba_id = %s ORDER BY topic, partition, "offset"'
        with psycopg.connect(self.dsn, row_factory=psycopg.rows.dict_row) as connection:
            return connection.execute(query, [line.waba_id]).fetchall()

    def standings(self, line: Line) -> list[str]:
        """Of the account's quarantined updates."""
        return sorted(row["standing"] for row in self.archived(line) if row["standing"])


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not become true"
        time.sleep(0.05)


def _told(record: ConsumerRecord) -> Told:
    return Told(read_inbound(record.headers), record.key.decode(), record.value, list(record.headers))
