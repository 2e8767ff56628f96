"""The routes of channels: administrators connect, name, disconnect and reconnect them; everybody may look."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import Field
from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.commands import Asked, answered, asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.http.pages import Page, caught_up, page
from recado_chassis.http.time_zones import TimeZone
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.ids import OrganisationId, PhoneNumberId, WabaId
from starlette.responses import Response

from gateway.application import Connecting, Unsubscribing
from gateway.application.accounts import Number
from gateway.commands import ChannelCommand, DisconnectChannel, ReconnectChannel, RequestConnection, SaveDetails
from gateway.domain.refusals import UnknownChannel
from gateway.views import ChannelRow, Questions, shown

Administrator = Annotated[Asked, Depends(asked("administrator"))]
Looking = Annotated[Caller, Depends(caller("administrator", "member"))]
MetaId = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
PhoneNumber = Annotated[str, Path(pattern=r"^[0-9]{1,20}$")]
Code = Annotated[str, Field(min_length=1, max_length=2048, pattern=r"^[\x21-\x7e]+$")]
Pin = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
# Written out, for not every reader of the API's description knows the classes of Unicode.
Name = Annotated[
    str,
    Field(
        max_length=200,
        pattern=r"^[^\u0000-\u001f\u007f-\u009f]*"
        r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
        r"[^\u0000-\u001f\u007f-\u009f]*$",
    ),
]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class ConnectBody(RequestModel):
    """What Embedded Signup handed over, and what is typed beside it."""

    waba_id: MetaId
    phone_number_id: MetaId
    code: Code
    name: Name | None = None
    country: Country = "BR"
    time_zone: TimeZone = "UTC"
    pin: Pin | None = None


class ResumeBody(RequestModel):
    """Only what the step that failed needs."""

    code: Code | None = None
    pin: Pin | None = None


class ReconnectBody(RequestModel):
    code: Code
    pin: Pin | None = None


class DetailsBody(RequestModel):
    name: Name


Given = ConnectBody | ResumeBody | ReconnectBody


def channel_routes(
    streams: Streams, connecting: Connecting, unsubscribing: Unsubscribing, questions: Questions
) -> APIRouter:
    router = APIRouter(tags=["channels"])
    _add_connecting(router, streams, connecting)
    _add_keeping(router, streams, connecting, unsubscribing)
    _add_looking(router, questions)
    return router


def _add_connecting(router: APIRouter, streams: Streams, connecting: Connecting) -> None:
    def go_on(request: Asked, number: Number, given: Given, command: ChannelCommand | None = None) -> Response:
        if (done := answered(streams, request)) is not None:
            return done
        anew = command.waba_id if isinstance(command, RequestConnection) else None
        connecting.check_may_connect(number, given.code, anew)
        if command is not None:
            streams.transact(lambda work: connecting.ask(work, command, request.cause))
        connecting.take_steps(number, given.code, given.pin, request.cause)
        return perform(streams, request, lambda work: _shown(connecting, work, number))

    @router.post("/channels")
    def connect(body: ConnectBody, request: Administrator) -> Response:
        number = _number(request, body.phone_number_id)
        command = RequestConnection(
            organisation_id=number[0],
            phone_number_id=number[1],
            waba_id=WabaId(body.waba_id),
            country=body.country,
            time_zone=body.time_zone,
            name=body.name,
            by=request.caller.user_id,
            now=request.now,
        )
        return go_on(request, number, body, command)

    @router.post("/channels/{phone_number_id}/resume")
    def resume(phone_number_id: PhoneNumber, body: ResumeBody, request: Administrator) -> Response:
        return go_on(request, _number(request, phone_number_id), body)

    @router.post("/channels/{phone_number_id}/reconnect")
    def reconnect(phone_number_id: PhoneNumber, body: ReconnectBody, request: Administrator) -> Response:
        number = _number(request, phone_number_id)
        by = request.caller.user_id
        command = ReconnectChannel(organisation_id=number[0], phone_number_id=number[1], by=by, now=request.now)
        return go_on(request, number, body, command)


def _add_keeping(router: APIRouter, streams: Streams, connecting: Connecting, unsubscribing: Unsubscribing) -> None:
    @router.put("/channels/{phone_number_id}/details")
    def save_details(phone_number_id: PhoneNumber, body: DetailsBody, request: Administrator) -> Response:
        number = _number(request, phone_number_id)
        command = SaveDetails(
            organisation_id=number[0],
            phone_number_id=number[1],
            name=body.name,
            by=request.caller.user_id,
            now=request.now,
        )

        def decide(work: Work) -> dict[str, Any]:
            connecting.save_details(work, command, request.cause)
            return _shown(connecting, work, number)

        return perform(streams, request, decide)

    @router.post("/channels/{phone_number_id}/disconnect")
    def disconnect(phone_number_id: PhoneNumber, request: Administrator) -> Response:
        number = _number(request, phone_number_id)
        command = DisconnectChannel(
            organisation_id=number[0],
            phone_number_id=number[1],
            reason="person",
            by=request.caller.user_id,
            now=request.now,
        )

        def decide(work: Work) -> dict[str, Any]:
            if connecting.disconnect(work, command, request.cause) is None:
                return {"phone_number_id": number[1], "status": "disconnected"}
            return _shown(connecting, work, number)

        response = perform(streams, request, decide)
        unsubscribing.unsubscribe(number)
        return response


def _add_looking(router: APIRouter, questions: Questions) -> None:
    @router.get("/channels", dependencies=[Depends(caught_up)])
    def channels(who: Looking, at: Annotated[Page, Depends(page)]) -> Response:
        rows = questions.channels_of(who.organisation, str(at.after[0]) if at.after else "", at.fetch)
        return at.answer(rows, lambda row: [row.phone_number_id], shown)

    @router.get("/channels/{phone_number_id}", dependencies=[Depends(caught_up)])
    def channel(phone_number_id: PhoneNumber, who: Looking) -> dict[str, Any]:
        row = questions.channel(who.organisation, PhoneNumberId(phone_number_id))
        if row is None:
            raise UnknownChannel
        return {**shown(row), "health": questions.health_of(row)}


def _number(request: Asked, phone_number_id: str) -> Number:
    return OrganisationId(request.caller.organisation), PhoneNumberId(phone_number_id)


def _shown(connecting: Connecting, work: Work, number: Number) -> dict[str, Any]:
    return shown(ChannelRow(*number, connecting.found(work, number)))
