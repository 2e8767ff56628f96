"""Probes tell the truth: alive whatever is missing, ready only when everything that is watched is."""

import asyncio
import time

from recado_chassis.http.accounting import Accounting
from recado_chassis.http.app import create_app
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.running.readiness import Readiness
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.toolbox import Toolbox
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.libs.chassis.edges.boxes import build, settings_with
from tests.libs.chassis.edges.conftest import Asking, asking, client_of


def no_database() -> None:
    raise ConnectionError("gone")


async def test_live_whatever_is_missing() -> None:
    readiness = Readiness(no_database)
    readiness.watch("relay", lambda: False)
    boxes = asking(readiness=readiness)
    async with boxes.client:
        assert (await boxes.client.get("/health/live")).status_code == 200
        ready = await boxes.client.get("/health/ready")
    assert (ready.status_code, ready.json()["missing"]) == (503, ["relay", "database"])


async def test_ready_names_each_thing_that_is_not() -> None:
    readiness = Readiness(lambda: 1)
    readiness.watch("relay", lambda: True)
    readiness.watch("consumer", lambda: ["recado.inbound.v1/3 is paused", "recado.inbound.v1/4 is paused"])
    boxes = asking(readiness=readiness)
    async with boxes.client:
        ready = await boxes.client.get("/health/ready")
    assert ready.json()["missing"] == [
        "consumer: recado.inbound.v1/3 is paused",
        "consumer: recado.inbound.v1/4 is paused",
    ]


async def test_a_database_that_does_not_answer_costs_a_bounded_time_and_one_thread() -> None:
    asked: list[float] = []

    def stuck() -> None:
        asked.append(time.monotonic())
        time.sleep(1.0)

    readiness = Readiness(stuck, ping_seconds=0.1)
    begun = time.monotonic()
    assert [await readiness.missing() for _ in range(3)] == [["database"]] * 3
    assert time.monotonic() - begun < 0.9
    assert len(asked) == 1


async def test_a_process_that_is_going_is_not_ready(boxes: Asking) -> None:
    readiness = Readiness()
    assert await readiness.missing() == []
    readiness.stop()
    assert await readiness.missing() == ["stopping"]


async def test_metrics_count_requests_by_template_and_never_by_what_was_asked(boxes: Asking) -> None:
    await boxes.client.get("/boxes?colour=canary-5511987654321")
    await boxes.client.get("/canary-5511987654321")
    await boxes.client.request("CANARY", "/canary")
    told = (await boxes.client.get("/metrics")).text
    assert 'recado_http_requests_total{method="GET",route="/boxes",status="401"}' in told
    assert 'route="unmatched",status="404"' in told
    assert "canary" not in told.lower()


async def test_metrics_say_whether_the_process_is_ready_though_nobody_probes() -> None:
    readiness, told = Readiness(), []
    boxes = asking(readiness=readiness)
    async with boxes.client:
        for is_ready in (True, False, True):
            readiness.watch("relay", lambda: is_ready)  # noqa: B023 - asked before it changes
            told.append("recado_ready_state 1.0" in (await boxes.client.get("/metrics")).text)
    assert told == [True, False, True]


async def test_probes_and_metrics_leave_the_public_port_when_they_have_their_own() -> None:
    settings = settings_with(management_port=0)
    async with client_of(create_app(build(settings, Toolbox(MemoryStore())), settings)) as client:
        codes = [(await client.get(path)).status_code for path in ("/metrics", "/health/ready", "/health/live")]
    assert codes == [404, 404, 404]


async def test_more_requests_at_once_than_can_be_answered_are_told_so_at_once() -> None:
    free = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await free.wait()
        await Response(status_code=204)(scope, receive, send)

    async with client_of(Accounting(slow, Uuid7(SystemClock()), in_flight=2)) as client:
        waiting = [asyncio.create_task(client.get("/")) for _ in range(2)]
        await asyncio.sleep(0.05)
        refused = await client.get("/")
        free.set()
        served = await asyncio.gather(*waiting)
        later = await client.get("/")
    assert (refused.status_code, refused.json()["rule"], refused.headers["retry-after"]) == (503, "overloaded", "1")
    assert [answer.status_code for answer in (*served, later)] == [204, 204, 204]
