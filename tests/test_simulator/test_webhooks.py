"""Webhooks: signed, retried until 200, sent to whom they belong, and whatever bytes a test wants."""

import asyncio
import json

import pytest

from tests.simulator.bodies import PEOPLE, Line, Wamids, every_kind, message_body
from tests.simulator.bodies.contents import text
from tests.simulator.client import Refused, Simulator
from tests.simulator.signing import meta_json

from .conftest import CUSTOMER, NUMBER, OTHER_NUMBER, WABA, Graph
from .receiver import SECRET, Receiver

LINE = Line(WABA, NUMBER, "15550783881")


async def test_a_customers_message_arrives_signed_over_metas_bytes(
    sim: Simulator, graph: Graph, receiver: Receiver
) -> None:
    wamid = await sim.customer_writes(CUSTOMER, NUMBER, "Olá! 50% <já> em a/b? 👍", name="Zoë 🦊")
    await sim.settled()
    [one] = receiver.received
    assert one.is_signed
    assert one.header("content-type") == b"application/json"
    assert one.header("user-agent") == b"facebookexternalua"
    assert b"Ol\\u00e1! 50\\u0025 \\u003cj\\u00e1> em a\\/b? \\ud83d\\udc4d" in one.body
    assert one.body == meta_json(one.json)
    [value] = one.values
    assert value["metadata"] == {"display_phone_number": "15550783881", "phone_number_id": NUMBER}
    assert value["contacts"][0]["profile"]["name"] == "Zoë 🦊"
    assert (value["messages"][0]["id"], value["messages"][0]["from"]) == (wamid, CUSTOMER)


async def test_a_webhook_comes_again_until_it_is_answered_with_200(
    sim: Simulator, graph: Graph, receiver: Receiver
) -> None:
    receiver.answers = [500, 201, 204, 302, 503]
    await sim.customer_writes(CUSTOMER, NUMBER, "oi")
    summary = await sim.settled()
    assert len(receiver.received) == 6
    assert len({one.body for one in receiver.received}) == 1
    assert (summary["delivered"], summary["status_200"], summary["status_204"]) == (1, 1, 1)
    attempts = (await sim.webhooks())["attempts"]
    assert [row["status"] for row in attempts] == [500, 201, 204, 302, 503, 200]
    assert [row["attempt"] for row in attempts] == [1, 2, 3, 4, 5, 6]


