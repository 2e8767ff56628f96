"""Forged and stale tokens at the running services, whose key is known by its public half."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.journeys.world import SERVICES, World, until
from tests.security.tenants import Tenant, claims, signed

pytestmark = pytest.mark.timeout(240)
LOOKS = {"gateway": "/channels", "conversations": "/users", "crm": "/contacts", "billing": "/wallet"}
STRANGER = ec.generate_private_key(ec.SECP256R1())


def encoded(part: bytes | dict[str, Any]) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def good(**changed: Any) -> dict[str, Any]:
    return claims("administrator", uuid4(), **changed)


def hs256(world: World, given: dict[str, Any]) -> str:
    """Signed with the public key as if it were a password."""
    told = f"{encoded({'alg': 'HS256', 'typ': 'JWT'})}.{encoded(given)}"
    key = world.launcher.secrets.jwt_public_key.encode()
    return f"{told}.{encoded(hmac.new(key, told.encode(), hashlib.sha256).digest())}"


def unsigned(algorithm: str) -> Callable[[World], str]:
    return lambda _: f"{encoded({'alg': algorithm})}.{encoded(good())}."


def with_header(header: dict[str, Any]) -> Callable[[World], str]:
    """Somebody else's signature under headers that say where its key is."""
    return lambda _: jwt.encode(good(), STRANGER, algorithm="ES256", headers=header)


def with_claims(**changed: Any) -> Callable[[World], str]:
    return lambda world: signed(world, {name: value for name, value in (good() | changed).items() if value is not None})


OWN_KEY = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(STRANGER.public_key()))
SOON, LONG_AGO = int(time.time()) + 3600, 1
FORGED: dict[str, Callable[[World], str]] = {
    **{f"93_algorithm_{name or 'empty'}": unsigned(name) for name in ("none", "None", "nOnE", "")},
    "94_hs256_with_the_public_key": lambda world: hs256(world, good()),
    "95_kid_traversal": with_header({"kid": "../../../../dev/null"}),
    "95_kid_sql": with_header({"kid": "x' UNION SELECT 'secret"}),
    "95_jku": with_header({"jku": "http://127.0.0.1:1/keys"}),
    "95_x5u": with_header({"x5u": "http://127.0.0.1:1/cert"}),
    "95_jwk": with_header({"jwk": OWN_KEY}),
    "96_no_audience": with_claims(aud=None),
    "96_other_audience": with_claims(aud="other"),
    "96_no_issuer": with_claims(iss=None),
    "96_part_of_the_issuer": with_claims(iss="reca"),
    "96_issuers_list": lambda world: jwt.PyJWS().encode(
        json.dumps(good() | {"iss": ["recado"]}).encode(), world.launcher.secrets.jwt_private_key, "ES256"
    ),
    "96_no_expiry": with_claims(exp=None),
    "96_expired": with_claims(exp=LONG_AGO),
    "96_not_yet": with_claims(nbf=SOON),
    "97_critical": lambda world: signed(world, good(), {"crit": ["later"], "later": 1}),
    "98_another_algorithm_of_the_key": lambda world: (
        f"{encoded({'alg': 'RS256', 'typ': 'JWT'})}.{signed(world, good()).split('.', 1)[1]}"
    ),
    "101_of_a_service": lambda world: signed(world, claims("service")),
}


@pytest.mark.parametrize("how", FORGED)
async def test_93_to_101_forged_tokens_get_401_at_every_service(world: World, how: str) -> None:
    token = FORGED[how](world)
    async with httpx.AsyncClient(timeout=30) as http:
        for service, path in LOOKS.items():
            answer = await http.get(f"{world.endpoints[service]}{path}", headers={"Authorization": f"Bearer {token}"})
            assert (answer.status_code, answer.json()["rule"]) == (401, "not_authenticated"), service
            assert token[:20] not in answer.text


async def test_101_a_users_token_is_no_services_at_any_service(world: World, tenant: Tenant) -> None:
    for service in SERVICES:
        for role in ("administrator", "member", "operator"):
            answer = await tenant.asks("GET", service, "/events", token=tenant.token(role))
            assert answer.status_code == 401, (service, role)
        assert (await tenant.asks("GET", service, "/events", token=tenant.token("service"))).status_code == 200


async def test_99_a_token_of_a_megabyte_gets_431_at_every_service(world: World) -> None:
    for service, path in LOOKS.items():
        head = f"GET {path} HTTP/1.1\r\nHost: {service}\r\nAuthorization: Bearer ".encode()
        received = await answer_to(world.endpoints[service], head, *[b"e" * 50_000] * 20)
        assert received.startswith(b"HTTP/1.1 431 "), (service, received[:100])


async def answer_to(url: str, *pieces: bytes) -> bytes:
    """What a connection receives until it is closed, though the server does not read all that is written."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))

    async def write() -> None:
        # Not faster than it is read: what is still under way when the server closes takes its answer away.
        with suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.1)

    writing, received = asyncio.create_task(write()), b""
    with suppress(ConnectionError):
        async with asyncio.timeout(10):
            while part := await reader.read(65_536):
                received += part
    writing.cancel()
    writer.close()
    return received


@pytest.mark.parametrize("service", SERVICES)
async def test_100_an_administrator_who_became_a_member_is_one_at_once(tenant: Tenant, service: str) -> None:
    """The token says administrator and has hours to live; the organisation says member, of no profile."""
    user = uuid4()
    token = tenant.token("administrator", user)
    await become(tenant, user, role="administrator")
    assert (await as_administrator(tenant, service, token)).status_code in {200, 404}
    await become(tenant, user, role="member")

    async def is_refused() -> bool:
        return (await as_administrator(tenant, service, token)).status_code == 403

    await until(is_refused, f"an administrator no more at {service}", 10)


async def test_100_a_deactivated_user_is_nobody_at_every_service(tenant: Tenant) -> None:
    user = uuid4()
    token = tenant.token("administrator", user)
    await become(tenant, user, role="administrator")
    assert await looks(tenant, token) == dict.fromkeys(LOOKS, 200)
    await become(tenant, user, role="administrator", active=False)

    async def is_nobody() -> bool:
        return await looks(tenant, token) == dict.fromkeys(LOOKS, 401)

    await until(is_nobody, "nobody any more", 10)
    await become(tenant, user, role="administrator", active=True)

    async def is_back() -> bool:
        return await looks(tenant, token) == dict.fromkeys(LOOKS, 200)

    await until(is_back, "somebody again", 10)


async def become(tenant: Tenant, user: UUID, **told: Any) -> None:
    await tenant.does("PUT", "conversations", f"/users/{user}", {"name": "Rui", **told})


async def as_administrator(tenant: Tenant, service: str, token: str) -> httpx.Response:
    """Something that a member without a profile may not do."""
    if service == "gateway":
        return await tenant.asks("PUT", "gateway", "/channels/1/details", {"name": "x"}, token=token)
    if service == "templates":
        return await tenant.asks("POST", "templates", f"/templates/{uuid4()}/submit", key=str(uuid4()), token=token)
    paths = {"conversations": "/conversations", "crm": "/contacts", "billing": "/wallet"}
    return await tenant.asks("GET", service, paths[service], token=token)


async def looks(tenant: Tenant, token: str) -> dict[str, int]:
    return {name: (await tenant.asks("GET", name, path, token=token)).status_code for name, path in LOOKS.items()}
