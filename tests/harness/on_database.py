"""A service from its own `build()` on a real database: facts in, facts out, HTTP through ASGI. No broker."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from recado_chassis.caller import CallerRole
from recado_chassis.consuming.batch import Batch
from recado_chassis.consuming.decoding import Decoder
from recado_chassis.following.projections import Projector, Shown
from recado_chassis.following.rebuild import digest, rebuild
from recado_chassis.http.app import create_app
from recado_chassis.mapper import Mapper, Recorded
from recado_chassis.producing.headers import Headers, InboundHead, inbound_headers, source_of, stored_headers
from recado_chassis.running.periodic import Periodic
from recado_chassis.service import Service
from recado_chassis.store import InboxRow
from recado_chassis.storing.migrate import migrate
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.toolbox import Toolbox
from recado_events.catalogue import INBOUND
from recado_events.envelope import Cause, Envelope
from recado_events.event import Event
from recado_events.ids import OrganisationId
from starlette.types import ASGIApp

KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC_KEY = (
    KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
)
SETTINGS: dict[str, Any] = {
    "kafka": "127.0.0.1:1",
    "jwt_public_key": PUBLIC_KEY,
    "alias_key": "ab" * 32,
}


def prepare(service: ModuleType, dsn: str) -> None:
    """Brings a database to what the service expects; `database(partial(prepare, main))` copies its outcome."""
    package = Path(service.__file__ or "").parent
    migrate(dsn, package / "migrations", service.SHOWS)


def token(
    role: CallerRole,
    organisation_id: UUID | None,
    user_id: UUID | None = None,
    profile_id: UUID | None = None,
    seconds: int = 3600,
) -> dict[str, str]:
    """The Authorization header of somebody, good for so many seconds."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": "recado",
        "aud": "recado",
        "sub": str(user_id or uuid4()),
        "role": role,
        "iat": now,
        "exp": now + seconds,
    }
    if organisation_id is not None:
        claims["organisation_id"] = str(organisation_id)
    if profile_id is not None:
        claims["profile_id"] = str(profile_id)
    return {"Authorization": f"Bearer {jwt.encode(claims, KEY, algorithm='ES256')}"}


def told(event: Event) -> Recorded:
    """An event of another service as its log has it, for `ServiceOnDatabase.hears`."""
    now = datetime.now(UTC)
    envelope = Envelope(
        id=uuid4(),
        type=event.TYPE,
        subject=event.subject,
        time=event.happened_at,
        organisation_id=event.organisation_id,
        stream=event.stream,
        sequence=1,
        recorded_at=now,
        cause=Cause("story"),
    )
    return Recorded(event, envelope)


class Record(NamedTuple):
    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: Headers


@dataclass
class ServiceOnDatabase:
    """`main` is the service's module with `build` and `SHOWS`."""

    main: ModuleType
    dsn: str
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store = PostgresStore(self.dsn)
        settings = self.main.Settings(database=self.dsn, **SETTINGS, **self.options)
        self.service = self.main.build(settings, Toolbox(self.store, connection=self.store.connection))
        self._decoder = Decoder(self.service.hears, "")
        self._offsets: dict[str, int] = {}
        self._settings = settings
        self._projector = Projector(self.dsn, self.service.shows, self.service.streams.mapper)
        self._projector.start()
        names = [projection.name for projection in self.service.shows]
        self._shown = Shown(lambda: self.store.projected(names))

    def digests(self) -> list[str]:
        """Of each view as it stands."""
        return [digest(self.dsn, view) for view in self.service.shows]

    def rebuild(self) -> None:
        """Every view, from the log."""
        for view in self.service.shows:
            rebuild(self.dsn, view, self.service.streams.mapper)

    def close(self) -> None:
        self._projector.stop()
        self.store.close()

    @asynccontextmanager
    async def http(
        self, headers: dict[str, str] | None = None, around: Callable[[ASGIApp], ASGIApp] = lambda app: app
    ) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(self.service, self._settings, wait_for=self._shown.wait_for)
        transport = httpx.ASGITransport(app=around(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers) as client:
            yield client

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """With what the service runs in every process."""
        always = [asyncio.create_task(each.run()) for each in self.service.always]
        try:
            yield
        finally:
            for task in always:
                task.cancel()
            await asyncio.gather(*always, return_exceptions=True)

    async def shown(self) -> None:
        """Waits until every view shows the whole log."""
        assert await self._shown.wait_for(self.store.end(), 10)

    # Facts in ------------------------------------------------------------------------------------

    def hears(self, *recorded: Recorded) -> None:
        """Events of other services, as their relays publish them."""
        mapper = Mapper(type(each.event) for each in recorded)
        records = [self._event_record(mapper, each) for each in recorded]
        self._work_off(records)

    def receives(self, kind: str, organisation_id: UUID | None, *bodies: dict[str, Any]) -> None:
        """Updates of Meta, as the gateway passes them on."""
        self._work_off([self._inbound_record(kind, organisation_id, body) for body in bodies])

    def _event_record(self, mapper: Mapper, each: Recorded) -> Record:
        state = mapper.encode(each.event, each.envelope)
        head, data = mapper.split(state)
        owner = each.envelope.type.split(".", 1)[0]
        topic = f"recado.{owner}.v1"
        offset = self._next(topic)
        headers = stored_headers(head, offset + 1, source_of(owner, "log-1"))
        return Record(topic, 0, offset, each.event.key.encode(), data, headers)

    def _inbound_record(self, kind: str, organisation_id: UUID | None, body: dict[str, Any]) -> Record:
        offset = self._next(INBOUND.name)
        head = InboundHead(
            id=uuid4(),
            type=kind,
            source="/recado/gateway",
            subject=f"customer-{offset}",
            time=datetime.now(UTC),
            correlation_id=str(uuid4()),
            organisation_id=None if organisation_id is None else OrganisationId(organisation_id),
        )
        return Record(INBOUND.name, 0, offset, b"key", json.dumps(body).encode(), inbound_headers(head))

    def _next(self, topic: str) -> int:
        offset = self._offsets.get(topic, 0)
        self._offsets[topic] = offset + 1
        return offset

    def _work_off(self, records: Sequence[Record]) -> None:
        rows = {(row.topic, row.partition): row for row in self.store.inbox()}
        for record in records:
            place = record.topic, record.partition
            if place not in rows:
                rows[place] = InboxRow(*place, topic_id="topic-1", next_offset=record.offset)
                self.store.adopt(rows[place])
        Batch(self.service.streams, rows, [self._decoder.read(record) for record in records]).work_off()
        assert not self.store.parked(), "a record was parked"

    # Facts out -----------------------------------------------------------------------------------

    def facts(self, kind: type[Event] | None = None) -> list[Any]:
        mapper = self.service.streams.mapper
        events = (mapper.decode(row.state, row.position).event for row in self.store.read(0, 100_000))
        return [event for event in events if kind is None or isinstance(event, kind)]


def periodic(service: Service, name: str) -> Periodic:
    """What workers of the service do again and again under that name."""
    return next(each for each in service.also if isinstance(each, Periodic) and each.name == name)
