"""Every route that takes a body or a number, given what it must not take: refused with its status, and nothing done."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from tests.journeys.world import SERVICES, World, until
from tests.security.endless import asked
from tests.security.routes import ROUTES, Route, absent, parameters, with_bodies
from tests.security.tenants import JSON, Tenant

pytestmark = pytest.mark.timeout(240)
DEEP = 100_000
ROUTES_WITH_BODIES = dict(with_bodies())
_RESTED: list[Any] = []
_END = """
    SELECT coalesce(max(notification_id), 0) AS at FROM stored_events
    WHERE originator_id NOT LIKE 'number-at-meta-%' AND originator_id NOT LIKE 'template-at-meta-%'"""


class Sending:
    """Sends bytes to a route as somebody who may."""

    def __init__(self, world: World, tenant: Tenant, http: httpx.Client) -> None:
        self._world = world
        self._tokens = {role: tenant.token(role) for role in ("administrator", "operator")}
        self._http = http

    def __call__(
        self,
        route: Route,
        body: bytes | None,
        query: Mapping[str, str] | None = None,
        at: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        url = f"{self._world.endpoints[route.service]}{route.at(at or absent())}"
        role = "administrator" if "administrator" in ROUTES[route].roles else "operator"
        given = {"Authorization": f"Bearer {self._tokens[role]}", "Idempotency-Key": secrets.token_hex(8), **JSON}
        request = self._http.build_request(route.method, url, content=body, params=query, headers=given)
        return asked(self._http, request)

    def positions(self) -> list[Any]:
        """Where each service's log ends, but for what the gateway sees at Meta in between."""
        return [self._world.rows(service, _END)[0]["at"] for service in SERVICES]

    async def _has_looked(self) -> bool:
        """Each template is told at two looks."""
        of_number = f"number-at-meta-%{self._world.number}"
        sql = f"SELECT 1 FROM stored_events WHERE originator_id LIKE '{of_number}' LIMIT 1"
        told_once = "SELECT 1 FROM seen_templates WHERE told < 2 LIMIT 1"
        return bool(self._world.rows("gateway", sql)) and not self._world.rows("gateway", told_once)

    async def at_rest(self) -> list[Any]:
        """The positions, once what earlier tests set off has come to its end, and Meta's lists were looked at first.
        Where they are those of the last time, nothing was set off since."""
        if self.positions() != _RESTED:
            await until(self._has_looked, "the gateway has looked at what Meta has")
            await self._world.settled()
            _RESTED[:] = self.positions()
        return list(_RESTED)


@pytest.fixture
def send(world: World, tenant: Tenant) -> Iterator[Sending]:
    with httpx.Client(timeout=30) as http:
        yield Sending(world, tenant, http)


def told(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["rule"]


MALFORMED = {
    "28_deep_arrays": b"[" * DEEP + b"]" * DEEP,
    "28_deep_objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "29_duplicate_members": b'{"name":"a","name":"b"}',
    "29_duplicate_members_escaped": b'{"name":"a","n\\u0061me":"b"}',
    "30_nan": b'{"name":NaN}',
    "30_infinity": b'{"name":-Infinity}',
    "31_an_integer_of_5000_digits": b'{"name":' + b"9" * 5000 + b"}",
    "32_half_a_character": b'{"name":"\\ud800"}',
    "33_nul": b'{"name":"a\\u0000b"}',
    "34_invalid_utf8": b'{"name":"\xff"}',
    "34_byte_order_mark": b'\xef\xbb\xbf{"name":"a"}',
    "34_utf16": '{"name":"a"}'.encode("utf-16"),
    "34_utf32": '{"name":"a"}'.encode("utf-32"),
    "no_json": b"{name: 'a'}",
}


@pytest.mark.parametrize("how", MALFORMED)
async def test_28_to_34_what_is_no_strict_json_gets_400_everywhere(send: Sending, how: str) -> None:
    before = await send.at_rest()
    answers = {str(route): told(send(route, MALFORMED[how])) for route in ROUTES_WITH_BODIES}
    assert {route: answer for route, answer in answers.items() if answer != (400, "malformed_json")} == {}
    assert send.positions() == before


async def test_38_ten_megabytes_get_413_everywhere(send: Sending) -> None:
    body = json.dumps({"name": "a" * 10_000_000}).encode()
    for route in ROUTES_WITH_BODIES:
        assert told(send(route, body)) == (413, "content_too_large"), str(route)


MEMBERS = ("last_inbound_at", "status", "state", "assignee", "price", "organisation_id", "tenant_id", "window")


async def test_73_84_members_that_are_not_the_clients_to_set_get_422_everywhere(send: Sending) -> None:
    before = await send.at_rest()
    for route, body in ROUTES_WITH_BODIES.items():
        for member in MEMBERS:
            answer = send(route, json.dumps({**body, member: "x"}).encode())
            assert told(answer) == (422, "invalid_request"), f"{route} {member}: {answer.text}"
            assert [error["pointer"].rpartition("/")[2] for error in answer.json()["errors"]] == [member]
    assert send.positions() == before


NO_NUMBERS = [
    "1_000",
    "True",
    "true",
    "1.0",
    "١٠",
    "1e2",
    "1e400",
    "-0",
    "0.001",
    "+5",
    " 5",
    "0x10",
    "NaN",
    "",
    "9" * 5000,
]


async def test_35_36_only_plain_digits_are_a_number_everywhere(send: Sending, world: World) -> None:
    taken = {}
    for route, names in (await parameters(world)).items():
        if "administrator" not in ROUTES[route].roles:
            continue
        for name in names:
            for text in NO_NUMBERS:
                answer = send(route, None, {name: text})
                if answer.status_code != 422:
                    taken[f"{route} {name}={text[:10]}"] = answer.status_code
    assert taken == {}


NO_FLAGS: list[Any] = [1, 0, "true", "True", "1", 1.0, None, [], "yes"]


async def test_35_only_true_and_false_are_either_everywhere(send: Sending) -> None:
    before = await send.at_rest()
    flags = [(route, flag) for route, expected in ROUTES.items() for flag in expected.flags]
    assert len(flags) >= 5
    for route, flag in flags:
        for value in NO_FLAGS:
            answer = send(route, json.dumps({**ROUTES_WITH_BODIES[route], flag: value}).encode())
            assert told(answer) == (422, "invalid_request"), f"{route} {flag}={value!r}: {answer.text}"
    assert send.positions() == before


STRANGE_IDS = ["x", "null", "..", "%2e%2e%2f", "'; DROP TABLE users; --", "9" * 300, "%00", "\ud7ff", "1e3"]
OTHER_DIGITS = "١٢٣"


@pytest.mark.parametrize("text", [*STRANGE_IDS, OTHER_DIGITS])
async def test_35_ids_that_are_none_are_refused_everywhere(send: Sending, text: str) -> None:
    before = await send.at_rest()
    for route in (route for route in ROUTES if route.has_ids and "administrator" in ROUTES[route].roles):
        body = ROUTES_WITH_BODIES.get(route)
        answer = send(route, None if body is None else json.dumps(body).encode(), at=dict.fromkeys(absent(), text))
        another = Route(route.service, route.method, answer.request.url.path) in ROUTES  # what `..` names is one itself
        assert another or answer.status_code in {400, 404, 405, 422}, f"{route}: {answer.status_code}"
    assert send.positions() == before
