"""Whatever Meta signs is kept or set aside, shown, counted once, and stops nobody else."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.harness.on_database import token
from tests.security.chain import Chain
from tests.security.strange_updates import PARKED, STORED, Made, says, somebody, wamid
from tests.simulator import bodies
from tests.simulator.bodies import Line
from tests.simulator.signing import meta_json

LINE = Line()


@pytest.mark.parametrize("name", list(STORED))
async def test_a_strange_update_is_taken_once_shown_and_stops_nobody(chains: Callable[[], Chain], name: str) -> None:
    chain = chains()
    try:
        await check(chain, STORED[name], parked=0)
    except BaseException:
        chain.close()
        raise


@pytest.mark.parametrize("name", PARKED)
async def test_32_what_cannot_be_read_is_parked_and_stops_nobody(chains: Callable[[], Chain], name: str) -> None:
    chain = chains()
    try:
        await check(chain, PARKED[name], parked=1)
    except BaseException:
        chain.close()
        raise


def test_22_an_update_nothing_can_be_made_of_stops_not_even_its_own_customer(chains: Callable[[], Chain]) -> None:
    chain, person, now = chains(), somebody(), int(time.time())
    good = [bodies.message(person, wamid(), now, "text", {"body": f"n{place}"}) for place in range(20)]
    bad = {**good[0], "id": None}
    parked, received = len(chain.parked), chain.facts().count("MessageReceived")
    chain.takes(meta_json(bodies.messages_body(LINE, [*good[:10], bad, *good[10:]], [person])))
    assert len(chain.parked) == parked + 1
    assert chain.facts().count("MessageReceived") == received + 20


async def check(chain: Chain, made: Made, parked: int) -> None:
    now = int(time.time())
    body, before = made(LINE, now), len(chain.parked)
    chain.takes(body)
    assert len(chain.parked) == before + parked
    facts = chain.facts()
    chain.takes(body)
    assert chain.facts() == facts, "a redelivery had an effect"
    assert chain.is_shown(), "a view stands still"
    chain.takes(says()(LINE, now))
    assert len(chain.facts()) > len(facts)
    assert chain.is_shown(), "a view stands still"
    assert chain.is_conserved
    await look(chain)


async def look(chain: Chain) -> None:
    """What is new can be looked at, by people and by subscribers."""
    async with chain.people() as people:
        assert (await seen(people["conversations"], "/conversations?limit=100"))["items"]
        for talk in chain.new_conversations():
            for line in (await seen(people["conversations"], f"/conversations/{talk}/messages"))["items"]:
                check_kept(line["content"])
        assert (await seen(people["crm"], "/contacts?limit=100"))["items"]
        for service, client in people.items():
            after = max(chain.end_of(service) - 50, 0)
            await seen(client, f"/events?after={after}&limit=100", token("service", None))


def check_kept(content: dict[str, Any]) -> None:
    """What was not understood is there as it came."""
    if "raw" in content:
        assert strictly(content["raw"]), "what came is lost"


async def seen(client: httpx.AsyncClient, path: str, who: dict[str, str] | None = None) -> Any:
    answer = await client.get(path, headers=who)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return strictly(answer.content)


def strictly(text: str | bytes) -> Any:
    return json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
