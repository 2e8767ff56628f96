"""One Hypothesis profile for all tests, and which tests stay together when they run on several processes."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

settings.register_profile(
    "recado",
    deadline=None,
    max_examples=60,
    derandomize="CI" in os.environ,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("recado")

ONE_SYSTEM = ("journeys", "security", "crash")
"""Folders whose tests need a whole system: they share one, or have the machine to themselves beside those that do."""
APART = {
    f"security/test_{name}.py"
    for name in ("patterns", "permissions", "redelivery", "scanner", "settings", "strange_updates")
}
"""What stands in those folders by its subject, and needs no whole system."""
LONG = (*ONE_SYSTEM, "servers")
"""Folders whose tests take longest; they begin first, so that nobody waits for them alone at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stable, so that a folder's files stay together."""
    for item in items:
        if _file(item.nodeid) in APART and "running" in getattr(item, "fixturenames", ()):
            raise pytest.UsageError(f"{item.nodeid} needs the running system: its file is not APART")
    items.sort(key=lambda item: _rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """A file's tests share its servers, so they run in one process; so do all tests of the running system."""
    return OneProcessEach(config, log)


class OneProcessEach(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Not `loadgroup`: it writes its groups into node ids, which pytest no longer reads back."""

    def _split_scope(self, nodeid: str) -> str:
        apart = _file(nodeid) in APART or _folder(nodeid) not in ONE_SYSTEM
        return nodeid.partition("::")[0] if apart else "the running system"


def _rank(nodeid: str) -> int:
    folder = _folder(nodeid)
    return LONG.index(folder) if folder in LONG else len(LONG)


def _folder(nodeid: str) -> str:
    return _file(nodeid).partition("/")[0]


def _file(nodeid: str) -> str:
    return nodeid.removeprefix("tests/").partition("::")[0]
