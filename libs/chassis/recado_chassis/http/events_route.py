"""`GET /events`: the service's log as its subscribers may see it, for those who come late."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Security
from recado_events.event import Event
from starlette.responses import Response, StreamingResponse

from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.numbers import PageOfLog, Position
from recado_chassis.mapper import Mapper
from recado_chassis.producing.headers import source_of
from recado_chassis.producing.telling import OF_THE_CHASSIS
from recado_chassis.service import Service
from recado_chassis.store import EventRow, Unavailable
from recado_chassis.streams import Streams
from recado_chassis.threads import in_thread

_PAGE_BYTES = 8 * 1024 * 1024
_STREAMED = 500
_LOOKED_THROUGH = 5000
"""Positions of everybody, for one page of one organisation."""
_LOOK_EVERY = 0.2
_PULSE = 5.0


def events_route(service: Service, is_stopping: Callable[[], bool] = lambda: False) -> APIRouter:
    """Structured CloudEvents above `after`, of all organisations; private events leave holes."""
    routes = APIRouter()
    log = PublishedLog(service.name, service.streams, service.tells)

    @routes.get("/events", summary="The log, for services that come late")
    def events(
        _: Annotated[Caller, Security(caller("service"))],
        after: Position = 0,
        limit: PageOfLog = 200,
        organisation: UUID | None = None,
    ) -> Response:
        """`next` is the `after` of the next page; a reader is at the end when `next` is not below `end`. A page of one
        organisation may hold nothing and still go on."""
        told, reached = log.page(after, limit, organisation)
        end = max(log.end(), reached)
        return Response(
            b'{"events":[%s],"next":%d,"end":%d}' % (b",".join(told), reached, end), media_type="application/json"
        )

    @routes.get("/events/stream", summary="The log and all that is added to it, one event a line")
    async def stream(_: Annotated[Caller, Security(caller("service"))], after: Position = 0) -> StreamingResponse:
        """Goes on until either side ends it; the `position` of the last line read is the next `after`. An empty line
        now and then shows that the connection is alive."""
        return StreamingResponse(_lines(log, after, is_stopping), media_type="application/x-ndjson")

    return routes


async def _lines(log: PublishedLog, after: int, is_stopping: Callable[[], bool]) -> AsyncIterator[bytes]:
    silent = 0.0
    while not is_stopping():
        told, reached = await in_thread(log.page, after, _STREAMED)
        if told:
            yield b"\n".join(told) + b"\n"
            silent = 0.0
        if reached > after:
            after = reached
            continue
        if silent >= _PULSE:
            yield b"\n"
            silent = 0.0
        await asyncio.sleep(_LOOK_EVERY)
        silent += _LOOK_EVERY


class PublishedLog:
    """The part of a service's own log that others may see."""

    def __init__(self, name: str, streams: Streams, tells: Iterable[type[Event]]) -> None:
        self._name = name
        self._store = streams.store
        self._mapper = streams.mapper
        self._published = _Published(streams.mapper, frozenset(tells))
        self.end = self._store.end

    def page(self, after: int, limit: int, organisation_id: UUID | None = None) -> tuple[list[bytes], int]:
        """Events above a position, and the position up to which these are all. Raises Unavailable."""
        source = source_of(self._name, self._store.log_id())
        if organisation_id is None:
            rows, reached = _page(self._store.read(after, limit), after)
        else:
            rows, reached = self._page_of(organisation_id, after, limit)
        return [structured(self._mapper, row, source) for row in rows if self._published.has(row)], reached

    def _page_of(self, organisation_id: UUID, after: int, limit: int) -> tuple[list[EventRow], int]:
        until = max(min(self.end(), after + _LOOKED_THROUGH), after)
        found = self._store.read_of(organisation_id, after, until, limit)
        rows, reached = _page(found, after)
        return rows, reached if len(rows) < len(found) or len(found) == limit else until


class _Published:
    """The relay's rule: types that are told, and older versions that become one of them."""

    def __init__(self, mapper: Mapper, tells: frozenset[type[Event]]) -> None:
        self._mapper = mapper
        self._tells = tells
        self._known = {event.TYPE: True for event in tells}

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
