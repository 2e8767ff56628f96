"""The template editor: what Meta takes, what its reviewers say, and what becomes of a template later."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.client import Simulator
from tests.simulator.signing import JsonObject

from .conftest import CUSTOMER, NUMBER, WABA, Graph
from .receiver import Receiver

BODY: JsonObject = {"type": "BODY", "text": "Hi {{1}}, it is ready today.", "example": {"body_text": [["Ana"]]}}
LINK: JsonObject = {"type": "URL", "text": "See", "url": "https://a.b/{{1}}", "example": ["https://a.b/7"]}
CODE: JsonObject = {"type": "COPY_CODE", "example": "SAVE10"}
REPLY: JsonObject = {"type": "QUICK_REPLY", "text": "Yes"}


def made(*components: JsonObject, **changed: object) -> JsonObject:
    form = {"name": "ready", "language": "en_US", "category": "UTILITY", "components": list(components) or [BODY]}
    return {**form, **changed}


def body(text: str, *examples: str) -> JsonObject:
    return {"type": "BODY", "text": text, **({"example": {"body_text": [list(examples)]}} if examples else {})}


async def create(graph: Graph, *components: JsonObject, **changed: object) -> JsonObject:
    return await graph.ask("POST", f"{WABA}/message_templates", json=made(*components, **changed))


async def row(graph: Graph, name: str = "ready") -> JsonObject:
    fields = "id,name,language,status,category,parameter_format,components,quality_score,rejected_reason"
    answer = await graph.ask("GET", f"{WABA}/message_templates", params={"name": name, "fields": fields})
    found: JsonObject = answer["data"][0]
    return found


async def told(sim: Simulator, receiver: Receiver, field: str) -> list[JsonObject]:
    await sim.settled()
    changes = [change for one in receiver.received for entry in one.json["entry"] for change in entry["changes"]]
    return [change["value"] for change in changes if change["field"] == field]


async def test_a_new_template_is_pending_and_then_approved_with_a_webhook(
    sim: Simulator, graph: Graph, receiver: Receiver
) -> None:
    answer = await create(graph)
    assert (answer["status"], answer["category"]) == ("PENDING", "UTILITY")
    await sim.change_rules(review_seconds=0.0)
    (value,) = await until_told(sim, receiver)
    assert (value["event"], value["message_template_id"]) == ("APPROVED", int(answer["id"]))
    assert (value["message_template_name"], value["message_template_language"]) == ("ready", "en-US")
    listed = await row(graph)
    assert (listed["status"], listed["language"], listed["id"]) == ("APPROVED", "en_US", answer["id"])
    assert listed["components"] == [BODY]


async def until_told(sim: Simulator, receiver: Receiver, count: int = 1) -> list[JsonObject]:
    import asyncio

    for _ in range(200):
        values = await told(sim, receiver, "message_template_status_update")
        if len(values) >= count:
            return values
        await asyncio.sleep(0.02)
    raise AssertionError("no webhook about the template")


@pytest.mark.parametrize(
    ("changed", "subcode"),
    [
        ({"name": "Ready"}, None),
        ({"name": "x" * 513}, None),
        ({"language": "en-US"}, None),
        ({"category": "SERVICE"}, None),
        ({"components": []}, None),
        ({"components": [body("{{1}} is ready.", "a")]}, 2388299),
        ({"components": [body("Ready: {{1}}", "a")]}, 2388299),
        ({"components": [body("Hi {{1}} {{2}} you", "a", "b")]}, 2388299),
        ({"components": [body("Hi {{2}} you are fine.", "a")]}, 2388072),
        ({"components": [body("Hi {{1} you are fine.")]}, 2388072),
        ({"components": [body("Hi {{1}} you are fine.")]}, 2388043),
        ({"components": [body("x" * 1025)]}, 2388040),
        ({"components": [BODY, {"type": "HEADER", "format": "TEXT", "text": "x" * 61}]}, 2388040),
        ({"components": [BODY, {"type": "FOOTER", "text": "a {{1}} b"}]}, 2388073),
        ({"components": [BODY, {"type": "BUTTONS", "buttons": [REPLY, LINK, REPLY]}]}, None),
        ({"components": [BODY, {"type": "BUTTONS", "buttons": [{**LINK, "example": None}]}]}, None),
        ({"components": [BODY, {"type": "BUTTONS", "buttons": [CODE, CODE]}]}, None),
    ],
)
async def test_what_meta_does_not_take(graph: Graph, changed: dict[str, Any], subcode: int | None) -> None:
    refused = await graph.refused("POST", f"{WABA}/message_templates", json=made(**changed))
    assert refused[:3] == (400, 100, subcode)


async def test_a_name_is_there_once_in_each_language_and_stays_blocked_after_an_approved_one(
    sim: Simulator, graph: Graph
) -> None:
    await sim.script_verdict(WABA, "ready", at_once=True)
    first = await create(graph)
    assert first["status"] == "APPROVED"
    assert (await graph.refused("POST", f"{WABA}/message_templates", json=made()))[2] == 2388024
    await create(graph, language="pt_BR")
    query = {"hsm_id": first["id"], "name": "ready"}
    assert await graph.ask("DELETE", f"{WABA}/message_templates", params=query) == {"success": True}
    assert [one.language for one in await sim.templates(WABA) if one.name == "ready"] == ["pt_BR"]
    assert (await graph.refused("POST", f"{WABA}/message_templates", json=made()))[2] == 2388023
    assert (await graph.refused("DELETE", f"{WABA}/message_templates", params=query))[2] == 2593002
    await sim.advance_clock(31 * 86_400)
    await create(graph)


async def test_scripted_verdicts(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.script_verdict(WABA, "ready", "REJECTED", reason="SCAM", category="MARKETING", seconds=0.0)
    assert (await create(graph))["category"] == "MARKETING"
    (value,) = await until_told(sim, receiver)
    assert (value["event"], value["reason"]) == ("REJECTED", "SCAM")
    listed = await row(graph)
    assert (listed["status"], listed["rejected_reason"]) == ("REJECTED", "SCAM")


async def test_a_missed_webhook_leaves_only_the_list(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.create_template(WABA, "ready")
    await sim.change_template(WABA, "ready", event="PAUSED", told=False)
    assert await told(sim, receiver, "message_template_status_update") == []
    assert (await row(graph))["status"] == "PAUSED"


async def test_everything_meta_does_later_has_its_webhook(sim: Simulator, graph: Graph, receiver: Receiver) -> None:
    await sim.script_verdict(WABA, "ready", at_once=True)
    await create(graph)
    await sim.change_template(WABA, "ready", event="PAUSED", extra={"other_info": {"title": "FIRST_PAUSE"}})
    await sim.change_template(WABA, "ready", category="MARKETING", announced=True)
    await sim.change_template(WABA, "ready", category="MARKETING")
    await sim.change_template(WABA, "ready", quality="RED")
    await sim.change_template(WABA, "ready", body="Hello {{1}}, again.")
    await sim.change_template(WABA, "ready", event="DELETED")
    statuses = await told(sim, receiver, "message_template_status_update")
    assert [value["event"] for value in statuses] == ["PAUSED", "DELETED"]
    soon, done = await told(sim, receiver, "template_category_update")
    assert (soon["new_category"], soon["correct_category"]) == ("UTILITY", "MARKETING")
    assert (done["previous_category"], done["new_category"]) == ("UTILITY", "MARKETING")
    (rated,) = await told(sim, receiver, "message_template_quality_update")
    assert rated["new_quality_score"] == "RED"
    (worded,) = await told(sim, receiver, "message_template_components_update")
    assert worded["message_template_element"] == "Hello {{1}}, again."
    assert [one.name for one in await sim.templates(WABA)] == ["hello_world"]


async def test_an_edit_goes_to_review_once_a_day_and_keeps_the_category(sim: Simulator, graph: Graph) -> None:
    await sim.script_verdict(WABA, "ready", at_once=True)
    made_now = await create(graph)
    edit = {"components": [body("Other words {{1}} here.", "a")]}
    refused = await graph.refused("POST", made_now["id"], json={**edit, "category": "MARKETING"})
    assert refused[2] == 2388025
    await sim.script_verdict(WABA, "ready", seconds=60)
    assert (await graph.ask("POST", made_now["id"], json=edit))["success"] is True
    assert (await graph.ask("GET", made_now["id"]))["status"] == "PENDING"
    assert (await graph.refused("POST", made_now["id"], json=edit))[2] == 2388025
    await sim.change_template(WABA, "ready", event="APPROVED")
    assert (await graph.refused("POST", made_now["id"], json=edit))[2] == 2388025
    await sim.advance_clock(86_401)
    assert (await graph.ask("POST", made_now["id"], json=edit))["success"] is True


async def test_the_list_is_paged_and_filtered(sim: Simulator, graph: Graph) -> None:
    for number in range(5):
        await sim.create_template(WABA, f"n{number}", status="PAUSED" if number else "APPROVED")
    first = await graph.ask("GET", f"{WABA}/message_templates", params={"limit": "4"})
    after = first["paging"]["cursors"]["after"]
    rest = await graph.ask("GET", f"{WABA}/message_templates", params={"limit": "4", "after": after})
    assert "next" in first["paging"]
    assert "next" not in rest["paging"]
    names = [one["name"] for one in first["data"] + rest["data"]]
    assert names == ["hello_world", "n0", "n1", "n2", "n3", "n4"]
    paused = await graph.ask("GET", f"{WABA}/message_templates", params={"status": "PAUSED"})
    assert len(paused["data"]) == 4
    bad = await graph.refused("GET", f"{WABA}/message_templates", params={"after": "stale"})
    assert bad[1] == 131059


async def test_another_accounts_template_does_not_exist(sim: Simulator, graph: Graph) -> None:
    other = await sim.create_waba()
    planted = await sim.create_template(other.id, "theirs")
    assert (await graph.refused("GET", planted.meta_id))[:3] == (400, 100, 33)
    assert (await graph.refused("POST", f"{other.id}/message_templates", json=made()))[2] == 33


def sent(name: str = "ready", *components: JsonObject) -> JsonObject:
    template = {"name": name, "language": {"code": "en_US"}, "components": list(components)}
    return {"type": "template", "text": None, "template": template}


VALUES: JsonObject = {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}
SUFFIX: JsonObject = {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "7"}]}
COUPON: JsonObject = {
    "type": "button",
    "sub_type": "copy_code",
    "index": "1",
    "parameters": [{"type": "coupon_code", "coupon_code": "SAVE20"}],
}


@pytest.mark.parametrize(
    ("components", "code"),
    [
        ((VALUES, SUFFIX, COUPON), None),
        ((SUFFIX, COUPON), 132000),
        ((VALUES, COUPON), 131008),
        ((VALUES, SUFFIX), 131008),
        ((VALUES, SUFFIX, {**COUPON, "index": "0"}), 131008),
        ((VALUES, SUFFIX, {**COUPON, "parameters": [{"type": "coupon_code", "coupon_code": "x" * 16}]}), 132018),
        ((VALUES, {**SUFFIX, "index": "3"}, COUPON), 131008),
        ((VALUES, {**SUFFIX, "parameters": []}, COUPON), 132000),
        ((VALUES, {**SUFFIX, "parameters": [*SUFFIX["parameters"], *SUFFIX["parameters"]]}, COUPON), 132000),
        ((VALUES, SUFFIX, SUFFIX, COUPON), 132000),
        ((VALUES, {**SUFFIX, "parameters": [{"type": "text", "text": ""}]}, COUPON), 131008),
        ((VALUES, {**SUFFIX, "parameters": [{"type": "payload", "payload": "7"}]}, COUPON), 131008),
        ((VALUES, SUFFIX, COUPON, {**SUFFIX, "sub_type": "flow"}), 132012),
    ],
)
async def test_a_send_is_checked_against_what_was_approved(
    sim: Simulator, graph: Graph, components: tuple[JsonObject, ...], code: int | None
) -> None:
    await sim.script_verdict(WABA, "ready", at_once=True)
    await create(graph, BODY, {"type": "BUTTONS", "buttons": [LINK, CODE]})
    if code is None:
        await graph.send(**sent("ready", *components))
    else:
        assert (await graph.send_refused(**sent("ready", *components)))[1] == code


@pytest.mark.parametrize(("event", "code"), [("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)])
async def test_what_is_not_approved_is_not_sent(sim: Simulator, graph: Graph, event: str, code: int) -> None:
    await sim.script_verdict(WABA, "ready", at_once=True)
    await create(graph)
    await sim.change_template(WABA, "ready", event=event)
    assert (await graph.send_refused(**sent("ready", VALUES)))[1] == code


@pytest.mark.parametrize(
    ("age", "in_window", "expected"),
    [
        ("conversations", False, {"billable": True, "pricing_model": "CBP", "category": "utility"}),
        ("messages", False, {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}),
        (
            "messages",
            True,
            {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "utility"},
        ),
        ("service", True, {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}),
    ],
)
async def test_statuses_are_priced_as_in_each_age(
    sim: Simulator, graph: Graph, receiver: Receiver, age: str, in_window: bool, expected: JsonObject
) -> None:
    await sim.change_rules(pricing_age=age)
    await sim.set_window(CUSTOMER, NUMBER, seconds_ago=60 if in_window else 90_000)
    await sim.create_template(WABA, "ready", body="Hi {{1}}, it is ready today.")
    await graph.send(**sent("ready", VALUES))
    values = await told(sim, receiver, "messages")
    first = values[0]["statuses"][0]
    assert first["pricing"] == expected
    assert ("conversation" in first) == (age == "conversations")
    if age == "conversations":
        assert first["conversation"]["origin"] == {"type": "utility"}
        assert "expiration_timestamp" in first["conversation"]
