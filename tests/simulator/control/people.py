"""Playing customers."""

from dataclasses import asdict

from fastapi import APIRouter, HTTPException

from ..commands import Echo, Message, NewCustomer, NumberChange, Preference, SetWindow, UserIdChange
from ..entities import Customer
from ..platform import Platform
from ..signing import JsonObject
from .lookup import number_of


def people_routes(platform: Platform) -> APIRouter:
    routes, world, customers = APIRouter(), platform.world, platform.customers

    @routes.get("/customers")
    async def list_customers() -> list[Customer]:
        return world.store.all(Customer)

    @routes.post("/customers")
    async def create_customer(given: NewCustomer) -> Customer:
        return _create(platform, given)

    @routes.post("/customers/{alias}/messages")
    async def write(alias: str, message: Message) -> JsonObject:
        number = number_of(platform, message.phone_number_id)
        return asdict(customers.write(world.customer(alias), number, message))

    @routes.post("/customers/{alias}/number")
    async def change_number(alias: str, change: NumberChange) -> JsonObject:
        number = number_of(platform, change.phone_number_id)
        return asdict(customers.change_number(world.customer(alias), number, change))

    @routes.post("/customers/{alias}/user_id")
    async def change_user_id(alias: str, change: UserIdChange) -> JsonObject:
        number = number_of(platform, change.phone_number_id)
        return asdict(customers.change_user_id(world.customer(alias), number, change))

    @routes.post("/customers/{alias}/preferences")
    async def prefer(alias: str, preference: Preference) -> JsonObject:
        number = number_of(platform, preference.phone_number_id)
        return asdict(customers.prefer(world.customer(alias), number, preference))

    @routes.post("/phone_numbers/{phone_number_id}/echoes")
    async def echo(phone_number_id: str, echo: Echo) -> JsonObject:
        number = number_of(platform, phone_number_id)
        return asdict(customers.echo(world.customer(echo.customer), number, echo))

    @routes.post("/windows")
    async def set_window(given: SetWindow) -> JsonObject:
        customer, opened_at = world.customer(given.customer), world.clock.now() - given.seconds_ago
        platform.windows.set(number_of(platform, given.phone_number_id).id, customer.id, opened_at)
        return {"opened_at": opened_at}

    return routes


def _create(platform: Platform, given: NewCustomer) -> Customer:
    world = platform.world
    aliases = [alias for alias in (given.wa_id, given.user_id) if alias]
    if not aliases:
        raise HTTPException(422, "a customer needs a wa_id or a user_id")
    known = [found for alias in aliases if (found := world.store.customer_by_alias(alias))]
    customer = known[0] if known else world.customer(aliases[0])
    customer.wa_id = given.wa_id or customer.wa_id
    if given.user_id:
        customer.user_ids[world.config.business_id] = given.user_id
        customer.country_code = given.user_id[:2]
    for name in ("name", "username", "country_code", "phone_shown", "undeliverable"):
        if getattr(given, name) is not None:
            setattr(customer, name, getattr(given, name))
    world.store.put(customer)
    return customer
