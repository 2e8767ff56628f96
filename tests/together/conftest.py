"""conversations and crm on databases of their own, joined without a broker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest
from conversations import main as conversations
from crm import main as crm

from tests.harness.on_database import ServiceOnDatabase, prepare
from tests.servers.database_factory import DatabaseFactory
from tests.together.services import Services

PREPARED = {main: partial(prepare, main) for main in (conversations, crm)}


@pytest.fixture
async def services(database: DatabaseFactory) -> AsyncIterator[Services]:
    talks, book = (ServiceOnDatabase(main, database(PREPARED[main])) for main in (conversations, crm))
    async with talks.http() as at_talks, book.http() as at_book:
        yield Services(talks, book, at_talks, at_book)
    talks.close()
    book.close()