async def test_retries_back_off_and_end(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.change_rules(webhook_attempts=4, webhook_first_backoff=0.05)
    receiver.answers = [500] * 9
    started = asyncio.get_running_loop().time()
    await sim.customer_writes(CUSTOMER, NUMBER, "oi")
    summary = await sim.settled()
    assert (summary["given_up"], len(receiver.received)) == (1, 4)
    assert asyncio.get_running_loop().time() - started > 0.05 + 0.1 + 0.2


async def test_a_receiver_that_is_too_slow_or_away_is_tried_again(
    sim: Simulator, graph: Graph, receiver: Receiver
) -> None:
    await sim.change_rules(webhook_attempts=1, webhook_timeout=0.05)
    receiver.hold = 0.3
    await sim.customer_writes(CUSTOMER, NUMBER, "oi")
    assert (await sim.settled())["no_answer"] == 1
    [away] = await sim.deliver({}, url="http://127.0.0.1:9/nobody")
    assert (away["status"], away["error"]) == (None, "ConnectError")


async def test_webhooks_come_many_at_a_time(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    receiver.hold = 0.05
    await sim.change_rules(webhook_concurrency=4)
    await asyncio.gather(*[sim.customer_writes(CUSTOMER, NUMBER, str(n)) for n in range(12)])
    await sim.settled()
    assert receiver.most_at_once == 4


async def test_without_a_subscription_nothing_is_sent(sim: Simulator, stranger: Graph, receiver: Receiver) -> None:
    await sim.customer_writes(CUSTOMER, NUMBER, "alguém aí?")
    await sim.settled()
    assert receiver.received == []
    await stranger.ask("POST", f"{WABA}/subscribed_apps")
    await sim.customer_writes(CUSTOMER, NUMBER, "e agora?")
    await sim.settled()
    assert [message["text"]["body"] for message in receiver.messages] == ["e agora?"]


async def test_the_handshake_is_metas(sim: Simulator, receiver: Receiver) -> None:
    assert (await sim.handshake())["verified"]
    assert (await sim.handshake(token="wrong"))["status"] == 403
    assert (await sim.handshake(mode="unsubscribe"))["status"] == 403
    assert (await sim.handshake(challenge="<b>x</b>"))["body"] == "<b>x</b>"


async def test_every_kind_of_body_can_be_delivered(sim: Simulator, receiver: Receiver) -> None:
    bodies = every_kind(LINE)
    rows = await sim.deliver(*bodies.values())
    assert [row["status"] for row in rows] == [200] * len(bodies)
    assert all(one.is_signed for one in receiver.received)
    wanted = sorted(meta_json(body) for body in bodies.values())
    assert sorted(one.body for one in receiver.received) == wanted


async def test_raw_bytes_go_as_they_are(sim: Simulator, receiver: Receiver) -> None:
    bodies = [b"\xff\xfe{", b"", b"{not json", json.dumps({"a": "ção"}, ensure_ascii=False).encode()]
    for body in bodies:
        assert (await sim.deliver(body))[0]["status"] == 200
    assert [one.body for one in receiver.received] == bodies
    assert all(one.is_signed for one in receiver.received)
    await sim.deliver("[1]", copies=3)
    assert [one.body for one in receiver.received[-3:]] == [b"[1]"] * 3


async def test_a_body_of_three_megabytes_goes_through(sim: Simulator, receiver: Receiver) -> None:
    [row] = await sim.deliver(b"x" * 3_000_000)
    assert (row["status"], row["bytes"], len(receiver.received[0].body)) == (200, 3_000_000, 3_000_000)


async def test_a_signature_can_be_missing_wrong_or_doubled(sim: Simulator, receiver: Receiver) -> None:
    name = "x-hub-signature-256"
    await sim.deliver({}, signed=False)
    await sim.deliver({}, secret="of-somebody-else-0123")
    await sim.deliver({}, headers=[["X-Hub-Signature-256", "sha256=00"]])
    await sim.deliver({}, signed=False, headers=[["X-Hub-Signature-256", "sha256=é"]])
    signatures = [[value for key, value in one.headers if key == name.encode()] for one in receiver.received]
    assert signatures[0] == []
    assert len(signatures[1][0]) == 71
    assert len(signatures[2]) == 2
    assert signatures[3] == [b"sha256=\xe9"]
    assert [one.is_signed for one in receiver.received] == [False, False, True, False]


async def test_raw_bodies_are_retried_only_when_asked(sim: Simulator, receiver: Receiver) -> None:
    receiver.answers = [503, 503, 503]
    assert (await sim.deliver({}))[0]["status"] == 503
    [row] = await sim.deliver({}, retry=True)
    assert (row["status"], row["attempt"]) == (200, 3)


async def test_observed_bodies_count_as_written(sim: Simulator, graph: Graph) -> None:
    person = PEOPLE[3]
    now = int(float((await sim.state())["now"]))
    wamid = Wamids().of(person)
    body = message_body(LINE, person, wamid, now, "text", text())
    assert await graph.send_refused(to=person.wa_id) == (400, 131047)
    await sim.deliver(body, observe=True)
    answer = await graph.send(person.wa_id or "")
    assert answer["contacts"][0]["user_id"] == person.user_id
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    await graph.ask("POST", f"{NUMBER}/messages", json=receipt)


async def test_a_rotated_secret_signs_from_then_on(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.rotate_app_secret("another-secret-of-tests-01234")
    await sim.customer_writes(CUSTOMER, NUMBER, "oi")
    await sim.settled()
    await sim.rotate_app_secret(SECRET)
    await sim.customer_writes(CUSTOMER, NUMBER, "oi")
    await sim.settled()
    assert [one.is_signed for one in receiver.received] == [False, True]


async def test_account_updates_carry_the_entrys_time(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.update(WABA, "account_review_update", {"decision": "APPROVED"}, time=1_795_000_000)
    await sim.settled()
    entry = receiver.received[0].json["entry"][0]
    assert (entry["id"], entry["time"], entry["changes"][0]["field"]) == (WABA, 1_795_000_000, "account_review_update")


async def test_a_reset_forgets_traffic_or_everything(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await graph.send()
    await sim.settled()
    await sim.reset(keep_accounts=True)
    assert (await sim.sends(), (await sim.webhooks())["summary"]["delivered"]) == ([], 0)
    await sim.customer_writes(CUSTOMER, NUMBER, "oi")
    await graph.send()
    await sim.reset()
    state = await sim.state()
    assert {number["id"] for number in state["phone_numbers"]} == {NUMBER, OTHER_NUMBER}
    assert not any(number["registered"] for number in state["phone_numbers"])
    assert (await graph.refused("GET", WABA))[:2] == (401, 190)


async def test_a_command_that_makes_no_sense_is_refused(sim: Simulator) -> None:
    with pytest.raises(Refused, match="no phone number"):
        await sim.customer_writes(CUSTOMER, "1", "oi")
    with pytest.raises(Refused, match="colour"):
        await sim.change_rules(colour="red")
    with pytest.raises(Refused, match="exactly one"):
        await sim._call("POST", "/webhooks/raw", {"bodies": [{}]})
    with pytest.raises(Refused, match="wa_id or a user_id"):
        await sim.create_customer(name="Ninguém")
