"""Bad inputs 1 to 13, 15 and 16: who is not Meta gets nothing in, and nothing out."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest
from gateway.settings import Settings
from recado_chassis.settings import InvalidSettings

from tests.gateway.door.doorway import OLD_SECRET, Doorway
from tests.gateway.meta import APP_SECRET, VERIFY_TOKEN
from tests.libs.chassis.edges.running import Running
from tests.simulator.bodies import Line, Wamids, contents, message_body
from tests.simulator.bodies.gallery import PEOPLE
from tests.simulator.signing import meta_json, signature

Headers = list[tuple[bytes, bytes]]
FOREIGN_SECRET = "app-secret-of-somebody-else"


def body_for(line: Line) -> bytes:
    return meta_json(
        message_body(line, PEOPLE[0], Wamids().of(PEOPLE[0]), 1_795_000_000, "text", contents.text("São só 3 €/kg"))
    )


def hexadecimal(body: bytes) -> str:
    return signature(APP_SECRET, body).partition("=")[2]


def named(*values: str | bytes) -> Headers:
    return [(b"X-Hub-Signature-256", value.encode() if isinstance(value, str) else value) for value in values]


REFUSED: dict[str, Callable[[bytes], Headers]] = {
    "01_no_signature": lambda body: [],
    "02_two_signatures": lambda body: named(signature(APP_SECRET, body), signature(APP_SECRET, body)),
    "02_two_signatures_one_wrong": lambda body: named(signature(APP_SECRET, body), "sha256=" + "0" * 64),
    "03_sha1_only": lambda body: [(b"X-Hub-Signature", b"sha1=" + b"a" * 40)],
    "03_sha1_in_the_other_header": lambda body: named("sha1=" + "a" * 40),
    "04_upper_case_prefix": lambda body: named("SHA256=" + hexadecimal(body)),
    "04_another_prefix": lambda body: named("sha512=" + hexadecimal(body)),
    "04_no_prefix": lambda body: named(hexadecimal(body)),
    "04_space_after_the_prefix": lambda body: named("sha256= " + hexadecimal(body)),
    "05_63_digits": lambda body: named("sha256=" + hexadecimal(body)[:63]),
    "05_65_digits": lambda body: named("sha256=" + hexadecimal(body) + "0"),
    "05_no_digits": lambda body: named("sha256="),
    "06_no_hexadecimal_digits": lambda body: named("sha256=" + "g" * 64),
    "06_spaces_among_the_digits": lambda body: named("sha256=" + hexadecimal(body)[:62] + " 0"),
    "07_bytes_beyond_ascii": lambda body: named(b"sha256=" + b"\xe9" * 64),
    "07_bytes_beyond_ascii_behind": lambda body: named(signature(APP_SECRET, body).encode()[:-1] + b"\xb2"),
    "08_made_of_another_body": lambda body: named(signature(APP_SECRET, body + b"\n")),
    "12_of_another_app": lambda body: named(signature(FOREIGN_SECRET, body)),
    "12_of_no_secret": lambda body: named(signature("", body)),
}


@pytest.mark.parametrize("how", REFUSED)
async def test_01_to_12_what_meta_did_not_sign_gets_401_and_leaves_nothing(door: Doorway, how: str) -> None:
    line, _ = door.served()
    body = body_for(line)
    answer = door.post_as(body, [(b"Content-Type", b"application/json"), *REFUSED[how](body)])
    assert (answer.status_code, answer.json()["rule"]) == (401, "bad_signature")
    assert answer.headers["content-type"] == "application/problem+json"
    assert APP_SECRET not in answer.text
    assert await door.nothing_of(line)


@pytest.mark.parametrize("changed", [lambda body: body + b"\n", lambda body: b" " + body, lambda body: body[:-1]])
async def test_08_a_body_with_one_byte_more_or_less_gets_401(door: Doorway, changed: Callable[[bytes], bytes]) -> None:
    line, _ = door.served()
    body = body_for(line)
    answer = door.post_as(changed(body), named(signature(APP_SECRET, body)))
    assert answer.status_code == 401
    assert await door.nothing_of(line)


@pytest.mark.parametrize("escaped", [True, False])
async def test_09_the_same_json_written_anew_gets_401(door: Doorway, escaped: bool) -> None:
    line, _ = door.served()
    body = body_for(line)
    anew = json.dumps(json.loads(body), ensure_ascii=escaped, separators=(",", ":")).encode()
    assert anew != body
    assert door.post_as(anew, named(signature(APP_SECRET, body))).status_code == 401
    assert door.post_as(body, named(signature(APP_SECRET, anew))).status_code == 401
    assert await door.nothing_of(line)


async def test_an_upper_case_signature_is_the_same_number(door: Doorway) -> None:
    line, _ = door.served()
    body = body_for(line)
    answer = door.post_as(body, named("sha256=" + hexadecimal(body).upper()))
    assert answer.status_code == 200
    assert len(await door.inbound(line)) == 1


def test_10_an_empty_body_gets_400_however_well_it_is_signed(door: Doorway) -> None:
    answer = door.post(b"")
    assert (answer.status_code, answer.json()["rule"]) == (400, "malformed_webhook")
    assert door.post(b"", FOREIGN_SECRET).status_code == 401


async def test_11_while_a_secret_is_replaced_both_are_valid(door: Doorway) -> None:
    line, _ = door.served()
    body = body_for(line)
    answers = [door.post(body, secret).status_code for secret in (APP_SECRET, OLD_SECRET, FOREIGN_SECRET)]
    assert answers == [200, 200, 401]
    assert len(await door.inbound(line)) == 2


@pytest.mark.parametrize(
    "secrets", ["", "[]", '[""]', '["short"]', '["long enough to be one", ""]', "no list", '"one"']
)
def test_13_an_empty_or_short_secret_is_refused_and_not_repeated(
    door: Doorway, monkeypatch: pytest.MonkeyPatch, secrets: str
) -> None:
    for name, value in {**door.environment, "RECADO_APP_SECRETS": secrets}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings, match=r"RECADO_APP_SECRETS|app_secrets") as refused:
        Settings.from_environment()
    assert "short" not in str(refused.value).replace("shorter", "")


def test_13_a_gateway_with_a_short_secret_does_not_start(door: Doorway) -> None:
    running = Running({**door.environment, "RECADO_APP_SECRETS": '["short-one"]'}, "gateway")
    assert running.wait() == 2
    told = running.stderr()
    assert "RECADO_APP_SECRETS" in told
    assert "short-one" not in told


def test_15_who_knows_the_token_gets_the_challenge_back_unchanged(door: Doorway) -> None:
    for challenge in ("1158201444", "aZ-_.~+/=09", "x" * 1024):
        answer = door.get(mode="subscribe", verify_token=VERIFY_TOKEN, challenge=challenge)
        assert (answer.status_code, answer.text) == (200, challenge)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "query",
    [
        {"mode": "subscribe", "verify_token": "wrong", "challenge": "1"},
        {"mode": "subscribe", "verify_token": VERIFY_TOKEN + " ", "challenge": "1"},
        {"mode": "subscribe", "verify_token": "", "challenge": "1"},
        {"mode": "subscribe", "verify_token": "völlig falsch", "challenge": "1"},
        {
            "mode": "subscribe",
            "verify_token": "\udcff".encode("utf-8", "surrogateescape").decode("latin-1"),
            "challenge": "1",
        },
        {"mode": "unsubscribe", "verify_token": VERIFY_TOKEN, "challenge": "1"},
        {"mode": "", "verify_token": VERIFY_TOKEN, "challenge": "1"},
        {"verify_token": VERIFY_TOKEN, "challenge": "1"},
        {"mode": "subscribe", "challenge": "1"},
        {},
    ],
)
def test_15_a_stranger_gets_403_and_no_challenge(door: Doorway, query: dict[str, str]) -> None:
    answer = door.get(**query)
    assert (answer.status_code, answer.json()["rule"]) == (403, "verify_token_refused")


def test_15_the_token_twice_is_no_token(door: Doorway) -> None:
    token = f"hub.verify_token={VERIFY_TOKEN}"
    answer = httpx.get(f"{door.url}?hub.mode=subscribe&{token}&{token}&hub.challenge=1")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "challenge", ["<script>alert(1)</script>", "a\r\nSet-Cookie: a=b", "x" * 10_000, "x" * 1025, "", "a b", "é", "a\0b"]
)
def test_15_what_no_challenge_looks_like_gets_400_and_is_not_repeated(door: Doorway, challenge: str) -> None:
    answer = door.get(mode="subscribe", verify_token=VERIFY_TOKEN, challenge=challenge)
    assert (answer.status_code, answer.json()["rule"]) == (400, "bad_challenge")
    assert len(challenge) < 10 or challenge not in answer.text


async def test_16_a_signature_in_the_query_is_ignored(door: Doorway) -> None:
    line, _ = door.served()
    body = body_for(line)
    query = f"?X-Hub-Signature-256={signature(APP_SECRET, body)}"
    assert door.post_as(body, {}, query).status_code == 401
    wrong = f"?X-Hub-Signature-256=sha256={'0' * 64}"
    assert door.post_as(body, named(signature(APP_SECRET, body)), wrong).status_code == 200
    assert len(await door.inbound(line)) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"])
def test_other_methods_are_told_which_there_are(door: Doorway, method: str) -> None:
    answer = httpx.request(method, door.url)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
