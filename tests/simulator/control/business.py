"""Creating WABAs and numbers, codes and tokens; letting tokens die; reading what was sent."""

from fastapi import APIRouter, HTTPException

from ..bodies import envelope
from ..commands import (
    NewCode,
    NewNumber,
    NewToken,
    NewWaba,
    NumberState,
    RaiseUpdate,
    ShowStatus,
    TokensDie,
)
from ..entities import AccessToken, BusinessNumber, Inbound, Send, Waba
from ..platform import Platform
from ..signing import JsonObject
from .lookup import number_of, waba_of


def business_routes(platform: Platform) -> APIRouter:
    routes = APIRouter()
    _accounts(routes, platform)
    _access(routes, platform)
    _traffic(routes, platform)
    return routes


def _accounts(routes: APIRouter, platform: Platform) -> None:
    world = platform.world

    @routes.post("/wabas")
    async def create_waba(given: NewWaba) -> Waba:
        members = given.model_dump(exclude_none=True)
        waba = Waba(**{"id": world.ids.decimal(), "business_id": world.config.business_id, **members})
        world.store.put(waba)
        return waba

    @routes.post("/phone_numbers")
    async def create_number(given: NewNumber) -> BusinessNumber:
        waba_of(platform, given.waba_id)
        number = BusinessNumber(**{"id": world.ids.decimal(), **given.model_dump(exclude_none=True)})
        world.store.put(number)
        return number

    @routes.patch("/phone_numbers/{phone_number_id}")
    async def change_number(phone_number_id: str, given: NumberState) -> BusinessNumber:
        number = number_of(platform, phone_number_id)
        for name in given.model_fields_set:
            setattr(number, name, getattr(given, name))
        number.wrong_pins = 0
        world.store.put(number)
        return number


def _access(routes: APIRouter, platform: Platform) -> None:
    @routes.post("/codes")
    async def mint_code(given: NewCode) -> JsonObject:
        waba = waba_of(platform, given.waba_id)
        if given.phone_number_id and number_of(platform, given.phone_number_id).waba_id != waba.id:
            raise HTTPException(422, "the phone number does not belong to the WABA")
        code = platform.tokens.mint_code(waba.id)
        return {"code": code.id, "expires_at": code.expires_at}

    @routes.post("/tokens")
    async def mint_token(given: NewToken) -> AccessToken:
        return platform.tokens.mint_token(given.waba_ids, given.scopes, given.lives_seconds)

    @routes.post("/tokens/expire")
    async def kill_tokens(given: TokensDie) -> JsonObject:
        return {"dead": platform.tokens.kill(given.waba_id, given.subcode)}


def _traffic(routes: APIRouter, platform: Platform) -> None:
    store = platform.world.store

    @routes.get("/sends")
    async def sends(phone_number_id: str | None = None, after: int = 0) -> list[Send]:
        """The ground truth: every accepted send, oldest first."""
        return [s for s in store.all(Send)[after:] if phone_number_id in (None, s.phone_number_id)]

    @routes.get("/reads")
    async def reads() -> list[Inbound]:
        """Customers' messages that the business marked as read."""
        return [one for one in store.all(Inbound) if one.marked_read_at is not None]

    @routes.post("/statuses")
    async def show_status(given: ShowStatus) -> JsonObject:
        return {"delivery": _show(platform, given)}

    @routes.post("/updates")
    async def raise_update(given: RaiseUpdate) -> JsonObject:
        body = envelope(given.waba_id, given.field, given.value, time=given.time)
        return {"delivery": platform.webhooks.send(body, waba=waba_of(platform, given.waba_id))}


def _show(platform: Platform, given: ShowStatus) -> str:
    send = platform.world.store.find(Send, given.wamid)
    at = None if given.timestamp is None else float(given.timestamp)
    code = given.code if given.code is not None or given.status != "failed" else 131026
    if send is not None:
        return platform.statuses.show(send, given.status, at=at, code=code, details=given.details, extras=given.extra)
    if given.phone_number_id is None or given.customer is None:
        raise HTTPException(
            404, "this wamid was never sent: give phone_number_id and customer to play another app's message"
        )
    number, customer = number_of(platform, given.phone_number_id), platform.world.customer(given.customer)
    extras = {**given.extra, **({"code": code} if code else {})}
    return platform.statuses.show_unknown(
        number, platform.world.person(customer, number), given.wamid, given.status, extras
    )
