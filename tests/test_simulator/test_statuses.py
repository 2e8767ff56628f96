"""What Meta reports about a send, by itself and on demand."""

from itertools import permutations

import pytest

from tests.simulator.client import Refused, Simulator
from tests.simulator.signing import JsonObject

from .conftest import CUSTOMER, NUMBER, USER_ID, WABA, Graph
from .receiver import Receiver

FREE = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
PAID = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}


async def test_a_send_is_sent_delivered_and_read(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    wamid = (await graph.send(biz_opaque_callback_data="v1.tag"))["messages"][0]["id"]
    await sim.settled()
    assert [status["status"] for status in receiver.statuses] == ["sent", "delivered", "read"]
    for status in receiver.statuses:
        assert (status["id"], status["biz_opaque_callback_data"]) == (wamid, "v1.tag")
        assert (status["recipient_id"], status["recipient_user_id"]) == (CUSTOMER, USER_ID)
        assert status["timestamp"].isdigit()
    assert [status.get("pricing") for status in receiver.statuses] == [FREE, FREE, None]
    assert all(value["contacts"][0]["wa_id"] == CUSTOMER for value in receiver.values)
    assert all(one.is_signed for one in receiver.received)


async def test_only_sent_lacks_the_username(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.create_customer(wa_id=CUSTOMER, username="@marina")
    await graph.send()
    await sim.settled()
    shown = [value["contacts"][0]["profile"].get("username") for value in receiver.values]
    assert shown == [None, "@marina", "@marina"]


async def test_a_person_who_hides_the_phone_is_named_by_user_id(
    sim: Simulator, graph: Graph, receiver: Receiver
) -> None:
    await sim.create_customer(wa_id=CUSTOMER, phone_shown=False)
    await graph.send()
    await sim.settled()
    assert all("recipient_id" not in status and status["recipient_user_id"] == USER_ID for status in receiver.statuses)


async def test_a_reaction_is_only_sent_and_its_target_is_checked_later(
    sim: Simulator, graph: Graph, receiver: Receiver
) -> None:
    wamid = await sim.customer_writes(CUSTOMER, NUMBER, "oi")
    unknown = "wamid.HBgNNTUxMTk4NzY1MDAwMRUCABIYFDNBMDAwMDAwMDAwMDAwMDAwMDAxAA=="
    for target in (wamid, unknown):
        await graph.send(type="reaction", text=None, reaction={"message_id": target, "emoji": "❤️"})
    await sim.settled()
    told = {(one["status"], one.get("errors", [{}])[0].get("code")) for one in receiver.statuses}
    assert told == {("sent", None), ("failed", 131009)}
    assert len(receiver.statuses) == 2


async def test_a_send_that_fails_later_has_no_contacts_and_no_price(
    sim: Simulator, graph: Graph, receiver: Receiver
) -> None:
    await sim.create_customer(wa_id=CUSTOMER, undeliverable="failed")
    await graph.send(biz_opaque_callback_data="v1.tag")
    await sim.settled()
    [value] = receiver.values
    [status] = value["statuses"]
    assert "contacts" not in value
    assert "pricing" not in status
    assert "recipient_user_id" not in status
    assert status["biz_opaque_callback_data"] == "v1.tag"
    error = status["errors"][0]
    assert (status["status"], error["code"], error["title"]) == ("failed", 131026, "Message undeliverable")


async def test_the_tag_may_be_missing_on_failures(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.change_rules(tag_on_failed=False, auto_statuses=[])
    wamid = (await graph.send(biz_opaque_callback_data="v1.tag"))["messages"][0]["id"]
    await sim.status(wamid, "failed", code=131049)
    await sim.settled()
    assert "biz_opaque_callback_data" not in receiver.statuses[0]


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "read"])))
async def test_statuses_come_in_any_order_on_demand(
    sim: Simulator, graph: Graph, receiver: Receiver, order: tuple[str, ...]
) -> None:
    await sim.change_rules(auto_statuses=[])
    wamid = (await graph.send())["messages"][0]["id"]
    for name in order:
        await sim.status(wamid, name)
        await sim.settled()
    assert [status["status"] for status in receiver.statuses] == list(order)
    assert sum("pricing" in status for status in receiver.statuses) == 2


