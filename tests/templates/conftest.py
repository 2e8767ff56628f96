"""A fresh stage for every test of the rules; a fresh database with one office for every test of the service."""

from __future__ import annotations

import pytest

from tests.templates.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()
