"""Both tables about templates, as one thing to hand over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from psycopg import Connection

from gateway.adapters.postgres.sightings import SeenTemplates
from gateway.adapters.postgres.template_line import PendingTemplateRequests


class TemplateTables:
    """Implements `template_ports.Tables`."""

    def __init__(self, connection: Callable[[], AbstractContextManager[Connection[Any]]]) -> None:
        self.line = PendingTemplateRequests(connection)
        self.sightings = SeenTemplates(connection)
