"""Every misbehaviour does what it says, as often as it says, to whom it says."""

import asyncio

import httpx
import pytest

from tests.simulator.client import Refused, Simulator
from tests.simulator.faults import Scope

from .conftest import CUSTOMER, NUMBER, WABA, Graph, text_to
from .receiver import Receiver

SENDS = Scope(operation="messages")


async def test_an_answer_dropped_before_accepting_leaves_nothing(sim: Simulator, graph: Graph) -> None:
    await sim.fault("drop", scope=SENDS)
    with pytest.raises(httpx.RemoteProtocolError):
        await graph.call("POST", f"{NUMBER}/messages", json=text_to())
    assert await sim.sends() == []
    await graph.send()
    assert len(await sim.sends()) == 1


async def test_an_answer_dropped_after_accepting_leaves_a_send_and_its_statuses(
    sim: Simulator, graph: Graph, receiver: Receiver
) -> None:
    await sim.fault("drop", when="after", scope=SENDS)
    with pytest.raises(httpx.RemoteProtocolError):
        await graph.call("POST", f"{NUMBER}/messages", json=text_to(biz_opaque_callback_data="v1.lost"))
    await sim.settled()
    [sent] = await sim.sends()
    assert sent.biz_opaque_callback_data == "v1.lost"
    assert [one["biz_opaque_callback_data"] for one in receiver.statuses] == ["v1.lost"] * 3


@pytest.mark.parametrize(("when", "accepted"), [("before", 0), ("after", 1)])
async def test_a_connection_can_be_reset(sim: Simulator, graph: Graph, when: str, accepted: int) -> None:
    await sim.fault("reset", when=when, scope=SENDS)  # type: ignore[arg-type]
    with pytest.raises(httpx.ReadError):
        await graph.call("POST", f"{NUMBER}/messages", json=text_to())
    assert len(await sim.sends()) == accepted


async def test_an_answer_can_be_cut_in_the_middle(sim: Simulator, graph: Graph) -> None:
    await sim.fault("truncate", when="after", scope=SENDS)
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        await graph.call("POST", f"{NUMBER}/messages", json=text_to())
    assert len(await sim.sends()) == 1
    with pytest.raises(ValueError, match="when=after"):
        await sim.fault("truncate", scope=SENDS)


async def test_a_stalled_call_is_answered_late(sim: Simulator, graph: Graph) -> None:
    for when in ("before", "after"):
        await sim.fault("stall", when=when, seconds=0.2, scope=SENDS)
        started = asyncio.get_running_loop().time()
        await graph.send()
        assert asyncio.get_running_loop().time() - started > 0.2
    assert len(await sim.sends()) == 2


@pytest.mark.parametrize(("when", "accepted"), [("before", 0), ("after", 1)])
async def test_who_gives_up_on_a_stalled_call_cannot_know(
    sim: Simulator, graph: Graph, when: str, accepted: int
) -> None:
    await sim.fault("stall", when=when, seconds=0.3, scope=SENDS)  # type: ignore[arg-type]
    with pytest.raises(httpx.ReadTimeout):
        await graph.call("POST", f"{NUMBER}/messages", json=text_to(), timeout=0.1)
    await asyncio.sleep(0.3)
    assert len(await sim.sends()) == accepted


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"status": 500}, (500, 131000)),
        ({"status": 503, "code": 131016}, (503, 131016)),
        ({"status": 429}, (429, 130429)),
        ({"status": 429, "code": 131056}, (429, 131056)),
        ({"code": 80007}, (400, 80007)),
        ({"code": 190}, (401, 190)),
        ({"code": 131031}, (403, 131031)),
    ],
)
async def test_a_call_can_be_answered_with_any_error(
    sim: Simulator, graph: Graph, members: dict[str, int], expected: tuple[int, int]
) -> None:
    await sim.fault("error", scope=SENDS, status=members.get("status"), code=members.get("code"))
    assert await graph.send_refused() == expected
    assert await sim.sends() == []
    await graph.send()


async def test_an_accepted_send_can_be_answered_with_an_error(sim: Simulator, graph: Graph) -> None:
    await sim.fault("error", when="after", status=500, scope=SENDS)
    answer = await graph.call("POST", f"{NUMBER}/messages", json=text_to())
    assert (answer.status_code, answer.json()["error"]["is_transient"]) == (500, True)
    assert len(await sim.sends()) == 1