async def test_a_status_can_carry_what_a_test_wants(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.change_rules(auto_statuses=[])
    wamid = (await graph.send())["messages"][0]["id"]
    extra: JsonObject = {"warp": 9}
    await sim.status(wamid, "played", timestamp=1_700_000_000, extra=extra)
    await sim.settled()
    [status] = receiver.statuses
    assert (status["status"], status["timestamp"], status["warp"]) == ("played", "1700000000", 9)


async def test_another_apps_message_can_have_statuses(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    with pytest.raises(Refused, match="never sent"):
        await sim.status("wamid.elsewhere", "sent")
    await sim.status("wamid.elsewhere", "failed", phone_number_id=NUMBER, customer=CUSTOMER, code=131049)
    await sim.settled()
    assert [(one["id"], one["errors"][0]["code"]) for one in receiver.statuses] == [("wamid.elsewhere", 131049)]


async def test_an_advertisements_visitor_who_is_answered_is_free_of_charge(
    sim: Simulator, graph: Graph, receiver: Receiver
) -> None:
    await sim.change_rules(auto_statuses=["sent", "delivered"])
    await sim.customer_writes(CUSTOMER, NUMBER, "vi o anúncio", referral=True)
    await graph.send()
    await sim.settled()
    sent, delivered = receiver.statuses
    assert sent["pricing"]["type"] == delivered["pricing"]["type"] == "free_entry_point"
    assert sent["conversation"]["origin"] == {"type": "referral_conversion"}
    assert "expiration_timestamp" in sent["conversation"]
    assert "expiration_timestamp" not in delivered["conversation"]
    await sim.advance_clock(73 * 3600)
    await sim.customer_writes(CUSTOMER, NUMBER, "ainda aí?")
    await graph.send()
    await sim.settled()
    assert receiver.statuses[-1]["pricing"]["category"] == "service"
    assert "conversation" not in receiver.statuses[-1]


async def test_service_messages_cost_money_after_the_free_ones(
    sim: Simulator, graph: Graph, receiver: Receiver
) -> None:
    await sim.change_rules(free_service_messages=1, service_billed_from=0, auto_statuses=["sent"])
    for _ in range(2):
        await graph.send()
        await sim.settled()
    assert [status["pricing"] for status in receiver.statuses] == [FREE, PAID]
    await sim.change_rules(service_billed_from=9e12)
    await graph.send()
    await sim.settled()
    assert receiver.statuses[-1]["pricing"] == FREE


async def test_a_template_outside_the_window_is_paid(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.set_window(CUSTOMER, NUMBER, seconds_ago=90_000)
    await sim.create_template(WABA, "aviso", category="MARKETING", body="Só hoje")
    await graph.send(type="template", text=None, template={"name": "aviso", "language": {"code": "en_US"}})
    await sim.settled()
    assert receiver.statuses[0]["pricing"] == {**PAID, "category": "marketing"}


async def test_message_history_shows_which_webhooks_arrived(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.change_rules(webhook_attempts=1, auto_statuses=["sent"])
    receiver.answers = [500]
    lost = (await graph.send())["messages"][0]["id"]
    await sim.settled()
    kept = (await graph.send())["messages"][0]["id"]
    await sim.settled()
    for wamid, state in ((lost, "FAILED"), (kept, "DELIVERED")):
        rows = await graph.ask("GET", f"{NUMBER}/message_history", params={"message_id": wamid})
        [row] = rows["data"]
        accepted, sent = row["events"]["data"]
        assert (row["message_id"], accepted["delivery_status"], sent["delivery_status"]) == (wamid, "ACCEPTED", "SENT")
        assert sent["webhook_update_state"] == state
    page = await graph.ask("GET", f"{NUMBER}/message_history", params={"limit": "1"})
    after = page["paging"]["cursors"]["after"]
    rest = await graph.ask("GET", f"{NUMBER}/message_history", params={"limit": "1", "after": after})
    assert [one["data"][0]["id"] for one in (page, rest)] == [lost, kept]
