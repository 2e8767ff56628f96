"""One Hypothesis profile for all tests, and which tests stay together when they run on several processes."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "recado",
    deadline=None,
    derandomize="CI" in os.environ,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("recado")

ONE_SYSTEM = ("journeys", "security")
"""Folders whose tests share one running system."""


@pytest.hookimpl(tryfirst=True)  # the groups must be there when xdist looks for them
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests share its servers, so they run in one process; so do all tests of the running system."""
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent / "tests").parts[0]
        item.add_marker(pytest.mark.xdist_group("system" if folder in ONE_SYSTEM else str(item.path)))
