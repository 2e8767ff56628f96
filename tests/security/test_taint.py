"""Invariant 43: no answer, event, log line or metric of one organisation holds a byte of another's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest
from recado_events.catalogue import TOPICS

from tests.journeys.world import SERVICES, World
from tests.security.endless import asked
from tests.security.marked import USED, Marked
from tests.security.places import log_lines
from tests.security.routes import PEOPLE, ROUTES, Route
from tests.security.scanner import Finding, Scanner

pytestmark = pytest.mark.timeout(240)
ASKED = [route for route, expected in ROUTES.items() if expected.roles & PEOPLE]
LOOKS = [route for route in ASKED if route.method == "GET"]


def seen(scanner: Scanner, kind: str, findings: Iterable[Finding], *, but: Iterable[str] = ()) -> set[tuple[str, str]]:
    """What of the scanner's words is there, but for some of them."""
    passed = {*but}
    told = scanner.words
    return {(each.what, each.where) for each in scanner.scan(kind, findings) if each.what in told.keys() - passed}


class Asking:
    """The administrator of an organisation asks."""

    def __init__(self, world: World, who: Marked) -> None:
        self._world, self._who = world, who
        self._http = httpx.Client(timeout=30, headers={"Authorization": f"Bearer {who.tenant.administrator}"})

    def __call__(self, route: Route, ids: dict[str, str], **query: str) -> Finding:
        """The whole answer, headers too."""
        url = f"{self._world.endpoints[route.service]}{route.at(ids)}"
        headers = {"Last-Event-ID": "0", "Idempotency-Key": "x" * 16}
        body = None if route.method == "GET" else ROUTES[route].body
        beside = {**ROUTES[route].query, **query} or None
        answer = asked(
            self._http, self._http.build_request(route.method, url, params=beside, json=body, headers=headers)
        )
        assert answer.status_code < 500, f"{route}: {answer.text}"
        return Finding(str(route), b"\n".join([*(name + value for name, value in answer.headers.raw), answer.content]))

    def close(self) -> None:
        self._http.close()


def answers(ask: Asking, ours: Marked, theirs: Marked) -> Iterator[tuple[Finding, set[str]]]:
    """To everything that may be asked: about our things, about theirs, for their words; and which of their words were
    in the question, so that they may be in the answer."""
    for route in LOOKS:
        yield ask(route, ours.ids), set()
        if not route.has_ids:
            for member in ("search", "text"):
                yield ask(route, {}, **{member: theirs.birds.name}), {"name"}
    named = {name: f"{{{name}}}" for name in theirs.ids}
    for route in ASKED:
        if route.has_ids and ROUTES[route].owned:
            yield ask(route, {**ours.ids, **theirs.ids}), {name for name, place in named.items() if place in route.path}


async def records(world: World) -> list[tuple[str | None, Finding]]:
    """Every record of every topic with the organisation that it is of."""
    found: list[tuple[str | None, Finding]] = []
    for topic in TOPICS:
        for told in await world.told(topic.name):
            text = json.dumps([told.headers, told.data], ensure_ascii=False)
            where = f"{topic.name} {told.partition}@{told.offset}"
            found.append((told.headers.get("ce_tenantid"), Finding(where, text.encode(errors="surrogatepass"))))
    return found


async def metrics(world: World) -> list[Finding]:
    async with httpx.AsyncClient(timeout=30) as http:
        texts = {name: (await http.get(f"{world.endpoints[name]}/metrics")).text for name in SERVICES}
    return [Finding(name, text.encode()) for name, text in texts.items()]


async def test_invariant_43_nothing_that_one_organisation_is_told_holds_a_byte_of_another(world: World) -> None:
    ours, theirs = await Marked.new(world), await Marked.new(world)
    of_ours, of_theirs = Scanner(ours.words), Scanner(theirs.words)
    own: set[str] = set()
    leaked: set[Any] = set()
    ask = Asking(world, ours)
    for found, named in answers(ask, ours, theirs):
        own |= {what for what, _ in seen(of_ours, "answers", [found])}
        leaked |= seen(of_theirs, "answers", [found], but=named)
    ask.close()
    assert leaked == set()
    assert own >= {*USED}, "what is ours is told to us"

    told = await records(world)
    of_us = [found for organisation, found in told if organisation == str(ours.tenant.organisation)]
    of_nobody = [found for organisation, found in told if organisation is None]
    assert seen(of_theirs, "events", of_us) == set()
    assert seen(of_theirs, "events", of_nobody) | seen(of_ours, "events", of_nobody) == set()
    assert {what for what, _ in seen(of_ours, "events", of_us)} >= {*USED} - {"place"}

    lines = list(log_lines(world.launcher._state.logs))
    about_us = [line for line in lines if str(ours.tenant.organisation).encode() in line.data]
    assert seen(of_theirs, "log lines", about_us) == set()
    assert about_us, "log lines name the organisation that they are about"
    assert seen(of_theirs, "metrics", await metrics(world)) | seen(of_ours, "metrics", await metrics(world)) == set()
