"""Rule 15 as a matrix: role, level and scope, by route, by whose it is. Every route that a service describes is in it.

Roles of programs and operators, and ids of other organisations on routes of administrators: `test_routes.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from types import ModuleType
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest
from billing import main as billing
from conversations import main as conversations
from crm import main as crm
from gateway import main as gateway
from templates import main as templates

from deploy.local.provider import Postgres
from tests.gateway.stage import options
from tests.harness.on_database import ServiceOnDatabase, prepare
from tests.security import address_book, furnishing
from tests.security.endless import cut_when_ready
from tests.security.furnishing import Furnish
from tests.security.permissions import (
    MEMBERS,
    NAMED_IN_BODIES,
    NOT_FOR_MEMBERS,
    PERMISSIONS,
    VIEWERS,
    WRITES,
    Permission,
    Viewer,
    Whose,
)
from tests.security.quarters import Quarters
from tests.security.routes import ROUTES, Route, absent
from tests.servers.database_factory import DatabaseFactory, Prepare

NOWHERE = "http://127.0.0.1:9"
PAYMENTS = {"payments_key": "k" * 16, "payments_secrets": ["s" * 16], "payments_url": NOWHERE}


class Service(NamedTuple):
    main: ModuleType
    furnish: Furnish
    told: dict[str, Any]


SERVICES = {
    "conversations": Service(conversations, furnishing.conversations, {}),
    "crm": Service(crm, address_book.crm, {}),
    "templates": Service(templates, furnishing.templates, {}),
    "gateway": Service(gateway, furnishing.channels, options(NOWHERE)),
    "billing": Service(billing, furnishing.organisations, PAYMENTS),
}
PREPARED = {name: partial(prepare, service.main) for name, service in SERVICES.items()}
Opened = Callable[[str], Quarters]
MEMBERS_OF_BODIES = {name: name for name in ("user_id", "contact_id", "company_id", "stage_id")} | {
    "merged_id": "contact_id"
}
"""By the names of what they name."""


@pytest.fixture(scope="module")
def opened(
    postgres: Postgres, database_templates: dict[Prepare, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    factory, made = DatabaseFactory(postgres, database_templates), dict[str, Quarters]()
    SERVICES["conversations"].told["files_folder"] = str(tmp_path_factory.mktemp("files"))

    def of(service: str) -> Quarters:
        if service not in made:
            of_it, dsn = SERVICES[service], factory(PREPARED[service])
            made[service] = Quarters(ServiceOnDatabase(of_it.main, dsn, {**of_it.told, "api_docs": True}))
        return made[service]

    yield of
    with ThreadPoolExecutor() as closing:
        list(closing.map(lambda quarters: quarters.service.close(), made.values()))
    factory.drop_all()


class Asking:
    """Asks one route."""

    def __init__(self, quarters: Quarters, client: httpx.AsyncClient, route: Route) -> None:
        self._quarters, self._client, self._route = quarters, client, route

    async def __call__(self, viewer: Viewer, ids: dict[str, str], query: str = "", **named: str) -> httpx.Response:
        """`named`: members of the body, beside or instead of those that fit. A stream tells all since the beginning."""
        headers = {**self._quarters.house.people[viewer].headers, "Idempotency-Key": str(uuid4()), "Last-Event-ID": "0"}
        await self._quarters.service.shown()
        path, body = f"{self._route.at(ids)}{query.format_map(ids)}", body_of(self._route, ids)
        body = {**body, **named} if named else body
        told = ROUTES[self._route].query or None
        return await self._client.request(self._route.method, path, json=body, params=told, headers=headers)

    async def hides(self, viewer: Viewer, whose: Whose, answer: httpx.Response) -> bool:
        """Whether it is answered like what does not exist."""
        nothing = await self(viewer, {**self._quarters.ids(viewer, whose), **absent()})
        return PERMISSIONS[self._route].by_number or alike(nothing, answer)


@asynccontextmanager
async def entered(quarters: Quarters, route: Route) -> AsyncIterator[Asking]:
    async with quarters.service.at_work(), quarters.service.http(around=cut_when_ready) as client:
        if not quarters.house.things:
            await SERVICES[route.service].furnish(quarters, client)
        yield Asking(quarters, client, route)


def body_of(route: Route, ids: dict[str, str]) -> Any:
    body = ROUTES[route].body
    if route.path in {"/conversations", "/previews"} and body is not None:
        template = {"template_id": ids["template_id"]}
        return {"phone_number_id": ids["phone_number_id"], "number": ids["number"], "template": template}
    return body and {**body, **{name: ids[MEMBERS_OF_BODIES[name]] for name in MEMBERS_OF_BODIES.keys() & body.keys()}}


def outcome(answer: httpx.Response) -> str:
    if answer.status_code in {401, 403}:
        return str(answer.json()["rule"])
    if answer.status_code >= 500:
        return f"failed: {answer.text}"
    return "hidden" if answer.status_code == 404 else "admitted"


@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_that_a_service_describes_is_in_the_matrix(opened: Opened, service: str) -> None:
    async with opened(service).service.http() as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
    described = {Route(service, method.upper(), path) for path, methods in paths.items() for method in methods}
    known = {route for route in {*PERMISSIONS, *NOT_FOR_MEMBERS} if route.service == service}
    assert {str(route) for route in described - known} == set(), "say in permissions.py what they ask of a profile"
    assert {str(route) for route in known - described} == set(), "these routes are gone"
    assert PERMISSIONS.keys().isdisjoint(NOT_FOR_MEMBERS)


@pytest.mark.parametrize("route", PERMISSIONS, ids=str)
async def test_rule_15_whoever_asks_for_whatever_gets_what_their_profile_allows(opened: Opened, route: Route) -> None:
    quarters, permission, wrong = opened(route.service), PERMISSIONS[route], dict[str, Any]()
    async with entered(quarters, route) as ask:
        for viewer in VIEWERS:
            for whose in whose_of(route, permission):
                for query in permission.queries:
                    answer = await ask(viewer, quarters.ids(viewer, whose), query)
                    told, refusals = outcome(answer), permission.refusals(viewer, whose)
                    if told not in (refusals or {"admitted"}):
                        wrong[f"{viewer}: {whose}{query}"] = told, refusals, answer.text[:300]
                    if told == "hidden" and not await ask.hides(viewer, whose, answer):
                        wrong[f"{viewer}: {whose}{query} is told from nothing"] = answer.text
                    if leaked := leaks(quarters, viewer, whose, answer):
                        wrong[f"{viewer}: {whose}{query} leaks"] = leaked
                    if (
                        told == "admitted"
                        and permission.whole
                        and "{" not in query
                        and (gaps := lacks(quarters, viewer, answer))
                    ):
                        wrong[f"{viewer}: {whose}{query} lacks"] = gaps
    assert wrong == {}


def whose_of(route: Route, permission: Permission) -> tuple[Whose, ...]:
    return ("own", "anothers", "foreign") if route.has_ids or permission.by_number else ("own",)


def leaks(quarters: Quarters, viewer: Viewer, whose: Whose, answer: httpx.Response) -> set[str]:
    """What is hidden from the viewer, beyond the ids that were asked for."""
    asked = quarters.ids(viewer, whose).values()
    return {mark for mark in quarters.hidden(viewer) - set(asked) if mark in answer.text}


def lacks(quarters: Quarters, viewer: Viewer, answer: httpx.Response) -> set[str]:
    return {mark for mark in quarters.listed(viewer) if mark not in answer.text}


@pytest.mark.parametrize("route", NOT_FOR_MEMBERS, ids=str)
async def test_rule_15_what_is_for_administrators_programs_and_operators_is_for_no_member(
    opened: Opened, route: Route
) -> None:
    quarters, wrong = opened(route.service), dict[str, Any]()
    async with entered(quarters, route) as ask:
        for viewer in MEMBERS:
            answer = await ask(viewer, quarters.ids(viewer, "own"))
            if outcome(answer) not in {"role_not_allowed", "not_authenticated"}:
                wrong[str(viewer)] = answer.text
        if ROUTES[route].owned and route.has_ids and "administrator" in ROUTES[route].roles:
            answer = await ask(VIEWERS[0], quarters.ids(VIEWERS[0], "foreign"))
            wrong |= {} if outcome(answer) == "hidden" else {"foreign": answer.text}
    assert wrong == {}


@pytest.mark.parametrize(("route", "name"), NAMED_IN_BODIES, ids=str)
async def test_rule_15_what_a_body_names_is_hidden_like_what_a_path_names(
    opened: Opened, route: Route, name: str
) -> None:
    quarters, wrong = opened(route.service), dict[str, Any]()
    others: tuple[Whose, ...] = "anothers", "foreign"
    async with entered(quarters, route) as ask:
        for viewer in VIEWERS:
            for whose in others:
                own, theirs = quarters.ids(viewer, "own"), quarters.ids(viewer, whose)
                answer = await ask(viewer, own, **{name: theirs[MEMBERS_OF_BODIES[name]]})
                refusals = WRITES.refusals(viewer, whose)
                if outcome(answer) not in (refusals or {"admitted"}):
                    wrong[f"{viewer}: {whose}"] = refusals, answer.text[:300]
                nothing = await ask(viewer, own, **{name: str(uuid4())})
                if outcome(answer) == "hidden" and not alike(answer, nothing):
                    wrong[f"{viewer}: {whose} is told from nothing"] = answer.text
    assert wrong == {}


def alike(answer: httpx.Response, other: httpx.Response) -> bool:
    """But for the ids that they name."""
    told, others = answer.json(), other.json()
    return told.keys() == others.keys() and all(told[of] == others[of] for of in ("status", "rule", "detail"))
