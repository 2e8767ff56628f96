"""The routes of outgoing webhooks: administrators alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.commands import Asked, answered, asked, perform
from recado_chassis.http.pages import Page, page
from recado_chassis.threads import in_thread
from recado_chassis.work import Work
from recado_events.ids import OrganisationId, SubscriptionId
from starlette.responses import Response

from gateway.adapters.http.subscription_bodies import (
    ChangeBody,
    CreateBody,
    ReplayBody,
    RotateBody,
    Told,
    logged,
    shown,
)
from gateway.application.subscribing import Given
from gateway.application.subscription_desk import Desk
from gateway.commands.subscriptions import (
    ChangeSubscription,
    CreateSubscription,
    DeleteSubscription,
    PauseSubscription,
    ReplaySubscription,
    ResumeSubscription,
    RotateSecret,
    SubscriptionCommand,
)

Administrator = Annotated[Asked, Depends(asked("administrator", recorded=True))]
Looking = Annotated[Caller, Depends(caller("administrator", recorded=True))]
Paging = Annotated[Page, Depends(page)]
NOTHING = Given({})


class Performing:
    """Runs commands and shows what they leave. Where a receiver is stands in no stored answer, and no secret does."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._subscribing = desk.subscribing

    def done(self, request: Asked) -> Response | None:
        return answered(self._subscribing.streams, request, show=lambda answer: self._shown(request, answer, None))

    def perform(
        self, request: Asked, command: SubscriptionCommand, given: Given = NOTHING, status: int = 200
    ) -> Response:
        """The secret is shown by the first answer and by no repeated one."""
        made: list[str] = []

        def decide(work: Work) -> dict[str, Any] | None:
            after = self._subscribing.ask(work, command, request.cause, given)
            made[:] = [given.secret] if given.secret else []
            return None if after is None else {"subscription_id": str(after.subscription_id)}

        def show(answer: dict[str, Any]) -> dict[str, Any]:
            return self._shown(request, answer, made)

        is_end = isinstance(command, DeleteSubscription)
        streams = self._subscribing.streams
        return perform(streams, request, decide, status=status, show=None if is_end else show)

    def _shown(self, request: Asked, answer: Any, made: list[str] | None) -> dict[str, Any]:
        found = self.one(request.caller, SubscriptionId(UUID(answer["subscription_id"])))
        return {**found, "secret": made[0]} if made else found

    def one(self, who: Caller, subscription_id: SubscriptionId) -> dict[str, Any]:
        found = self._subscribing.one(who.organisation, subscription_id)
        return shown(found, self._desk.keeping.progress([subscription_id])[subscription_id])

    def all(self, who: Caller) -> list[dict[str, Any]]:
        found = self._subscribing.of(who.organisation)
        progress = self._desk.keeping.progress([each.subscription_id for each in found])
        return [shown(each, progress[each.subscription_id]) for each in found]


def subscription_routes(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/subscriptions", tags=["subscriptions"])
    performing = Performing(desk)
    _add_setting_up(router, desk, performing)
    _add_keeping(router, desk, performing)
    _add_looking(router, desk, performing)
    return router


def _add_setting_up(router: APIRouter, desk: Desk, performing: Performing) -> None:
    @router.post("", status_code=201)
    async def create(body: CreateBody, request: Administrator) -> Response:
        if (done := await in_thread(performing.done, request)) is not None:
            return done
        await desk.check(body.url)
        given = Given(await desk.ends_for(body.event_types), desk.subscribing.new_secret())
        new_id = SubscriptionId(desk.subscribing.streams.ids.new())
        types = _once(body.event_types)
        command = CreateSubscription(**_on(new_id, request), url=body.url, event_types=types, most=desk.most)
        return await in_thread(performing.perform, request, command, given, 201)

    @router.patch("/{subscription_id}")
    async def change(subscription_id: UUID, body: ChangeBody, request: Administrator) -> Response:
        if (done := await in_thread(performing.done, request)) is not None:
            return done
        await in_thread(_known, desk, request, subscription_id)
        if body.url is not None:
            await desk.check(body.url)
        types = None if body.event_types is None else _once(body.event_types)
        given = Given(await desk.ends_for(types or ()))
        command = ChangeSubscription(**_on(subscription_id, request), url=body.url, event_types=types)
        return await in_thread(performing.perform, request, command, given)

    @router.post("/{subscription_id}/replay")
    async def replay(subscription_id: UUID, body: ReplayBody, request: Administrator) -> Response:
        if (done := await in_thread(performing.done, request)) is not None:
            return done
        await in_thread(_known, desk, request, subscription_id)
        end = (await desk.ends([body.source]))[body.source]
        on = _on(subscription_id, request)
        command = ReplaySubscription(**on, source=body.source, after=body.after, end=end)
        return await in_thread(performing.perform, request, command)


def _add_keeping(router: APIRouter, desk: Desk, performing: Performing) -> None:
    @router.post("/{subscription_id}/rotate")
    def rotate(subscription_id: UUID, body: RotateBody, request: Administrator) -> Response:
        command = RotateSecret(**_on(subscription_id, request), overlap=body.overlap)
        return performing.perform(request, command, Given({}, desk.subscribing.new_secret()))

    @router.post("/{subscription_id}/pause")
    def pause(subscription_id: UUID, request: Administrator) -> Response:
        return performing.perform(request, PauseSubscription(**_on(subscription_id, request), reason="person"))

    @router.post("/{subscription_id}/resume")
    def resume(subscription_id: UUID, request: Administrator) -> Response:
        return performing.perform(request, ResumeSubscription(**_on(subscription_id, request)))

    @router.delete("/{subscription_id}", status_code=204)
    def delete(subscription_id: UUID, request: Administrator) -> Response:
        return performing.perform(request, DeleteSubscription(**_on(subscription_id, request)))

    @router.post("/{subscription_id}/test")
    async def test(subscription_id: UUID, who: Looking) -> dict[str, Any]:
        """Has effect at the receiver alone, each time."""
        attempt = await desk.test(who.organisation, SubscriptionId(subscription_id))
        return {"outcome": attempt.outcome, "status": attempt.status, "milliseconds": attempt.milliseconds}


def _add_looking(router: APIRouter, desk: Desk, performing: Performing) -> None:
    @router.get("")
    def subscriptions(who: Looking) -> dict[str, Any]:
        return {"items": performing.all(who), "next_cursor": None}

    @router.get("/{subscription_id}")
    def subscription(subscription_id: UUID, who: Looking) -> dict[str, Any]:
        return performing.one(who, SubscriptionId(subscription_id))

    @router.get("/{subscription_id}/deliveries")
    def deliveries(subscription_id: UUID, at: Paging, who: Looking, outcome: Told | None = None) -> Response:
        """Every attempt, the latest first."""
        found = desk.subscribing.one(who.organisation, SubscriptionId(subscription_id))
        before = None if at.after is None else int(at.after[0])
        rows = desk.keeping.deliveries(found.subscription_id, before, at.fetch, outcome)
        return at.answer(rows, lambda row: [row.delivery_id], logged)


def _known(desk: Desk, request: Asked, subscription_id: UUID) -> None:
    """Before anybody outside is asked for it. Raises UnknownSubscription."""
    desk.subscribing.one(OrganisationId(request.caller.organisation), SubscriptionId(subscription_id))


def _on(subscription_id: UUID, request: Asked) -> dict[str, Any]:
    return {
        "organisation_id": request.caller.organisation,
        "subscription_id": SubscriptionId(subscription_id),
        "now": request.now,
        "by": request.caller.user_id,
    }


def _once(event_types: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(event_types))
