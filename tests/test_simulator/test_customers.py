"""Customers can do everything the contract says they can, and identities change as Meta changes them."""

import base64
import hashlib

import pytest

from tests.simulator.bodies.contents import SAMPLES
from tests.simulator.client import Simulator

from .conftest import CUSTOMER, NUMBER, USER_ID, Graph
from .receiver import Receiver


@pytest.mark.parametrize("kind", [*SAMPLES, "reaction", "edit", "revoke", "request_welcome", "hologram"])
async def test_a_customer_can_send_every_type(sim: Simulator, graph: Graph, receiver: Receiver, kind: str) -> None:
    await sim.customer_writes(CUSTOMER, NUMBER, "antes")
    wamid = await sim.customer_writes(CUSTOMER, NUMBER, type=kind)
    await sim.settled()
    [message] = [one for one in receiver.messages if one["id"] == wamid]
    assert message["type"] == kind
    assert kind in message or kind == "request_welcome"


async def test_answers_forwards_and_advertisements(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    sent = (await graph.send())["messages"][0]["id"]
    await sim.customer_writes(CUSTOMER, NUMBER, "sim", reply_to=sent)
    await sim.customer_writes(CUSTOMER, NUMBER, "repassando", forwarded="often")
    await sim.customer_writes(CUSTOMER, NUMBER, "vi o anúncio", referral=True)
    await sim.customer_writes(CUSTOMER, NUMBER, "com extra", extra={"errors": [{"code": 1}]})
    await sim.settled()
    by_text = {message["text"]["body"]: message for message in receiver.messages}
    assert by_text["sim"]["context"] == {"from": "15550783881", "id": sent}
    assert by_text["repassando"]["context"] == {"frequently_forwarded": True}
    assert by_text["vi o anúncio"]["referral"]["source_type"] == "ad"
    assert by_text["com extra"]["errors"] == [{"code": 1}]


async def test_reactions_edits_and_revokes_have_targets(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    first = await sim.customer_writes(CUSTOMER, NUMBER, "às 15h")
    sent = (await graph.send())["messages"][0]["id"]
    await sim.customer_reacts(CUSTOMER, NUMBER, sent)
    await sim.customer_reacts(CUSTOMER, NUMBER, sent, None)
    await sim.customer_edits(CUSTOMER, NUMBER, first, "às 16h")
    await sim.customer_revokes(CUSTOMER, NUMBER, first)
    await sim.settled()
    by_type = [(message["type"], message[message["type"]]) for message in receiver.messages[1:]]
    assert ("reaction", {"message_id": sent, "emoji": "👍"}) in by_type
    assert ("reaction", {"message_id": sent}) in by_type
    assert ("revoke", {"original_message_id": first}) in by_type
    [edit] = [content for kind, content in by_type if kind == "edit"]
    assert (edit["original_message_id"], edit["message"]["text"]["body"]) == (first, "às 16h")


@pytest.mark.parametrize(("phone", "expected"), [("shown", CUSTOMER), ("absent", None), ("blank", "")])
async def test_a_phone_may_be_shown_absent_or_blank(
    sim: Simulator, graph: Graph, receiver: Receiver, phone: str, expected: str | None
) -> None:
    await sim.customer_writes(CUSTOMER, NUMBER, "oi", phone=phone)  # type: ignore[arg-type]
    await sim.settled()
    [value] = receiver.values
    assert (value["messages"][0].get("from"), value["contacts"][0].get("wa_id")) == (expected, expected)
    assert value["messages"][0]["from_user_id"] == value["contacts"][0]["user_id"] == USER_ID


async def test_a_person_known_only_by_user_id_can_write_and_be_answered(
    sim: Simulator, graph: Graph, receiver: Receiver
) -> None:
    stranger = "PT.66120983746501928371"
    await sim.customer_writes(stranger, NUMBER, "olá", name="Inês")
    answer = await graph.ask(
        "POST",
        f"{NUMBER}/messages",
        json={"messaging_product": "whatsapp", "recipient": stranger, "type": "text", "text": {"body": "Olá!"}},
    )
    await sim.settled()
    assert answer["contacts"] == [{"input": stranger, "user_id": stranger}]
    assert "from" not in receiver.messages[0]
    assert all(status["recipient_user_id"] == stranger for status in receiver.statuses)


async def test_a_changed_number_is_told_without_contacts(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.customer_changes_number(CUSTOMER, NUMBER, "5511987659999")
    await sim.customer_writes("5511987659999", NUMBER, "número novo")
    await sim.settled()
    change, after = receiver.values
    assert "contacts" not in change
    assert change["messages"][0]["system"] == {
        "body": f"User Marina Lopes changed from {CUSTOMER} to 5511987659999",
        "wa_id": "5511987659999",
        "type": "user_changed_number",
    }
    assert change["messages"][0]["from"] == CUSTOMER
    assert after["contacts"][0]["user_id"] == USER_ID
    assert await graph.send_refused() == (400, 131047)
    await graph.send("5511987659999")


async def test_a_changed_user_id_names_the_old_one(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.customer_changes_user_id(CUSTOMER, NUMBER, "BR.20000000000000000001")
    await sim.settled()
    system = receiver.messages[0]["system"]
    assert (system["previous_user_id"], system["user_id"]) == (USER_ID, "BR.20000000000000000001")
    assert await graph.send_refused(to=None, recipient=USER_ID) == (400, 131026)
    await graph.send(to="", recipient="BR.20000000000000000001")


async def test_an_echo_comes_from_the_phone_app(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.set_window(CUSTOMER, NUMBER, seconds_ago=90_000)
    wamid = await sim.echo(NUMBER, CUSTOMER, "já respondi")
    await sim.settled()
    [echo] = receiver.values[0]["message_echoes"]
    assert (echo["id"], echo["from"], echo["to"]) == (wamid, "15550783881", CUSTOMER)
    assert await graph.send_refused() == (400, 131047)


async def test_a_received_medium_can_be_fetched_for_five_minutes(
    sim: Simulator, graph: Graph, receiver: Receiver
) -> None:
    content = b"\xff\xd8 a photograph"
    encoded = base64.b64encode(content).decode()
    await sim.customer_writes(CUSTOMER, NUMBER, "vitrine", type="image", file_base64=encoded)
    await sim.settled()
    image = receiver.messages[0]["image"]
    assert image["caption"] == "vitrine"
    assert base64.b64decode(image["sha256"]) == hashlib.sha256(content).digest()
    described = await graph.ask("GET", image["id"])
    assert described["sha256"] == hashlib.sha256(content).hexdigest()
    bearer = {"Authorization": f"Bearer {graph.token}"}
    assert (await graph.http.get(described["url"], headers=bearer)).content == content
    await sim.advance_clock(301)
    assert (await graph.http.get(described["url"], headers=bearer)).status_code == 404
    await sim.advance_clock(8 * 86_400)
    assert (await graph.refused("GET", image["id"]))[:3] == (400, 100, 33)


async def test_thirty_messages_at_once_have_thirty_ids(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    for _ in range(30):
        await sim.customer_writes("5521912345678", NUMBER, type="image", name="Ana")
    await sim.settled()
    assert len({message["id"] for message in receiver.messages}) == 30
    assert len({value["contacts"][0]["user_id"] for value in receiver.values}) == 1
