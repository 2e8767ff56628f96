"""Blocking is strict: only who wrote within a day, partial success as HTTP 400, and nothing comes or goes after."""

from __future__ import annotations

import pytest

from tests.simulator.client import Simulator
from tests.simulator.signing import JsonObject

from .conftest import CUSTOMER, NUMBER, Graph, text_to

OTHER = "5511987650002"


def blocking(*users: str, **changed: object) -> JsonObject:
    return {"messaging_product": "whatsapp", "block_users": [{"user": f"+{user}"} for user in users], **changed}


async def test_who_is_blocked_is_not_heard_and_not_written_to_until_unblocked(sim: Simulator, graph: Graph) -> None:
    done = await graph.ask("POST", f"{NUMBER}/block_users", json=blocking(CUSTOMER))
    assert done["block_users"]["added_users"] == [{"input": f"+{CUSTOMER}", "wa_id": CUSTOMER}]
    assert (await graph.ask("GET", f"{NUMBER}/block_users"))["data"][0]["wa_id"] == CUSTOMER
    before = len((await sim.webhooks())["webhooks"])
    await sim.customer_writes(CUSTOMER, NUMBER, "Oi?")
    assert len((await sim.webhooks())["webhooks"]) == before
    refused = await graph.call("POST", f"{NUMBER}/messages", json=text_to(CUSTOMER))
    assert refused.json()["error"]["code"] == 130403
    await graph.ask("DELETE", f"{NUMBER}/block_users", json=blocking(CUSTOMER))
    await graph.ask("POST", f"{NUMBER}/messages", json=text_to(CUSTOMER))


async def test_partial_success_is_a_400_with_both_lists(sim: Simulator, graph: Graph) -> None:
    await sim.customer_writes(CUSTOMER, NUMBER, "Oi")
    answer = await graph.call("POST", f"{NUMBER}/block_users", json=blocking(CUSTOMER, OTHER))
    told = answer.json()
    assert answer.status_code == 400
    assert [each["input"] for each in told["block_users"]["added_users"]] == [f"+{CUSTOMER}"]
    assert [each["errors"][0]["code"] for each in told["block_users"]["failed_users"]] == [131047]


@pytest.mark.parametrize(
    "body", [{}, blocking(), blocking(CUSTOMER, messaging_product=None), blocking(block_users=["x"])]
)
async def test_what_is_no_list_of_people_is_refused(graph: Graph, body: JsonObject) -> None:
    answer = await graph.call("POST", f"{NUMBER}/block_users", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)