@pytest.mark.parametrize(("when", "status", "accepted"), [("before", 502, 0), ("after", 200, 1)])
async def test_an_answer_can_be_no_json(sim: Simulator, graph: Graph, when: str, status: int, accepted: int) -> None:
    await sim.fault("not_json", when=when, status=status, scope=SENDS)  # type: ignore[arg-type]
    answer = await graph.call("POST", f"{NUMBER}/messages", json=text_to())
    assert (answer.status_code, answer.text[:6]) == (status, "<html>")
    assert len(await sim.sends()) == accepted


async def test_a_refused_call_does_not_use_up_a_fault_after_accepting(sim: Simulator, graph: Graph) -> None:
    await sim.fault("error", when="after", status=500, scope=SENDS)
    assert await graph.send_refused(text={}) == (400, 100)
    assert (await sim.faults())[0].hits == 0
    assert await graph.send_refused() == (500, 131000)


async def test_a_fault_keeps_to_its_scope_and_count(sim: Simulator, graph: Graph) -> None:
    await sim.set_window("5511911112222", NUMBER, seconds_ago=1)
    fault_id = await sim.fault("error", count=None, status=500, scope=Scope(operation="messages", to=CUSTOMER))
    await graph.send("+55 11 91111-2222")
    await graph.ask("GET", WABA)
    for _ in range(3):
        assert await graph.send_refused() == (500, 131000)
    assert await sim.clear_faults(fault_id) == 1
    await graph.send()
    await sim.fault("error", count=2, status=503, scope=Scope(object_id=WABA))
    answers = [(await graph.call("GET", WABA)).status_code for _ in range(3)]
    assert answers == [503, 503, 200]


async def test_a_registration_can_go_wrong_too(sim: Simulator, graph: Graph) -> None:
    await sim.fault("error", code=133016, scope=Scope(operation="register"))
    pin = {"messaging_product": "whatsapp", "pin": "123456"}
    assert (await graph.refused("POST", f"{NUMBER}/register", json=pin))[:2] == (400, 133016)
    await sim.fault("drop", scope=Scope(operation="access_token"))
    with pytest.raises(httpx.RemoteProtocolError):
        await graph.call("GET", "oauth/access_token")


async def test_a_webhook_can_come_several_times(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.fault("duplicate", copies=2, scope=Scope(kind="messages"))
    await sim.customer_writes(CUSTOMER, NUMBER, "oi")
    await sim.customer_writes(CUSTOMER, NUMBER, "uma vez")
    await sim.settled()
    texts = sorted(message["text"]["body"] for message in receiver.messages)
    assert texts == ["oi", "oi", "oi", "uma vez"]


async def test_webhooks_can_come_in_the_wrong_order(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.fault("reorder", count=3, seconds=5, scope=Scope(kind="statuses"))
    await graph.send()
    await sim.settled()
    assert [status["status"] for status in receiver.statuses] == ["read", "delivered", "sent"]


async def test_webhooks_can_come_in_one_body(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.fault("batch", count=5, seconds=5)
    for number in range(5):
        await sim.customer_writes(CUSTOMER, NUMBER, str(number))
    summary = await sim.settled()
    assert (len(receiver.received), summary["delivered"]) == (1, 5)
    assert receiver.received[0].is_signed
    assert [message["text"]["body"] for message in receiver.messages] == ["0", "1", "2", "3", "4"]


async def test_a_batch_that_does_not_fill_goes_after_a_while(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.fault("batch", count=50, seconds=0.1)
    await sim.customer_writes(CUSTOMER, NUMBER, "um")
    await sim.customer_writes(CUSTOMER, NUMBER, "dois")
    await sim.settled()
    assert len(receiver.received) == 1
    with pytest.raises(ValueError, match="count"):
        await sim.fault("batch", count=None)


async def test_a_webhook_can_be_late(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.fault("delay", seconds=0.2, scope=Scope(phone_number_id=NUMBER))
    await sim.customer_writes(CUSTOMER, NUMBER, "primeira")
    await sim.customer_writes(CUSTOMER, NUMBER, "segunda")
    await sim.settled()
    assert [message["text"]["body"] for message in receiver.messages] == ["segunda", "primeira"]


async def test_a_status_can_overtake_the_answer_of_its_send(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.change_rules(status_interval=0.0)
    await sim.fault("stall", when="after", seconds=0.3, scope=SENDS)
    sending = asyncio.create_task(graph.send())
    await asyncio.sleep(0.2)
    assert len(receiver.statuses) == 3
    assert not sending.done()
    await sending


async def test_an_unknown_fault_is_refused(sim: Simulator) -> None:
    with pytest.raises(Refused, match="kind"):
        await sim._call("POST", "/faults", {"kind": "earthquake"})
