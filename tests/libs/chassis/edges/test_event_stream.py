"""The log as a stream: nothing left out, nothing twice, whoever follows it; and at a shell, filtered."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.harness.nursery import run
from tests.libs.chassis.edges.identity import OTHER_ORGANISATION, bearer, pem_of, rsa_key, service_token, token
from tests.libs.chassis.edges.running import Running
from tests.libs.chassis.store.conftest import migrated
from tests.servers.database_factory import DatabaseFactory

RECADO = Path(sys.executable).with_name("recado")


class Boxes:
    def __init__(self, running: Running) -> None:
        self.running = running
        self.url = f"http://127.0.0.1:{running.port()}"
        self.http = httpx.Client(base_url=self.url, timeout=10)

    def fill(self, count: int, **claims: Any) -> None:
        for number in range(count):
            body = {"label": f"João {number}", "weight": 5}
            answer = self.http.post(f"/boxes/{uuid4()}", json=body, headers=bearer(token(**claims)))
            assert answer.status_code == 201

    def streamed(self, after: int, count: int, seconds: float = 10) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        headers, query = bearer(service_token()), {"after": after}
        with self.http.stream("GET", "/events/stream", params=query, headers=headers, timeout=seconds) as answer:
            assert answer.headers["content-type"].startswith("application/x-ndjson")
            for line in answer.iter_lines():
                found += [json.loads(line)] if line else []
                if len(found) == count:
                    return found
        raise AssertionError(f"the stream ended after {len(found)} of {count}")

    def shell(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run([str(RECADO), "events", *arguments], {"RECADO_SERVICE_TOKEN": service_token()})


@pytest.fixture
def boxes(database: DatabaseFactory) -> Iterator[Boxes]:
    environment = {
        "RECADO_KAFKA": "127.0.0.1:1",
        "RECADO_DATABASE": database(migrated),
        "RECADO_HTTP_PORT": "0",
        "RECADO_JWT_PUBLIC_KEY": pem_of(rsa_key()),
        "RECADO_ALIAS_KEY": "0f" * 32,
        "RECADO_ROLES": "api",
    }
    running = Running(environment, "tests.libs.chassis.edges.boxes_told")
    boxes = Boxes(running)
    yield boxes
    boxes.http.close()
    running.close()


def test_what_is_there_and_what_is_added_comes_once_and_in_order(boxes: Boxes) -> None:
    boxes.fill(5)
    adding = Thread(target=boxes.fill, args=[20])
    adding.start()
    found = boxes.streamed(0, 25)
    adding.join()
    assert [event["position"] for event in found] == list(range(1, 50, 2)), "private events leave holes"
    paged = boxes.http.get("/events", headers=bearer(service_token())).json()["events"]
    assert found == paged
    assert boxes.streamed(found[10]["position"], 14) == found[11:]


def test_a_stream_is_for_services(boxes: Boxes) -> None:
    assert boxes.http.get("/events/stream").status_code == 401
    assert boxes.http.get("/events/stream", headers=bearer(token())).status_code == 401


def test_a_stream_does_not_keep_a_process_from_leaving(boxes: Boxes) -> None:
    boxes.fill(1)
    ended: list[bool] = []

    def follow() -> None:
        with httpx.stream("GET", f"{boxes.url}/events/stream", headers=bearer(service_token())) as answer:
            ended.extend(True for line in answer.iter_lines() if not line)

    following = Thread(target=follow)
    following.start()
    time.sleep(0.5)
    begun = time.monotonic()
    assert boxes.running.stop() == 0
    assert time.monotonic() - begun < 5
    following.join(5)
    assert not following.is_alive()


def test_replay_prints_what_is_asked_for_with_its_progress(boxes: Boxes) -> None:
    boxes.fill(3)
    boxes.fill(2, organisation_id=str(OTHER_ORGANISATION))
    everything = lines(boxes.shell("replay", boxes.url))
    assert len(everything) == 5
    others = lines(boxes.shell("replay", boxes.url, "--organisation", str(OTHER_ORGANISATION)))
    assert [event["tenantid"] for event in others] == [str(OTHER_ORGANISATION)] * 2
    assert lines(boxes.shell("replay", boxes.url, "--type", "boxes.*", "--after", "3")) == everything[2:]
    assert lines(boxes.shell("replay", boxes.url, "--type", "crm.*")) == []
    assert lines(boxes.shell("replay", boxes.url, "--stream", everything[1]["stream"])) == everything[1:2]
    assert lines(boxes.shell("replay", boxes.url, "--before", "2020-01-01")) == []


def test_tail_prints_what_is_added(boxes: Boxes) -> None:
    boxes.fill(2)
    command = [str(RECADO), "events", "tail", boxes.url]
    environment = {"RECADO_SERVICE_TOKEN": service_token()}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as tailing:
        assert tailing.stdout is not None
        told: list[int] = []
        reading = Thread(
            target=lambda lines: told.extend(json.loads(line)["position"] for line in lines), args=[tailing.stdout]
        )
        reading.start()
        try:
            deadline = time.monotonic() + 60
            while len(told) < 30:
                assert time.monotonic() < deadline, f"only {len(told)} were printed"
                boxes.fill(1)
        finally:
            tailing.terminate()
        reading.join(10)
    assert told == sorted(set(told))
    assert told[0] > 4


def test_what_goes_wrong_is_told_in_a_line(boxes: Boxes) -> None:
    refused = boxes.shell("replay", boxes.url, "--token", token())
    away = boxes.shell("replay", "http://127.0.0.1:9")
    assert (refused.returncode, away.returncode) == (1, 1)
    assert "is the token one of a service?" in refused.stderr
    assert "does not answer" in away.stderr
    assert "Traceback" not in refused.stderr + away.stderr


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
