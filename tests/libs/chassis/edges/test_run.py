"""A service as a process: it starts without its servers, says when it is ready, and leaves in order when it is told."""

import signal
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from deploy.local.provider import Kafka
from tests.libs.chassis.edges.identity import bearer, pem_of, rsa_key, token
from tests.libs.chassis.edges.running import Running
from tests.libs.chassis.store.conftest import migrated
from tests.servers.database_factory import DatabaseFactory

BOX = "/boxes/0190f3a8-0000-7000-8000-0000000000b1"
Start = Callable[..., Running]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Running] = []

    def begin(database: str, kafka: str = "127.0.0.1:1", **more: str) -> Running:
        environment = {
            "RECADO_KAFKA": kafka,
            "RECADO_DATABASE": database,
            "RECADO_HTTP_PORT": "0",
            "RECADO_JWT_PUBLIC_KEY": pem_of(rsa_key()),
            "RECADO_ALIAS_KEY": "0f" * 32,
        }
        started.append(Running(environment | more))
        return started[-1]

    yield begin
    for running in started:
        running.close()


def test_it_serves_and_leaves_with_0_in_a_moment(start: Start, database: DatabaseFactory, kafka: Kafka) -> None:
    running = start(database(migrated), kafka.bootstrap)
    running.wait_ready()
    url = f"http://127.0.0.1:{running.port()}"
    opened = httpx.post(url + BOX, json={"label": "a"}, headers=bearer(token()))
    assert (opened.status_code, opened.headers["recado-position"]) == (201, "1")
    begun = time.monotonic()
    assert running.stop() == 0
    assert time.monotonic() - begun < 5.0
    assert running.entries("stopped")[0]["as_asked"] is True
    assert {entry["service"] for entry in running.entries("request")} == {"tests"}


def test_sigint_ends_it_too_and_a_second_signal_changes_nothing(start: Start, database: DatabaseFactory) -> None:
    running = start(database(migrated))
    running.port()
    running.process.send_signal(signal.SIGINT)
    running.process.send_signal(signal.SIGTERM)
    assert running.wait() == 0


def test_a_request_under_way_is_answered_and_probes_say_it_is_going(start: Start, database: DatabaseFactory) -> None:
    running = start(database(migrated))
    running.wait_ready()
    with httpx.Client(base_url=f"http://127.0.0.1:{running.port()}") as client:
        request = client.build_request("POST", BOX, headers=bearer(token()), content=slowly(b'{"label": "a"}', running))
        request.headers["content-type"] = "application/json"
        assert client.send(request).status_code == 201
    assert running.wait() == 0


def slowly(body: bytes, running: Running) -> Iterator[bytes]:
    yield body[:5]
    time.sleep(0.3)
    running.process.send_signal(signal.SIGTERM)
    time.sleep(0.7)
    yield body[5:]


def test_without_servers_it_lives_is_not_ready_and_leaves_in_order(start: Start) -> None:
    running = start("postgresql://recado@127.0.0.1:1/none")
    url = f"http://127.0.0.1:{running.port()}"
    assert httpx.get(url + "/health/live").status_code == 200
    ready = httpx.get(url + "/health/ready")
    assert (ready.status_code, ready.json()["missing"]) == (503, ["database"])
    refused = httpx.post(url + BOX, json={"label": "a"}, headers=bearer(token()))
    assert (refused.status_code, refused.json()["rule"]) == (503, "unavailable")
    assert running.stop() == 0


def test_a_part_that_ends_unasked_ends_the_process_with_1(start: Start, database: DatabaseFactory) -> None:
    running = start(database(migrated), BOXES_PART="stumbling")
    assert running.wait() == 1
    (entry,) = running.entries("part_ended")
    assert (entry["part"], entry["error"]) == ("stumbling", "LookupError")
    assert not any("5511987654321" in line for line in running.lines)


def test_what_does_not_end_is_cut_off_in_time(start: Start, database: DatabaseFactory) -> None:
    running = start(database(migrated), BOXES_PART="stuck", RECADO_SHUTDOWN_SECONDS="3")
    running.wait_ready()
    begun = time.monotonic()
    assert running.stop() == 1
    assert time.monotonic() - begun < 4.5
    assert running.entries("part_did_not_end")[0]["part"] == "stuck"


def test_a_worker_answers_probes_and_nothing_else(start: Start, database: DatabaseFactory) -> None:
    running = start(database(migrated), RECADO_ROLES="worker")
    running.wait_ready()
    url = f"http://127.0.0.1:{running.port()}"
    assert httpx.get(url + "/me", headers=bearer(token())).status_code == 404
    assert "recado_ready_state 1.0" in httpx.get(url + "/metrics").text


def test_an_api_process_runs_no_work(start: Start, database: DatabaseFactory) -> None:
    running = start(database(migrated), RECADO_ROLES="api", BOXES_PART="stumbling")
    running.wait_ready()
    time.sleep(1.5)
    assert running.process.poll() is None


def test_what_the_environment_lacks_is_said_on_stderr(start: Start) -> None:
    running = start("", RECADO_ROLES="boss")
    assert running.wait() == 2
    told = running.stderr()
    assert "RECADO_DATABASE" in told
    assert "RECADO_ROLES" in told
    assert "Traceback" not in told


def test_a_taken_port_is_said_and_ends_with_1(start: Start, database: DatabaseFactory) -> None:
    dsn = database(migrated)
    first = start(dsn)
    second = start(dsn, RECADO_HTTP_PORT=str(first.port()))
    assert second.wait() == 1
    assert "cannot listen on" in second.entries("not_started")[0]["error"]
