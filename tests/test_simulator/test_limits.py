"""Rates and windows: refused at the limit, allowed right after it."""

import asyncio
import time

import pytest

from tests.simulator.client import Simulator
from tests.simulator.limits import Bucket, Limits
from tests.simulator.rules import Rules

from .conftest import CUSTOMER, NUMBER, OTHER_NUMBER, Graph
from .receiver import Receiver


async def test_one_pair_may_burst_to_forty_five_and_then_pays_back(sim: Simulator, graph: Graph) -> None:
    for _ in range(45):
        await graph.send()
    assert await graph.send_refused() == (400, 131056)
    await sim.advance_clock(6.1)
    await graph.send()
    assert await graph.send_refused() == (400, 131056)
    await sim.advance_clock(45 * 6)
    await graph.send()
    assert len(await sim.sends()) == 47


async def test_another_person_is_not_touched_by_a_full_pair(sim: Simulator, graph: Graph) -> None:
    await sim.change_rules(pair_burst=1, throttle_http_status=429)
    await sim.set_window("5511911112222", NUMBER, seconds_ago=1)
    await graph.send()
    assert await graph.send_refused() == (429, 131056)
    await graph.send("5511911112222")


async def test_refused_sends_spend_nothing(sim: Simulator, graph: Graph) -> None:
    await sim.change_rules(pair_burst=2)
    for _ in range(5):
        await graph.send_refused(text={})
    await graph.send()
    await graph.send()
    assert await graph.send_refused() == (400, 131056)


async def test_another_rule_fills_no_bucket_again(sim: Simulator, graph: Graph) -> None:
    await sim.change_rules(pair_burst=2, throughput=80)
    await graph.send()
    await graph.send()
    await sim.change_rules(auto_statuses=[], throughput=3, pair_burst=2)
    assert await graph.send_refused() == (400, 131056)
    await sim.change_rules(pair_burst=3)
    await graph.send()


def test_a_new_size_of_pairs_fills_no_bucket_of_numbers() -> None:
    limits = Limits(Rules(throughput=1, throughput_counts_inbound=True))
    limits.spend_inbound(NUMBER, 1000.0)
    limits.resize({"pair_interval", "pair_burst", "window_seconds"})
    assert not limits.number_allows(NUMBER, 1000.0)
    limits.resize({"throughput"})
    assert limits.number_allows(NUMBER, 1000.0)


async def test_a_number_sends_eighty_a_second(sim: Simulator, graph: Graph) -> None:
    await sim.change_rules(throughput=5)
    people = [f"55119111100{n:02}" for n in range(20)]
    for person in people:
        await sim.set_window(person, NUMBER, seconds_ago=1)
    began = time.monotonic()
    answers = await asyncio.gather(*[graph.call("POST", f"{NUMBER}/messages", json=_text(one)) for one in people])
    codes = [answer.json().get("error", {}).get("code", 0) for answer in answers]
    assert set(codes) <= {0, 130429}
    assert 5 <= codes.count(0) <= 6 + 5 * (time.monotonic() - began)
    await sim.advance_clock(1)
    await graph.send(people[codes.index(130429)])


async def test_received_messages_may_count_towards_the_throughput(sim: Simulator, graph: Graph) -> None:
    await sim.change_rules(throughput=2, throughput_counts_inbound=True)
    for _ in range(2):
        await sim.customer_writes(CUSTOMER, NUMBER, "oi")
    assert await graph.send_refused() == (400, 130429)


def test_a_bucket_never_fills_above_its_size() -> None:
    bucket = Bucket(2, 1, 2, 0)
    bucket.spend(1000)
    assert (bucket.level, bucket.allows(1000)) == (1, True)
    bucket.spend(1000)
    assert not bucket.allows(1000.9)
    assert bucket.allows(1001)


async def test_a_window_is_open_for_a_day(sim: Simulator, graph: Graph) -> None:
    await sim.set_window(CUSTOMER, NUMBER, seconds_ago=86_395)
    await graph.send()
    await sim.set_window(CUSTOMER, NUMBER, seconds_ago=86_401)
    assert await graph.send_refused() == (400, 131047)
    await sim.customer_writes(CUSTOMER, NUMBER, "voltei")
    await graph.send()


async def test_a_window_belongs_to_one_number_and_one_person(sim: Simulator, graph: Graph) -> None:
    await sim.change_phone_number(OTHER_NUMBER, registered=True)
    assert await graph.send_refused(OTHER_NUMBER) == (400, 131047)
    assert await graph.send_refused(to="5511900000009") == (400, 131047)


OPENING = ("text", "image", "reaction", "button", "unsupported")
NOT_OPENING = ("edit", "revoke", "request_welcome")


@pytest.mark.parametrize(("kind", "opens"), [*((k, True) for k in OPENING), *((k, False) for k in NOT_OPENING)])
async def test_only_what_a_customer_writes_opens_a_window(sim: Simulator, graph: Graph, kind: str, opens: bool) -> None:
    await sim.set_window(CUSTOMER, NUMBER, seconds_ago=90_000)
    await sim.customer_writes(CUSTOMER, NUMBER, type=kind)
    answer = await graph.call("POST", f"{NUMBER}/messages", json=_text(CUSTOMER))
    assert (answer.status_code == 200) is opens


async def test_a_window_counts_from_the_messages_own_time(sim: Simulator, graph: Graph) -> None:
    now = int(float((await sim.state())["now"]))
    await sim.set_window(CUSTOMER, NUMBER, seconds_ago=90_000)
    await sim.customer_writes(CUSTOMER, NUMBER, "atrasada", timestamp=now - 86_500)
    assert await graph.send_refused() == (400, 131047)
    await sim.customer_writes(CUSTOMER, NUMBER, "nova", timestamp=now)
    await sim.customer_writes(CUSTOMER, NUMBER, "atrasada", timestamp=now - 86_500)
    await graph.send()


async def test_a_closed_window_may_also_be_told_by_status(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.change_rules(window_refusal="by_status")
    await sim.set_window(CUSTOMER, NUMBER, seconds_ago=90_000)
    await graph.send()
    await sim.settled()
    [status] = receiver.statuses
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131047)


def _text(to: str) -> dict[str, object]:
    return {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": "Olá"}}
