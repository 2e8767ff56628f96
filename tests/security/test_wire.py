"""Bad inputs 40 to 47 and 49, at every service: what no well-behaved program sends ends soon and costs little."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from tests.journeys.world import SERVICES, World
from tests.security.places import log_lines
from tests.security.routes import Route, absent, with_bodies
from tests.security.street import Street
from tests.security.tenants import Tenant
from tests.security.wire import Closed, say
from tests.simulator.signing import signed_headers

pytestmark = pytest.mark.timeout(120)
HOST = b"Host: recado\r\n"
GET, POST = b"GET /health/live HTTP/1.1\r\n" + HOST, b"POST /users HTTP/1.1\r\n" + HOST
PATIENCE = 10.0
GRACE = 2.0
"""Of a busy machine."""


async def everywhere(world: World, *pieces: bytes, **how: Any) -> dict[str, Closed]:
    answers = await asyncio.gather(*(say(world, service, *pieces, **how) for service in SERVICES))
    return dict(zip(SERVICES, answers, strict=True))


async def test_40_41_whoever_is_slow_is_cut_off_within_ten_seconds_everywhere(world: World) -> None:
    silent, slow, dripping, webhook = await asyncio.gather(
        everywhere(world),
        everywhere(world, b"GET / HTTP/1.1\r\n", tail=[b"X: y\r\n"] * 100, pause=0.5),
        everywhere(world, POST + b"Content-Length: 100\r\n\r\n", tail=[b"a"] * 100, pause=0.5),
        say(
            world,
            "gateway",
            b"POST /webhooks/whatsapp HTTP/1.1\r\n" + HOST + b"X-Hub-Signature-256: sha256=" + b"0" * 64 + b"\r\n",
            b"Content-Length: 100\r\n\r\n",
            tail=[b"a"] * 100,
            pause=0.5,
        ),
    )
    closed = [*silent.values(), *slow.values(), *dripping.values(), webhook]
    assert max(each.seconds for each in closed) < PATIENCE + GRACE
    assert {each.told for each in (*slow.values(), *dripping.values(), webhook)} == {(408, "request_timeout")}


AMBIGUOUS = (
    b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
    b"Content-Length: 3\r\nContent-Length: 4\r\n",
    b"Transfer-Encoding: xchunked\r\n",
)
NOT_STRICT = {
    "folded header": GET + b"X: a\r\n folded\r\n\r\n",
    "bare LF": b"GET /health/live HTTP/1.1\nHost: recado\n\n",
    "bad chunk size": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
}
TOO_MUCH = {
    "1,000 headers": GET + b"".join(b"X-%d: y\r\n" % number for number in range(1000)) + b"\r\n",
    "a header of 64 kB": GET + b"X: " + b"y" * 65_536 + b"\r\n\r\n",
}


@pytest.mark.parametrize("fields", AMBIGUOUS)
async def test_42_a_body_whose_end_is_ambiguous_gets_400_everywhere(world: World, fields: bytes) -> None:
    answers = await everywhere(world, POST + fields + b"\r\n3\r\nabc\r\n0\r\n\r\n")
    assert {service: answer.told for service, answer in answers.items()} == all_of((400, "malformed_request"))


@pytest.mark.parametrize("how", NOT_STRICT)
async def test_43_what_is_no_strict_http_gets_400_everywhere(world: World, how: str) -> None:
    answers = await everywhere(world, NOT_STRICT[how])
    assert {service: answer.told for service, answer in answers.items()} == all_of((400, "malformed_request"))


@pytest.mark.parametrize("how", TOO_MUCH)
async def test_44_too_many_or_too_large_headers_get_431_everywhere(world: World, how: str) -> None:
    answers = await everywhere(world, TOO_MUCH[how])
    assert {service: answer.told for service, answer in answers.items()} == all_of((431, "headers_too_large"))


def all_of(told: tuple[int, str]) -> dict[str, tuple[int, str]]:
    return dict.fromkeys(SERVICES, told)


# What a body may be ------------------------------------------------------------------------------

Posting = Callable[[Route, bytes, Mapping[str, str]], httpx.Response]


@pytest.fixture
def post(world: World, tenant: Tenant) -> Any:
    with httpx.Client(timeout=30) as http:

        def posting(route: Route, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
            url = f"{world.endpoints[route.service]}{route.at(absent())}"
            given = {"Authorization": f"Bearer {tenant.administrator}", "Idempotency-Key": "k", **headers}
            return http.request(route.method, url, content=body, headers=given)

        yield posting


BOMB = gzip.compress(b"[" + b" " * 500_000_000 + b"]", 9)
"""Half a megabyte that would be half a gigabyte."""


async def test_45_a_bomb_is_refused_unread_everywhere(street: Street, post: Posting) -> None:
    assert 400_000 < len(BOMB) < 1_000_000
    packed = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    begun = time.monotonic()
    answers = {str(route): post(route, BOMB, packed).status_code for route, _ in with_bodies()}
    assert set(answers.values()) == {415}, answers
    assert (await webhook(street, BOMB, **packed)).status_code == 415
    assert time.monotonic() - begun < PATIENCE


async def test_46_lists_serve_no_ranges_so_that_many_of_them_cost_nothing(world: World, tenant: Tenant) -> None:
    """The header is passed over: every answer is whole, and says of no range. Files: `test_attachments.py`."""
    ranges = "bytes=" + ",".join(f"{first}-{first}" for first in range(0, 12_000, 2))
    asked = {"gateway": "/channels", "conversations": "/conversations", "crm": "/contacts"}
    async with httpx.AsyncClient(timeout=30) as http:
        for service, path in asked.items():
            headers, url = {"Authorization": f"Bearer {tenant.administrator}"}, f"{world.endpoints[service]}{path}"
            whole = await http.get(url, headers=headers)
            begun = time.monotonic()
            parts = await http.get(url, headers={**headers, "Range": ranges})
            assert (parts.status_code, parts.content) == (200, whole.content) == (whole.status_code, parts.content)
            assert not {"accept-ranges", "content-range"} & set(parts.headers)
            assert time.monotonic() - begun < GRACE


ELSEWHERE = "evil.example"
SPOOFED = {
    "Host": ELSEWHERE,
    "X-Forwarded-Host": ELSEWHERE,
    "X-Forwarded-Server": ELSEWHERE,
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Prefix": f"//{ELSEWHERE}",
    "X-Forwarded-For": "203.0.113.77",
    "X-Real-IP": "203.0.113.77",
    "X-Original-URL": "/events",
    "X-Rewrite-URL": "/events",
    "X-HTTP-Method-Override": "DELETE",
    "Forwarded": f"for=203.0.113.77;host={ELSEWHERE};proto=gopher",
}


async def test_49_a_host_or_an_origin_that_is_only_claimed_is_ignored_everywhere(world: World, tenant: Tenant) -> None:
    """It is in no answer, no link and no log line, and changes neither what is asked nor who asks."""
    for name in ("x", "y"):
        await tenant.does("POST", "conversations", "/views", {"name": name, "filters": {}})
        await tenant.does("POST", "crm", "/companies", {"name": name})
    await world.settled()
    paths = {"conversations": "/users", "crm": "/companies?limit=1", "gateway": "/channels", "templates": "/templates"}
    honest = {"Authorization": f"Bearer {tenant.administrator}"}
    async with httpx.AsyncClient(timeout=30, follow_redirects=False) as http:
        for service in SERVICES:
            for path in (paths.get(service, "/wallet"), "/nothing", "/health/live/", "//evil.example/x"):
                for headers in (honest, {}):
                    url = f"{world.endpoints[service]}{path}"
                    plain, spoofed = (
                        await http.get(url, headers=headers),
                        await http.get(url, headers={**headers, **SPOOFED}),
                    )
                    assert (spoofed.status_code, told_by(spoofed)) == (plain.status_code, told_by(plain)), url
                    said = f"{spoofed.headers} {spoofed.text}".replace(path, "")
                    assert not [word for word in (ELSEWHERE, "203.0.113.77", "gopher") if word in said], url
        page = await http.get(f"{world.endpoints['crm']}/companies?limit=1", headers={**honest, **SPOOFED})
    assert page.headers["link"].startswith("</companies?"), "links say of no host"
    logged = (line.data for line in log_lines(world.launcher._state.logs))
    assert not [line for line in logged if b"203.0.113.77" in line]


def told_by(answer: httpx.Response) -> Any:
    """But for what differs from one answer to the next."""
    told = answer.json()
    return {name: value for name, value in told.items() if name not in ("instance", "next_cursor")}


FORM = {"Content-Type": "multipart/form-data; boundary=b"}
PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'


async def test_47_a_hundred_thousand_parts_get_413_and_fewer_get_415_everywhere(street: Street, post: Posting) -> None:
    many, fewer = PART * 100_000 + b"--b--", PART * 10_000 + b"--b--"
    begun = time.monotonic()
    paths = [(route.service, route.method, route.at(absent())) for route, _ in with_bodies()]
    announced = [*paths, ("gateway", "POST", "/webhooks/whatsapp")]
    large = await asyncio.gather(*(announce(street.world, *where, many) for where in announced))
    assert {answer.told for answer in large} == {(413, "content_too_large")}
    small = {str(route): post(route, fewer, FORM).status_code for route, _ in with_bodies()}
    assert set(small.values()) == {415}, small
    assert (await webhook(street, fewer, **FORM)).status_code == 400, "JSON is all that a webhook is read as"
    assert time.monotonic() - begun < PATIENCE


async def announce(world: World, service: str, method: str, path: str, body: bytes) -> Closed:
    """Only says what is coming: who sends on when it is refused may miss the answer."""
    signature = signed_headers(world.endpoints["app_secret"], body)["X-Hub-Signature-256"]
    fields = {**FORM, "Host": "recado", "Content-Length": len(body), "X-Hub-Signature-256": signature}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return await say(world, service, "\r\n".join(lines).encode())


async def webhook(street: Street, body: bytes, **headers: str) -> httpx.Response:
    """Well signed."""
    url = f"{street.world.endpoints['gateway']}/webhooks/whatsapp"
    async with httpx.AsyncClient(timeout=30) as http:
        signed = signed_headers(street.world.endpoints["app_secret"], body)
        return await http.post(url, content=body, headers={**signed, **headers})
