"""Logs are JSON with ids, whoever writes them, and hold nothing of a person even when somebody logs it by mistake."""

import io
import json
import logging
import time
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import structlog
from recado_chassis.discretion import described, masked
from recado_chassis.store import Unavailable

from tests.libs.chassis.edges.conftest import Asking
from tests.libs.chassis.edges.identity import ORGANISATION, USER, bearer, token

CANARIES = (
    "+55 11 98765-4321",
    "5511987654321",
    "wamid.HBgNNTUxMTk4NzY1NDMyMRUC",
    "maria@example.com",
    "eyJhbGciOi.eyJzdWIi.c2ln",
)


def entries(logged: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in logged.getvalue().splitlines()]


def test_an_entry_has_time_level_event_service_and_ids(logged: io.StringIO) -> None:
    organisation = str(uuid4())
    with structlog.contextvars.bound_contextvars(organisation_id=organisation):
        structlog.get_logger().info("number_connected", phone_number_id="106540352242922", position=123456789012)
    (entry,) = entries(logged)
    assert list(entry)[:4] == ["time", "level", "service", "event"]
    assert (entry["level"], entry["service"], entry["event"]) == ("info", "boxes", "number_connected")
    assert entry["organisation_id"] == organisation
    assert (entry["phone_number_id"], entry["position"]) == ("106540352242922", 123456789012)
    assert entry["time"].endswith("Z")


@pytest.mark.parametrize("canary", CANARIES)
def test_102_what_looks_like_a_person_or_a_secret_is_masked_wherever_it_is(logged: io.StringIO, canary: str) -> None:
    log = structlog.get_logger()
    carelessly_written = f"message from {canary}"
    log.info(carelessly_written, note=f"see {canary}", nested={"deep": [f"a {canary}"]}, reason=canary)
    log.info("known_names", text=canary, name="Maria", wa_id=canary, authorization=canary, headers={"a": canary})
    logging.getLogger("aiokafka").warning("key %s", canary)
    log.info("number", attempts=5511987654321)
    assert canary not in logged.getvalue()
    assert "Maria" not in logged.getvalue()
    assert "98765" not in logged.getvalue()


def test_ids_times_and_small_numbers_stay_readable() -> None:
    for text in (str(uuid4()), "2026-11-03T10:00:00.123456+00:00", "partition 7 at 1234567", "recado.inbound.v1"):
        assert masked(text) == text


@pytest.mark.parametrize("bomb", ["a", "1", "+1 ", "eyJ-", "wamid.", "a@", "a.", "0f", "(", "1234567-"])
def test_39_no_text_takes_long_to_mask(bomb: str) -> None:
    begun = time.process_time()
    for _ in range(10):
        masked(bomb * (1_000_000 // len(bomb)))
    assert (time.process_time() - begun) / 10 < 0.01


def test_libraries_speak_json_and_only_from_warning_on(logged: io.StringIO) -> None:
    for name in ("uvicorn.error", "uvicorn.access", "aiokafka.consumer", "faststream", "httpx"):
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("something of %s", name)
    assert [(entry["level"], entry["logger"]) for entry in entries(logged)] == [
        ("warning", name) for name in ("uvicorn.error", "uvicorn.access", "aiokafka.consumer", "faststream", "httpx")
    ]


def test_exceptions_are_told_by_class_and_place_without_their_values(logged: io.StringIO) -> None:
    try:
        int("5511987654321x")
    except ValueError:
        logging.getLogger("anything").exception("failed")
        structlog.get_logger().exception("failed_too")
    for entry in entries(logged):
        assert entry["error"] == "ValueError"
        assert "test_logs.py" in entry["raised"][-1]
    assert "98765" not in logged.getvalue()


def test_servers_and_our_own_words_are_told_with_their_message() -> None:
    assert described(ConnectionRefusedError(111, "Connection refused")).endswith("Connection refused")
    assert described(psycopg.OperationalError("server closed")) == "OperationalError: server closed"
    chained = Unavailable("the database is away")
    chained.__cause__ = KeyError("5511987654321")
    assert described(chained) == "Unavailable: the database is away < KeyError"


async def test_the_access_log_has_the_template_and_the_caller_but_no_query(boxes: Asking, logged: io.StringIO) -> None:
    box, canary = uuid4(), "Maria"
    await boxes.client.post(f"/boxes/{box}?search={canary}", json={"label": canary}, headers=bearer(token()))
    entry = entries(logged)[-1]
    assert (entry["event"], entry["method"], entry["route"]) == ("request", "POST", "/boxes/{box_id}")
    assert entry["status"] == 201
    assert entry["ms"] > 0
    assert (entry["organisation_id"], entry["user_id"]) == (str(ORGANISATION), str(USER))
    assert len(entry["correlation_id"]) == 36
    assert canary not in logged.getvalue()


async def test_one_requests_ids_do_not_stick_to_the_next(boxes: Asking, logged: io.StringIO) -> None:
    await boxes.client.get("/me", headers=bearer(token()))
    await boxes.client.get("/me")
    first, second = entries(logged)
    assert "user_id" in first
    assert "user_id" not in second
    assert second["rule"] == "not_authenticated"


def test_the_clients_library_logs_no_urls(logged: io.StringIO) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    with httpx.Client(transport=transport) as client:
        client.get("http://graph/?access_token=canary")
    assert logged.getvalue() == ""
