"""A webhook's body on its way through door, conversations and crm, on real databases and without a broker."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from types import ModuleType
from uuid import UUID, uuid4

import httpx
from conversations import main as conversations
from crm import main as crm
from gateway.adapters.door.raw_records import Arrival, RawRecords
from gateway.adapters.door.routing import Route
from gateway.adapters.door.splitting import updates_of
from recado_chassis.consuming.batch import Batch
from recado_chassis.consuming.decoding import Decoder
from recado_chassis.fingerprints import Fingerprints
from recado_chassis.store import InboxRow
from recado_events.catalogue import INBOUND
from recado_events.conversations import PUBLISHED, ConversationOpened
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId

from tests.harness.on_database import Record, ServiceOnDatabase, prepare, token
from tests.servers.database_factory import DatabaseFactory

PREPARED = {service: partial(prepare, service) for service in (conversations, crm)}
"""One for all tests: databases are copied from what each of them made once."""
PLACE = INBOUND.name, 0


class Chain:
    """One organisation. All is worked off when `takes` returns, except what is shown: see `is_shown`."""

    def __init__(self, database: DatabaseFactory) -> None:
        self.organisation = OrganisationId(uuid4())
        self.conversations = _service(conversations, database)
        self.crm = _service(crm, database)
        self._decoder = Decoder(self.conversations.service.hears)
        self._records = RawRecords(Fingerprints(b"k" * 32))
        self._offset = 0
        self._told = 0
        self._seen = 0
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True
        self.conversations.close()
        self.crm.close()

    def takes(self, body: bytes, at: datetime | None = None) -> None:
        """What Meta posted, received at that time; crm hears what conversations tells of it."""
        arrival = Arrival(at or datetime.now(UTC), Cause("a test"))
        route = Route("served", self.organisation)
        made = [self._records.record(uuid4(), update, route, arrival) for update in updates_of(body)]
        records = [Record(*PLACE, at, each.key, each.value, each.headers) for at, each in enumerate(made, self._offset)]
        rows = self._rows()
        self._offset += len(records)
        Batch(self.conversations.service.streams, rows, [self._decoder.read(record) for record in records]).work_off()
        self._tell()

    @property
    def parked(self) -> list[str]:
        """Why each was, in the order of arrival."""
        stores = (self.conversations.store, self.crm.store)
        return [row.reason for store in stores for row in store.parked(limit=1000)]

    @property
    def is_conserved(self) -> bool:
        """Whether every record that was taken is counted once."""
        (row,) = self.conversations.store.inbox()
        return row.accepted + row.refused + row.duplicate + row.parked == self._offset

    def facts(self) -> list[str]:
        """The kinds of all facts, in the order in which the services recorded them."""
        logs = (self.conversations, self.crm)
        return [type(fact).__name__ for service in logs for fact in service.facts()]

    def new_conversations(self) -> set[UUID]:
        """Those that were opened since this was asked last."""
        opened = [fact.conversation_id for fact in self.conversations.facts(ConversationOpened)]
        new, self._seen = set(opened[self._seen :]), len(opened)
        return new

    def end_of(self, service: str) -> int:
        return {"conversations": self.conversations, "crm": self.crm}[service].store.end()

    def is_shown(self, seconds: float = 5.0) -> bool:
        """Whether every view comes to the end of its log."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if all(_is_shown(service) for service in (self.conversations, self.crm)):
                return True
            time.sleep(0.02)
        return False

    @asynccontextmanager
    async def people(self) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
        """An administrator at each service."""
        headers = token("administrator", self.organisation)
        async with self.conversations.http(headers) as talks, self.crm.http(headers) as contacts:
            yield {"conversations": talks, "crm": contacts}

    def _rows(self) -> dict[tuple[str, int], InboxRow]:
        if not self._offset:
            self.conversations.store.adopt(InboxRow(*PLACE, topic_id="topic-1", next_offset=0))
        return {(row.topic, row.partition): row for row in self.conversations.store.inbox()}

    def _tell(self) -> None:
        mapper = self.conversations.service.streams.mapper
        rows = self.conversations.store.read(self._told, 100_000)
        recorded = [mapper.decode(row.state, row.position) for row in rows]
        self._told = self.conversations.store.end()
        self.crm.hears(*[each for each in recorded if isinstance(each.event, PUBLISHED)])


def _service(main: ModuleType, database: DatabaseFactory) -> ServiceOnDatabase:
    return ServiceOnDatabase(main, database(PREPARED[main]))


def _is_shown(service: ServiceOnDatabase) -> bool:
    names = [projection.name for projection in service.service.shows]
    return service.store.projected(names) >= service.store.end()
