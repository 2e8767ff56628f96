"""What a token must prove; each of the known ways to forge one is refused with 401 and tells nothing."""

import base64
import hashlib
import hmac
import json
import time
import warnings
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from recado_chassis.caller import Caller
from recado_chassis.http.app import create_app
from recado_chassis.settings import InvalidSettings
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.toolbox import Toolbox

from tests.libs.chassis.edges.boxes import build, settings_with
from tests.libs.chassis.edges.conftest import Asking, asking, client_of
from tests.libs.chassis.edges.identity import (
    ORGANISATION,
    PROFILE,
    USER,
    assembled,
    bearer,
    claims,
    ec_key,
    pem_of,
    rsa_key,
    service_claims,
    service_token,
    signed,
    token,
)


async def refused(boxes: Asking, given: str, path: str = "/me") -> dict[str, Any]:
    answer = await boxes.client.get(path, headers=bearer(given))
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    problem: dict[str, Any] = answer.json()
    assert problem["rule"] == "not_authenticated"
    assert given[:20] not in answer.text
    return problem


async def test_a_good_token_says_who_asks(boxes: Asking) -> None:
    answer = await boxes.client.get("/me", headers=bearer(token()))
    assert answer.status_code == 200
    assert answer.json() == {"user_id": str(USER), "role": "administrator", "organisation_id": str(ORGANISATION)}


async def test_without_a_token_the_answer_says_how_to_send_one(boxes: Asking) -> None:
    answer = await boxes.client.get("/me")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="recado"')
    twice = await boxes.client.get("/me", headers=[("Authorization", f"Bearer {token()}")] * 2)
    basic = await boxes.client.get("/me", headers={"Authorization": "Basic dTpw"})
    in_query = await boxes.client.get("/me", params={"access_token": token()})
    assert [twice.status_code, basic.status_code, in_query.status_code] == [401, 401, 401]


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "NONE", ""])
async def test_93_an_unsigned_token_is_refused(boxes: Asking, algorithm: str) -> None:
    await refused(boxes, assembled({"alg": algorithm, "typ": "JWT"}, claims(), b""))


async def test_94_hs256_signed_with_the_public_key_is_refused(boxes: Asking) -> None:
    unsigned = assembled({"alg": "HS256", "typ": "JWT"}, claims(), b"").rsplit(".", 1)[0]
    mac = hmac.new(pem_of(rsa_key()).encode(), unsigned.encode(), hashlib.sha256).digest()
    await refused(boxes, f"{unsigned}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}")


@pytest.mark.parametrize(
    "headers",
    [
        {"kid": "../../../../dev/null"},
        {"kid": "x' UNION SELECT 'secret"},
        {"jku": "http://127.0.0.1:1/keys"},
        {"x5u": "http://127.0.0.1:1/cert"},
        {"jwk": json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key("attacker").public_key()))},
    ],
)
async def test_95_a_token_cannot_bring_its_own_key(boxes: Asking, headers: dict[str, Any]) -> None:
    await refused(boxes, signed(claims(), headers, name="attacker"))
    honest = await boxes.client.get("/me", headers=bearer(signed(claims(), headers)))
    assert honest.status_code == 200, "such headers are ignored, not obeyed"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": None},
        {"aud": "other"},
        {"iss": None},
        {"iss": "other"},
        {"iss": "reca"},
        {"iss": ["recado"]},
        {"exp": None},
        {"exp": 1},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": 1e400},
        {"nbf": int(time.time()) + 3600},
        {"iat": int(time.time()) + 3600},
        {"sub": None},
        {"sub": "not-a-uuid"},
    ],
)
async def test_96_wrong_or_missing_claims_are_refused(boxes: Asking, changed: dict[str, Any]) -> None:
    await refused(boxes, signed(claims(**changed)))


async def test_97_an_unknown_critical_extension_is_refused(boxes: Asking) -> None:
    await refused(boxes, signed(claims(), {"crit": ["exp-new"], "exp-new": 1}))
    await refused(boxes, signed(claims(), {"crit": ["b64"], "b64": True}))


