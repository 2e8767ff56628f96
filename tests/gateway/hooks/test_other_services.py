"""What other services told is delivered too: their logs are read from where they answer, as any service does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any
from uuid import uuid4

import pytest_asyncio
from crm import main as crm
from crm.application.folds import FOLDS
from recado_chassis.http.app import create_app
from recado_chassis.running.server import HttpServer
from recado_chassis.work import Work
from recado_events.crm import ContactCreated, ContactDetails
from recado_events.envelope import Cause
from recado_events.ids import ContactId, OrganisationId

from tests.gateway.hooks.receiver import Receiver
from tests.gateway.hooks.switchboard import RENAMED, Switchboard
from tests.gateway.hooks.test_delivering import told
from tests.harness.on_database import ServiceOnDatabase, prepare, token
from tests.servers.database_factory import DatabaseFactory

CREATED = ContactCreated.TYPE
SERVICE = token("service", None)["Authorization"].removeprefix("Bearer ")


class Contacts:
    """crm, behind a real server."""

    def __init__(self, service: ServiceOnDatabase) -> None:
        self._service = service
        self._port = 0

    async def answers(self) -> None:
        self._server = HttpServer(create_app(self._service.service, self._service._settings), "127.0.0.1", self._port)
        await self._server.start()
        self._port = self._server.port

    async def is_away(self) -> None:
        await self._server.stop(1)

    @property
    def told(self) -> dict[str, Any]:
        """What a gateway is told of it."""
        return {"events_urls": {"crm": f"http://127.0.0.1:{self._port}"}, "service_token": SERVICE}

    def create(self, organisation: OrganisationId, *names: str) -> None:
        for name in names:
            self._service.service.streams.transact(partial(self._create, organisation, name))

    def _create(self, organisation: OrganisationId, name: str, work: Work) -> None:
        contact, at = ContactId(uuid4()), self._service.service.streams.clock.now()
        fact = ContactCreated(
            organisation_id=organisation,
            contact_id=contact,
            origin="person",
            created_at=at,
            personal=ContactDetails(name=name),
        )
        work.load({fact.stream: FOLDS["contact"]})
        work.record([fact], Cause(str(uuid4())))


@pytest_asyncio.fixture
async def contacts(database: DatabaseFactory) -> AsyncIterator[Contacts]:
    service = ServiceOnDatabase(crm, database(partial(prepare, crm)))
    contacts = Contacts(service)
    await contacts.answers()
    yield contacts
    await contacts.is_away()
    service.close()


def names(receiver: Receiver) -> list[str]:
    return [request.event["data"]["personal"]["name"] for request in receiver.requests]


async def test_two_organisations_hear_of_their_own_contacts_alone(dsn: str, contacts: Contacts) -> None:
    async with Switchboard(dsn, **contacts.told) as board, Receiver() as mine, Receiver() as others:
        theirs = OrganisationId(uuid4())
        contacts.create(board.organisation, "before")
        await board.subscribes(mine.url, [CREATED])
        await board.subscribes(others.url, [CREATED], organisation=theirs)
        async with board.notifying():
            contacts.create(board.organisation, "Ana")
            contacts.create(theirs, "Bia", "Caio")
            contacts.create(board.organisation, "Davi")
            await asyncio.gather(told(mine, 2), told(others, 2))
            await asyncio.sleep(1.2)

    assert (names(mine), names(others)) == (["Ana", "Davi"], ["Bia", "Caio"])


async def test_who_catches_up_is_given_nothing_of_others_events(
    dsn: str, contacts: Contacts, receiver: Receiver
) -> None:
    async with Switchboard(dsn, **contacts.told) as board:
        theirs, given = OrganisationId(uuid4()), list[Mapping[str, Any]]()
        contacts.create(theirs, *(f"{number}" for number in range(60)))
        contacts.create(board.organisation, "Ana")
        board.happens(*(f"{number}" for number in range(60)), organisation=theirs)
        board.happens("Bia")
        for source in ("crm", "gateway"):
            page = await board.notifier._logs.page(source, 0, board.organisation)
            given += page.events
            assert page.next == page.end > 60
        path = f"/{(await board.subscribes(receiver.url, [CREATED]))['subscription_id']}"
        await board.asks("POST", f"{path}/replay", {"source": "crm", "after": 0})
        async with board.notifying():
            await told(receiver, 1)

    assert {event["tenantid"] for event in given} == {str(board.organisation)}
    assert names(receiver) == ["Ana"]


async def test_a_service_that_is_away_keeps_no_other_log_waiting_and_is_heard_when_it_is_back(
    dsn: str, contacts: Contacts, receiver: Receiver
) -> None:
    async with Switchboard(dsn, **contacts.told) as board:
        await board.subscribes(receiver.url, [CREATED, RENAMED])
        await contacts.is_away()
        async with board.notifying():
            contacts.create(board.organisation, "Ana")
            board.happens("Bia")
            await told(receiver, 1)
            assert receiver.names == ["Bia"]
            await contacts.answers()
            board.time_passes()
            await told(receiver, 2)

    assert receiver.requests[1].event["type"] == CREATED
