"""billing from its own build(), on a real database, against a simulator of the payment provider in its own process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from functools import partial

import pytest
from billing import main

from tests.billing.office import Office
from tests.billing.provider import PaymentsProcess, Provider
from tests.harness.on_database import prepare
from tests.servers.database_factory import DatabaseFactory

PREPARED = partial(prepare, main)


@pytest.fixture(scope="session")
def payments_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaymentsProcess]:
    with closing(PaymentsProcess(tmp_path_factory.mktemp("payments"))) as process:
        yield process


@pytest.fixture
def provider(payments_process: PaymentsProcess) -> Iterator[Provider]:
    with closing(Provider(payments_process.url)) as client:
        yield client


@pytest.fixture
async def office(database: DatabaseFactory, provider: Provider) -> AsyncIterator[Office]:
    async with Office(database(PREPARED), provider) as office:
        await office.opens()
        yield office