async def test_98_the_algorithm_is_the_keys_not_the_tokens(boxes: Asking) -> None:
    await refused(boxes, jwt.encode(claims(), ec_key(), algorithm="ES256"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        await refused(boxes, jwt.encode(claims(), rsa_key(), algorithm="RS512"))
        await refused(boxes, jwt.encode(claims(), rsa_key(), algorithm="PS256"))


async def test_a_p256_key_takes_es256_only() -> None:
    settings = settings_with(jwt_public_key=pem_of(ec_key()))
    async with client_of(create_app(build(settings, Toolbox(MemoryStore())), settings)) as client:
        good = await client.get("/me", headers=bearer(jwt.encode(claims(), ec_key(), algorithm="ES256")))
        other = await client.get("/me", headers=bearer(token()))
    assert (good.status_code, other.status_code) == (200, 401)


async def test_99_a_token_of_a_megabyte_is_refused_before_it_is_read(boxes: Asking) -> None:
    """Over a socket its header is cut off with 431: see test_wire."""
    await refused(boxes, "e" * 1_000_000)


async def test_100_what_a_service_knows_of_a_user_wins_over_the_token() -> None:
    removed = asking(standing=lambda _: None)
    lowered = asking(standing=lambda who: Caller(who.user_id, "member", who.organisation_id))
    async with removed.client, lowered.client:
        await refused(removed, token())
        answer = await lowered.client.get("/me", headers=bearer(token()))
        command = await lowered.client.post(f"/boxes/{uuid4()}", json={"label": "a"}, headers=bearer(token()))
    assert answer.json()["role"] == "member"
    assert (command.status_code, command.json()["rule"]) == (403, "role_not_allowed")


async def test_101_a_services_token_is_no_users_and_the_other_way_round(boxes: Asking) -> None:
    await refused(boxes, service_token(), "/me")
    await refused(boxes, token(), "/events")
    assert (await boxes.client.get("/events", headers=bearer(service_token()))).status_code == 200


async def test_another_role_is_refused_with_the_rules_name(boxes: Asking) -> None:
    answer = await boxes.client.get("/members-only", headers=bearer(token()))
    assert answer.status_code == 403
    assert (answer.json()["rule"], answer.json()["allowed"]) == ("role_not_allowed", ["member"])


@pytest.mark.parametrize(
    "changed",
    [
        {"role": None},
        {"role": "root"},
        {"role": ["administrator"]},
        {"role": "operator"},
        {"role": "member", "organisation_id": None},
        {"organisation_id": "x"},
        {"organisation_id": 7},
        {"profile_id": "x"},
    ],
)
async def test_claims_that_name_nobody_who_can_exist_are_refused(boxes: Asking, changed: dict[str, Any]) -> None:
    await refused(boxes, signed(claims(**changed)))


async def test_an_operator_belongs_to_no_organisation_and_a_member_has_a_profile(boxes: Asking) -> None:
    operator = await boxes.client.get("/me", headers=bearer(token(role="operator", organisation_id=None)))
    member = await boxes.client.get("/me", headers=bearer(token(role="member", profile_id=str(PROFILE))))
    await refused(boxes, signed(service_claims(organisation_id=str(ORGANISATION))), "/events")
    assert (operator.json()["organisation_id"], member.status_code) == ("None", 200)


@pytest.mark.parametrize("garbage", ["x", "a.b.c", "a.b", "é.é.é", "e30.e30.", "." * 2000, "W10.W10.W10"])
async def test_what_is_no_token_at_all_is_refused(boxes: Asking, garbage: str) -> None:
    answer = await boxes.client.get("/me", headers={b"Authorization": f"Bearer {garbage}".encode()})
    assert answer.status_code == 401


def test_a_key_that_cannot_be_used_stops_the_start() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    for pem in ("nonsense", pem_of(weak)):
        settings = settings_with(jwt_public_key=pem)
        with pytest.raises(InvalidSettings, match="RECADO_JWT_PUBLIC_KEY"):
            create_app(build(settings, Toolbox(MemoryStore())), settings)
