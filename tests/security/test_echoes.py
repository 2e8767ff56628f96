"""Bad input 103: whatever is wrong with a request, and wherever, what was sent stands in no answer."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from tests.journeys.world import World
from tests.security.endless import asked
from tests.security.routes import ROUTES, Route, absent, with_bodies
from tests.security.street import Street
from tests.security.tenants import JSON, Tenant

pytestmark = pytest.mark.timeout(240)
CANARY = "529.982.247-25 canario@exemplo.br"
WORD = "canario529982247"
"""For places where only letters and digits go."""
WRONG: list[Any] = [CANARY, [CANARY], {CANARY: CANARY}, 5299822472500, {"type": WORD}, [[WORD]]]


class Asking:
    """Counts refusals, and keeps those that repeat what was sent."""

    def __init__(self, world: World, tenant: Tenant, http: httpx.Client) -> None:
        self.refused = 0
        self.echoes: list[str] = []
        self._world = world
        self._token = tenant.administrator
        self._http = http

    def __call__(
        self,
        route: Route,
        body: Any = None,
        *,
        at: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        given = {
            "Authorization": f"Bearer {self._token}",
            "Idempotency-Key": secrets.token_hex(8),
            **JSON,
            **(headers or {}),
        }
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        url = f"{self._world.endpoints[route.service]}{route.at({**absent(), **(at or {})})}"
        request = self._http.build_request(route.method, url, content=content, params=query, headers=given)
        answer = asked(self._http, request)
        if not answer.is_success:
            self.refused += 1
            told = f"{answer.text} {answer.headers}"
            if any(word in told for word in (CANARY, WORD, "5299822472500", "529.982.247-25")):
                self.echoes.append(f"{route}: {answer.status_code} {told[:300]}")


@pytest.fixture
def asks(world: World, tenant: Tenant) -> Iterator[Asking]:
    with httpx.Client(timeout=30) as http:
        yield Asking(world, tenant, http)


async def test_103_no_mistake_in_a_body_is_repeated_anywhere(asks: Asking) -> None:
    for route, body in with_bodies():
        for member in (*body, CANARY, WORD):
            for wrong in WRONG:
                asks(route, {**body, member: wrong})
        for broken in (CANARY, [CANARY], f'{{"{WORD}": '.encode(), f'{{"{WORD}": "{CANARY}"}}'.encode("utf-16")):
            asks(route, broken)
    assert asks.echoes == []
    assert asks.refused > 300


async def test_103_no_mistake_in_an_address_a_query_or_a_header_is_repeated_anywhere(asks: Asking) -> None:
    for route in ROUTES:
        body = dict(with_bodies()).get(route)
        asks(route, body, at=dict.fromkeys(absent(), WORD))
        asks(route, body, query={"limit": WORD, "cursor": WORD, "after": WORD, "view": WORD, WORD: CANARY})
        asks(route, body, headers={"Authorization": f"Bearer {WORD}"})
        asks(route, body, headers={"Idempotency-Key": WORD * 40, "Last-Event-ID": WORD})
        asks(route, body, headers={"Content-Type": f"text/{WORD}", "Content-Encoding": WORD})
        asks(Route(route.service, route.method, f"{route.path}/{WORD}"), body)
    assert asks.echoes == []
    assert asks.refused > 100


async def test_103_no_mistake_in_a_webhook_is_repeated(street: Street) -> None:
    for raw in (f'{{"{WORD}": '.encode(), f'["{CANARY}"'.encode(), CANARY.encode("utf-16")):
        for secret in (None, "a secret of somebody else"):
            answer = await street.posts(raw, secret)
            assert answer.status_code in {400, 401}
            assert [word for word in (WORD, CANARY, "529.982") if word in answer.text] == []
