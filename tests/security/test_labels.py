"""Bad input 110: whatever is sent, the labels of metrics are of the sets that docs/operations.md tells of."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from gateway.adapters.graph.errors import KNOWN, NONE, OTHER
from prometheus_client.parser import text_string_to_metric_families
from recado_chassis.running import installed
from recado_events.catalogue import TOPICS

from tests.house.metrics_page import metrics
from tests.journeys.world import SERVICES, World
from tests.security.routes import described
from tests.security.strange_updates import STORED
from tests.security.street import Street, somebody
from tests.security.wire import say
from tests.simulator.bodies import Line, every_kind

pytestmark = pytest.mark.timeout(240)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}
OWN_ROUTES = {"unmatched", "/webhooks/whatsapp", "/metrics", "/health/live", "/health/ready"}
DESCRIPTIONS = {"/openapi.json", "/docs", "/redoc", "/docs/oauth2-redirect"}


async def in_words(world: World) -> dict[str, set[str]]:
    """The sets that the page describes in words."""
    partitions = max(topic.partitions for topic in TOPICS)
    return {
        "topic": {topic.name for topic in TOPICS},
        "partition": {str(number) for number in range(partitions)},
        "route": {route.path for route in await described(world)} | OWN_ROUTES | DESCRIPTIONS,
        "method": METHODS,
        "status": {str(status) for status in range(100, 600)} | {"none"},
        "projection": {view.name for name in SERVICES for view in installed.service(name).shows},
        "code": {str(code) for code in KNOWN} | {NONE, OTHER},
    }


async def seen(world: World) -> Iterator[tuple[str, str, str]]:
    """Metric, label and value of every sample of ours in every service."""
    async with httpx.AsyncClient(timeout=30) as http:
        texts = [(await http.get(f"{world.endpoints[name]}/metrics")).text for name in SERVICES]
    return iter(_seen(texts))


def _seen(texts: list[str]) -> Iterator[tuple[str, str, str]]:
    for text in texts:
        for family in text_string_to_metric_families(text):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            if name.startswith("recado_") and not name.endswith("_created"):
                labels = ((label, value) for sample in family.samples for label, value in sample.labels.items())
                yield from ((name, label, value) for label, value in labels if label != "le")


def strange_words() -> list[str]:
    return ["canario", "529.982.247-25", "a b", '"} 1', "%0a", "é", "\\", "9" * 200, secrets.token_hex(8)]


async def ask_strangely(world: World) -> None:
    """At every service, as nobody: verbs, paths, queries, headers and bodies that nobody has thought of."""
    async with httpx.AsyncClient(timeout=30) as http:
        for service in SERVICES:
            url = world.endpoints[service]
            for word in strange_words():
                for path in (
                    f"/{word}",
                    f"/conversations/{word}",
                    f"/contacts?{word}={word}",
                    f"/channels/{word}/{word}",
                ):
                    await http.get(url + path, headers={"X-Canary": "canario", "Traceparent": "canario"})
            for verb in ("CANARY", "PROPFIND", "TRACE", "get"):
                await say(world, service, f"{verb} /canario HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            await say(world, service, b"CANARY\r\n\r\n")


async def post_strangely(street: Street) -> None:
    """To the door: everything that Meta could sign, much that it would not, and what others sign."""
    now, person = int(time.time()), somebody("Canario")
    for line in (street.line, Line("900000000000077", "900000000000078")):
        for body in list(every_kind(line, person, now, start=now % 100_000 * 1000 + 77).values())[::2]:
            await street.takes(body)
    for made in list(STORED.values())[::4]:
        await street.posts(made(street.line, now))
    for raw in (b"", b"{", b"[]", b'"canario"', b'{"object": "canario", "entry": []}', b"\xff"):
        for secret in (None, "a secret of somebody else"):
            await street.posts(raw, secret)
    url = f"{street.world.endpoints['gateway']}/webhooks/whatsapp"
    async with httpx.AsyncClient(timeout=30) as http:
        for word in strange_words():
            asked: dict[str, Any] = {"hub.mode": word, "hub.verify_token": word, "hub.challenge": word}
            await http.get(url, params=asked)
        await http.request("CANARY", url)


async def test_110_labels_stay_within_the_sets_that_are_told(street: Street) -> None:
    world = street.world
    await ask_strangely(world)
    await post_strangely(street)
    await world.settled()
    words, told = await in_words(world), metrics()
    strange = set()
    count = 0
    for name, label, value in await seen(world):
        allowed = told[name].values[label]
        count += 1
        if value not in (words[label] if allowed is None else allowed):
            strange.add((name, label, value))
    assert strange == set()
    assert count > 200
    for name in ("recado_webhook_updates_total", "recado_lag_records", "recado_projection_lag_events"):
        assert any(found == name for found, _, _ in await seen(world)), f"{name} is not told by the running system"


async def test_every_gauge_that_answers_whether_it_keeps_up_is_told_by_the_running_system(world: World) -> None:
    """Without a label there is a sample from the start; what matters is that somebody sets it."""
    async with httpx.AsyncClient(timeout=30) as http:
        for name in SERVICES:
            text = (await http.get(f"{world.endpoints[name]}/metrics")).text
            samples = {
                each.name: each.value for family in text_string_to_metric_families(text) for each in family.samples
            }
            assert samples["recado_ready_state"] == 1, name
            assert samples["recado_relay_leading_state"] == 1, name
            assert samples["recado_relay_position_events"] > 0, name
            assert (samples["recado_relay_lag_events"], samples["recado_waiting_partitions"]) == (0, 0), name
            assert samples["recado_batch_size_records_count"] > 0, name
