"""Everything refused over HTTP is a problem of one shape, which quotes nothing that was sent."""

import io
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from recado_chassis.files import FilesUnavailable
from recado_chassis.http.app import create_app
from recado_chassis.store import Conflict, Fenced, Unavailable
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.toolbox import Toolbox

from tests.libs.chassis.edges.boxes import build, settings_with
from tests.libs.chassis.edges.conftest import Asking, client_of
from tests.libs.chassis.edges.identity import bearer, token

CANARY = "+5511987654321"
JSON = {"Content-Type": "application/json"}


def problem_of(answer: httpx.Response, status: int, rule: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    problem: dict[str, Any] = answer.json()
    assert (problem["status"], problem["rule"]) == (status, rule)
    assert problem["type"] == f"https://recado.dev/problems/{rule}"
    assert problem["title"]
    assert problem["detail"]
    assert CANARY not in answer.text
    return problem


async def post(boxes: Asking, body: Any, path: str | None = None, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {**bearer(token()), **JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return await boxes.client.post(path or f"/boxes/{uuid4()}", content=content, headers=given)


async def test_what_is_not_there_and_what_takes_no_such_method(boxes: Asking) -> None:
    problem_of(await boxes.client.get(f"/nothing/{CANARY}"), 404, "not_found")
    answer = await boxes.client.delete("/boxes")
    problem_of(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


async def test_a_refusal_names_its_rule_and_its_details(boxes: Asking) -> None:
    path = f"/boxes/{uuid4()}"
    for _ in range(3):
        assert (await post(boxes, {"label": "a"}, path)).status_code == 201
    assert problem_of(await post(boxes, {"label": "a"}, path), 409, "box_full")["limit"] == 3


async def test_103_mistakes_are_told_by_pointers_and_without_what_was_sent(boxes: Asking) -> None:
    body = {"label": 7, "weight": CANARY, "of": CANARY, CANARY: 1, "status": CANARY}
    problem = problem_of(await post(boxes, body), 422, "invalid_request")
    found = {(error["pointer"], error["kind"]) for error in problem["errors"]}
    assert found == {
        ("#/label", "string_type"),
        ("#/weight", "int_type"),
        ("#/of", "uuid_parsing"),
        ("#", "extra_forbidden"),
        ("#/status", "extra_forbidden"),
    }
    wrong_path = problem_of(await post(boxes, {"label": "a"}, f"/boxes/{CANARY}"), 422, "invalid_request")
    assert wrong_path["errors"][0]["parameter"] == "box_id"


async def test_73_members_that_are_not_the_clients_to_set_are_refused(boxes: Asking) -> None:
    for member in ("last_inbound_at", "status", "assignee", "price", "organisation_id", "opened_at"):
        answer = await post(boxes, {"label": "a", member: "x"})
        assert problem_of(answer, 422, "invalid_request")["errors"][0]["pointer"] == f"#/{member}"
    assert boxes.types_stored() == []


@pytest.mark.parametrize(
    "value", ['"1_000"', "true", "1.0", '"\\u0661\\u0662"', '"7"', "1e400", "0.001", "-0.0", "null"]
)
async def test_35_36_only_a_whole_number_is_a_whole_number(boxes: Asking, value: str) -> None:
    answer = await post(boxes, f'{{"label": "a", "weight": {value}}}'.encode())
    assert problem_of(answer, 422, "invalid_request")["errors"][0]["pointer"] == "#/weight"


@pytest.mark.parametrize(
    "body",
    [
        b'{"label": "a", "label": "b"}',
        b'{"label": NaN}',
        b'{"label": -Infinity}',
        b'{"label": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"label": "\\ud800"}',
        b'{"label": "a\\u0000b"}',
        b'{"label": "\xff"}',
        b"\xef\xbb\xbf{}",
        '{"label": "a"}'.encode("utf-16"),
        b'{"label": "a"',
        b"{} {}",
    ],
)
async def test_json_that_programs_would_read_differently_is_refused(boxes: Asking, body: bytes) -> None:
    problem_of(await post(boxes, body), 400, "malformed_json")
    assert boxes.types_stored() == []


async def test_text_of_every_alphabet_and_a_written_backslash_come_through(boxes: Asking) -> None:
    for label in ("João 👍", "\\u0000", "\U0001f468\u200d\U0001f469", "مرحبا"):
        assert (await post(boxes, {"label": label})).status_code == 201


async def test_a_body_above_the_limit_is_refused_by_its_length_and_by_its_bytes(boxes: Asking) -> None:
    large = json.dumps({"label": "a" * 1_100_000}).encode()
    problem_of(await post(boxes, large), 413, "content_too_large")

    async def chunks() -> Any:
        for at in range(0, len(large), 50_000):
            yield large[at : at + 50_000]

    headers = {**bearer(token()), **JSON}
    problem_of(
        await boxes.client.post(f"/boxes/{uuid4()}", content=chunks(), headers=headers), 413, "content_too_large"
    )


async def test_45_compressed_bodies_are_refused_unread(boxes: Asking) -> None:
    for encoding in ("gzip", "deflate", "br", "zstd", "identity, gzip"):
        problem_of(await post(boxes, b"\x1f\x8b", content_encoding=encoding), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
    ],
)
async def test_anything_but_json_is_refused(boxes: Asking, media_type: str) -> None:
    answer = await post(boxes, b'{"label": "a"}', Content_Type=media_type)
    assert answer.status_code == 415


async def test_nul_in_a_query_is_refused(boxes: Asking) -> None:
    problem_of(await boxes.client.get("/boxes?colour=a%00b", headers=bearer(token())), 400, "bad_request")


async def test_what_fails_tells_only_an_id_that_the_log_has(boxes: Asking, logged: io.StringIO) -> None:
    answer = await boxes.client.get("/broken")
    problem = problem_of(answer, 500, "internal_error")
    assert "ZeroDivision" not in answer.text
    correlation = problem["instance"].removeprefix("urn:uuid:")
    assert answer.headers["recado-correlation-id"] == correlation
    entry = next(line for line in map(json.loads, logged.getvalue().splitlines()) if line["event"] == "request_failed")
    assert (entry["correlation_id"], entry["error"]) == (correlation, "ZeroDivisionError")
    assert any("boxes.py" in place for place in entry["raised"])
    assert "5511999998888" not in logged.getvalue(), "the exception's message"


class Failing(MemoryStore):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def session(self, *, locked: bool = False) -> Any:
        raise self.error


@pytest.mark.parametrize(
    ("error", "rule"),
    [(Fenced("x"), "busy"), (Unavailable("x"), "unavailable"), (FilesUnavailable("x"), "unavailable")],
)
async def test_what_may_be_tried_again_says_when(error: Exception, rule: str) -> None:
    settings = settings_with()
    async with client_of(create_app(build(settings, Toolbox(Failing(error))), settings)) as client:
        answer = await client.post(f"/boxes/{uuid4()}", json={"label": "a"}, headers=bearer(token()))
    problem_of(answer, 503, rule)
    assert answer.headers["retry-after"] == "1"


async def test_what_conflicts_with_nobody_is_our_mistake() -> None:
    settings = settings_with()
    async with client_of(create_app(build(settings, Toolbox(Failing(Conflict("x")))), settings)) as client:
        answer = await client.post(f"/boxes/{uuid4()}", json={"label": "a"}, headers=bearer(token()))
    problem_of(answer, 500, "internal_error")


async def test_120_the_docs_are_served_only_when_asked_for(boxes: Asking) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        problem_of(await boxes.client.get(path), 404, "not_found")
    settings = settings_with(api_docs=True)
    async with client_of(create_app(build(settings, Toolbox(MemoryStore())), settings)) as client:
        described = await client.get("/openapi.json")
    assert described.json()["openapi"].startswith("3.1")
    assert "/boxes/{box_id}" in described.json()["paths"]
