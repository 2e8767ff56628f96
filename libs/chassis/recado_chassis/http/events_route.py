"""`GET /events`: the service's log as its subscribers may see it, for those who come late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import orjson
from fastapi import APIRouter, Security
from starlette.responses import Response

from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.numbers import PageOfLog, Position
from recado_chassis.mapper import Mapper
from recado_chassis.producing.headers import source_of
from recado_chassis.producing.telling import OF_THE_CHASSIS
from recado_chassis.service import Service
from recado_chassis.store import EventRow, Unavailable

_PAGE_BYTES = 8 * 1024 * 1024


def events_route(service: Service) -> APIRouter:
    """Structured CloudEvents above `after`, of all organisations; private events leave holes.

    `next` is the `after` of the next page; a reader is at the end when `next` is not below `end`.
    """
    routes = APIRouter()
    store = service.streams.store
    published = _Published(service)

    @routes.get("/events", summary="The log, for services that come late")
    def events(
        _: Annotated[Caller, Security(caller("service"))], after: Position = 0, limit: PageOfLog = 200
    ) -> Response:
        source = source_of(service.name, store.log_id())
        rows, reached = _page(store.read(after, limit), after)
        told = b",".join(structured(service.streams.mapper, row, source) for row in rows if published.has(row))
        end = max(store.end(), reached)
        return Response(b'{"events":[%s],"next":%d,"end":%d}' % (told, reached, end), media_type="application/json")

    return routes


class _Published:
    """The relay's rule: types that are told, and older versions that become one of them."""

    def __init__(self, service: Service) -> None:
        self._mapper = service.streams.mapper
        self._tells = frozenset(service.tells)
        self._known = {event.TYPE: True for event in service.tells}

    def has(self, row: EventRow) -> bool:
        if row.type.startswith(OF_THE_CHASSIS):
            return False
        if row.type not in self._known:
            if not self._mapper.knows(row.type):
                raise Unavailable(f"The log holds {row.type}, which this release does not know; ask a newer one.")
            self._known[row.type] = type(self._mapper.decode(row.state).event) in self._tells
        return self._known[row.type]


def _page(rows: Sequence[EventRow], after: int) -> tuple[list[EventRow], int]:
    """As many rows as fit into one answer, and the position of the last."""
    taken: list[EventRow] = []
    size = 0
    for row in rows:
        size += len(row.state)
        if taken and size > _PAGE_BYTES:
            break
        taken.append(row)
        after = row.position or after
    return taken, after


def structured(mapper: Mapper, row: EventRow, source: str) -> bytes:
    """A stored event as a structured CloudEvent with position and source; the bytes of its data are unchanged."""
    head, data = mapper.split(row.state)
    return b'%s,"data":%s}' % (orjson.dumps({**head, "position": row.position, "source": source})[:-1], data)
