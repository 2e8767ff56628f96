"""The questions that the screens of templates ask, as SQL. Every one is about one organisation."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.rows import dict_row
from recado_events.ids import OrganisationId, TemplateId

from templates.adapters.postgres.projection import ROW
from templates.views import Filters, Row

Connect = Callable[[], AbstractContextManager[Connection[Any]]]

_PAGE = """
SELECT row FROM view_templates.templates
WHERE organisation_id = %(organisation_id)s
    AND (%(waba_id)s::text IS NULL OR waba_id = %(waba_id)s)
    AND CASE WHEN %(state)s::text IS NULL THEN state <> 'deleted' ELSE state = %(state)s END
    AND (%(language)s::text IS NULL OR language = %(language)s)
    AND (%(category)s::text IS NULL OR category = %(category)s)
    AND (%(search)s::text IS NULL OR strpos(name, %(search)s) > 0)
    AND (%(name)s::text IS NULL OR (name, language, template_id) > (%(name)s, %(last_language)s, %(template_id)s))
ORDER BY name, language, template_id LIMIT %(limit)s
"""
_ONE = "SELECT row FROM view_templates.templates WHERE organisation_id = %s AND template_id = %s"
_HISTORY = """
SELECT position, what, at, by, details FROM view_templates.history
WHERE template_id = %s AND (%s::bigint IS NULL OR position < %s) ORDER BY position DESC LIMIT %s
"""
_OVERDUE = """
SELECT organisation_id, template_id FROM view_templates.templates
WHERE state = 'pending' AND NOT is_overdue AND pending_since <= %s ORDER BY pending_since LIMIT %s
"""


class TemplateQuestions:
    """Implements `views.Questions`."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def templates_of(
        self, organisation_id: OrganisationId, filters: Filters, after: tuple[str, str, UUID] | None, limit: int
    ) -> list[Row]:
        name, language, template_id = after or (None, None, None)
        values = {
            "organisation_id": organisation_id,
            "waba_id": filters.waba_id,
            "state": filters.state,
            "language": filters.language,
            "category": filters.category,
            "search": filters.search,
            "name": name,
            "last_language": language,
            "template_id": template_id,
            "limit": limit,
        }
        with self._connect() as connection:
            rows = connection.execute(_PAGE, values).fetchall()
        return [ROW.validate_json(bytes(row)) for (row,) in rows]

    def template(self, organisation_id: OrganisationId, template_id: UUID) -> Row | None:
        with self._connect() as connection:
            found = connection.execute(_ONE, [organisation_id, template_id]).fetchone()
        return None if found is None else ROW.validate_json(bytes(found[0]))

    def history_of(self, template_id: UUID, after: int | None, limit: int) -> list[dict[str, Any]]:
        with self._connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(_HISTORY, [template_id, after, after, limit]).fetchall()
        return [{**row, "details": orjson.loads(row["details"])} for row in rows]

    def overdue(self, pending_since: datetime, limit: int) -> list[tuple[OrganisationId, TemplateId]]:
        with self._connect() as connection:
            rows = connection.execute(_OVERDUE, [pending_since, limit]).fetchall()
        return [(OrganisationId(one), TemplateId(other)) for one, other in rows]
