"""Templates in PostgreSQL: one row each, and a line for each thing that happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import orjson
from psycopg import Connection
from pydantic import TypeAdapter
from recado_chassis.mapper import Placed
from recado_events.templates import OfTemplate

from templates.views import Row, fold, line

ROW = TypeAdapter(Row)
LOAD = "SELECT row FROM templates WHERE template_id = %s"
SAVE = """
INSERT INTO templates (template_id, organisation_id, waba_id, name, language, state, category, pending_since,
    is_overdue, row)
VALUES (%(template_id)s, %(organisation_id)s, %(waba_id)s, %(name)s, %(language)s, %(state)s, %(category)s,
    %(pending_since)s, %(is_overdue)s, %(row)s)
ON CONFLICT (template_id) DO UPDATE SET name = excluded.name, language = excluded.language, state = excluded.state,
    category = excluded.category, pending_since = excluded.pending_since, is_overdue = excluded.is_overdue,
    row = excluded.row
"""
LINE = """
INSERT INTO history (template_id, position, what, at, by, details)
VALUES (%(template_id)s, %(position)s, %(what)s, %(at)s, %(by)s, %(details)s)
"""


class TemplateRows:
    """The projection behind every screen of templates."""

    name = "templates"
    ddl = files("templates.adapters.postgres").joinpath("templates.sql").read_text()

    def write(self, connection: Connection[Any], page: Sequence[Placed]) -> None:
        for event, position, _ in page:
            if isinstance(event, OfTemplate):
                _save(connection, event)
                _tell(connection, event, position)


def _save(connection: Connection[Any], event: OfTemplate) -> None:
    found = connection.execute(LOAD, [event.template_id]).fetchone()
    row = fold(None if found is None else ROW.validate_json(found[0]), event)
    template = row.template
    form = template.form or template.live
    values = {
        "template_id": event.template_id,
        "organisation_id": event.organisation_id,
        "waba_id": event.waba_id,
        "name": form.name if form else "",
        "language": form.language if form else "",
        "state": template.state,
        "category": template.category,
        "pending_since": template.pending_since,
        "is_overdue": template.overdue,
        "row": ROW.dump_json(row),
    }
    connection.execute(SAVE, values)


def _tell(connection: Connection[Any], event: OfTemplate, position: int) -> None:
    told = line(event)
    if told is not None:
        values = {"what": told.what, "at": told.at, "by": told.by, "details": orjson.dumps(told.details)}
        connection.execute(LINE, {"template_id": event.template_id, "position": position, **values})
