"""Keys from an identity provider's key set, read over HTTP: rotation, outages, and keys that are for something else."""

import json
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from recado_chassis.http.keys import KeySet
from recado_chassis.http.tokens import NotAuthenticated, Tokens
from recado_chassis.ports import SystemClock
from recado_chassis.running.server import HttpServer
from recado_chassis.settings import InvalidSettings
from recado_chassis.store import Unavailable
from starlette.types import Receive, Scope, Send

from tests.libs.chassis.edges.identity import USER, claims, ec_key, rsa_key, signed


def rsa_jwk(kid: str, name: str = "ours", **more: Any) -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(rsa_key(name).public_key(), as_dict=True), "kid": kid, "use": "sig", **more}


class Provider:
    """A key set over HTTP, which can be changed and counts how often it is read."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = [rsa_jwk("first")]
        self.reads = 0
        self.status = 200

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.reads += 1
        body = json.dumps({"keys": self.keys}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
async def url(provider: Provider) -> AsyncIterator[str]:
    server = HttpServer(provider, "127.0.0.1", 0)
    await server.start()
    yield f"http://127.0.0.1:{server.port}/keys"
    await server.stop(1)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def tokens(url: str, time: Time) -> Tokens:
    return Tokens(KeySet(url, time), "recado", "recado", SystemClock())


async def test_a_token_is_checked_with_the_key_it_names(tokens: Tokens, provider: Provider) -> None:
    for _ in range(5):
        assert (await tokens.verify(signed(claims(), {"kid": "first"}))).user_id == USER
    assert provider.reads == 1


async def test_95_an_unknown_kid_is_refused_and_costs_one_question_in_ten_seconds(
    tokens: Tokens, provider: Provider, time: Time
) -> None:
    for kid in ("../../first", "' OR 1=1", "http://127.0.0.1/keys", "k" * 5000, "second"):
        with pytest.raises(NotAuthenticated):
            await tokens.verify(signed(claims(), {"kid": kid}, name="attacker"))
    with pytest.raises(NotAuthenticated):
        await tokens.verify(signed(claims()))
    assert provider.reads == 1
    time.now += 11
    with pytest.raises(NotAuthenticated):
        await tokens.verify(signed(claims(), {"kid": "second"}))
    assert provider.reads == 2


async def test_a_new_key_is_found_and_an_old_one_forgotten(tokens: Tokens, provider: Provider, time: Time) -> None:
    await tokens.verify(signed(claims(), {"kid": "first"}))
    provider.keys = [rsa_jwk("second", "attacker")]
    time.now += 11
    await tokens.verify(signed(claims(), {"kid": "second"}, name="attacker"))
    with pytest.raises(NotAuthenticated):
        await tokens.verify(signed(claims(), {"kid": "first"}))


async def test_keys_stay_good_while_their_provider_is_away(tokens: Tokens, provider: Provider, time: Time) -> None:
    await tokens.verify(signed(claims(), {"kid": "first"}))
    provider.status = 500
    time.now += 1000
    assert (await tokens.verify(signed(claims(), {"kid": "first"}))).user_id == USER


async def test_without_any_key_the_service_is_unavailable_and_not_open(time: Time) -> None:
    tokens = Tokens(KeySet("http://127.0.0.1:1/keys", time), "recado", "recado", SystemClock())
    with pytest.raises(Unavailable):
        await tokens.verify(signed(claims(), {"kid": "first"}))


async def test_98_a_keys_algorithm_binds_whatever_the_token_says(tokens: Tokens, provider: Provider) -> None:
    ec = {**ECAlgorithm.to_jwk(ec_key().public_key(), as_dict=True), "kid": "ec"}
    secret = {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "kid": "secret", "alg": "HS256"}
    provider.keys = [rsa_jwk("pss", alg="PS256"), rsa_jwk("first", alg="RS256"), ec, secret]
    for kid in ("pss", "ec", "secret"):
        with pytest.raises(NotAuthenticated):
            await tokens.verify(signed(claims(), {"kid": kid}))
    with pytest.raises(NotAuthenticated):
        await tokens.verify(jwt.encode(claims(), "s" * 40, algorithm="HS256", headers={"kid": "secret"}))
    good = jwt.encode(claims(), ec_key(), algorithm="ES256", headers={"kid": "ec"})
    assert (await tokens.verify(good)).user_id == USER


def test_only_http_addresses_are_taken() -> None:
    for url in ("file:///etc/passwd", "ftp://host/keys", "keys"):
        with pytest.raises(InvalidSettings, match="RECADO_JWKS_URL"):
            KeySet(url)
