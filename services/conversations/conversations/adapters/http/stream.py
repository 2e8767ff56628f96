"""Live updates: what a user may see, as it happens."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Protocol, TypeVar

from fastapi import APIRouter, Depends
from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.event_stream import MEDIA_TYPE, EventStream, lasting
from recado_chassis.http.numbers import LastEventId
from recado_chassis.http.problems import Problem
from recado_events.ids import OrganisationId
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from conversations.adapters.http.people import person_of
from conversations.commands import Person

S = TypeVar("S")


class Screens(Protocol[S]):
    async def open(self, organisation_id: OrganisationId, person: Person, until: datetime | None) -> S: ...

    async def follow(self, screen: S, after: int | None) -> AsyncGenerator[bytes, None]: ...

    def close(self, screen: S) -> None: ...


def stream_routes(screens: Screens[S]) -> APIRouter:
    router = APIRouter(tags=["inbox"])

    @router.get(
        "/stream",
        dependencies=[Depends(lasting)],
        response_class=StreamingResponse,
        responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}, 429: {}},
    )
    async def stream(
        request: Request,
        who: Annotated[Caller, Depends(caller("administrator", "member"))],
        last_event_id: LastEventId = None,
    ) -> Response:
        """Server-sent events: messages, statuses, files, conversations, customers, contacts, the team, quick replies
        and counters that the caller may see, as they happen; with `Last-Event-ID`, all of them since."""
        if request.query_params:
            # Nobody is to think that they follow a channel or a conversation they named.
            raise Problem(422, "invalid_request", "The stream takes no parameters: it tells all that you may see.")
        screen = await screens.open(who.organisation, person_of(who), who.until)
        try:
            frames = await screens.follow(screen, last_event_id)
        except BaseException:
            screens.close(screen)
            raise
        return EventStream(frames, lambda: screens.close(screen))

    return router
