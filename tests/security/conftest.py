"""A system of this folder's own, for what is parked here would be found in the journeys; and chains on databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from deploy.local.provider import Postgres
from tests.journeys.conftest import databases, running, world
from tests.journeys.world import World
from tests.security.chain import Chain
from tests.security.street import Street
from tests.security.tenants import Tenant
from tests.servers.database_factory import DatabaseFactory, Prepare

__all__ = ["databases", "running", "world"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests here that need no running system need not wait for those that share it."""
    for item in items:
        alone = item.path.parent == Path(__file__).parent and "running" not in getattr(item, "fixturenames", ())
        if alone:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture
def street(world: World) -> Street:
    return Street(world)


@pytest.fixture
def tenant(world: World) -> Tenant:
    """Another organisation than the seeded one; of this test alone."""
    return Tenant.new(world)


@pytest.fixture(scope="module")
def chains(postgres: Postgres, database_templates: dict[Prepare, str]) -> Iterator[Callable[[], Chain]]:
    """The chain that tests of a module share; another one where the last test closed it."""
    factory = DatabaseFactory(postgres, database_templates)
    made: list[Chain] = []

    def current() -> Chain:
        if not made or made[-1].is_closed:
            made.append(Chain(factory))
        return made[-1]

    with capture_logs():
        yield current
    for chain in made:
        chain.close()
    factory.drop_all()
