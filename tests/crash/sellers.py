"""What people do at crm beside conversations: records that open by themselves, and contacts that are one or are not."""

from __future__ import annotations

from typing import Any

from tests.crash.traffic import Traffic

SALES = {"name": "Vendas", "stages": [{"name": "Pediu"}, {"name": "Comprou", "outcome": "won"}]}


async def each_conversation_opens_a_record(traffic: Traffic) -> None:
    """From now on, at every number that there is."""
    made = await _insists(traffic, "POST", "/pipelines", SALES)
    assert made is not None, "an administrator may"
    for number in traffic.numbers:
        rules = {"stage_id": made["stage_ids"][0]}
        assert await _insists(traffic, "PUT", f"/channels/{number}/record-rules", rules) is not None


async def a_record_goes_to_another_stage(traffic: Traffic) -> None:
    record = await _some(traffic, "/pipeline-records")
    pipeline = await _some(traffic, "/pipelines")
    if record is not None and pipeline is not None:
        stage = traffic.random.choice(pipeline["stages"])["stage_id"]
        await _insists(traffic, "PUT", f"/pipeline-records/{record['pipeline_record_id']}/stage", {"stage_id": stage})


async def contacts_are_merged_or_parted(traffic: Traffic) -> None:
    contact, other = await _some(traffic, "/contacts"), await _some(traffic, "/contacts")
    if contact is None or other is None or contact["contact_id"] == other["contact_id"]:
        return
    merged = other["contact_id"]
    if await _insists(traffic, "POST", f"/contacts/{contact['contact_id']}/merge", {"merged_id": merged}) is not None:
        await _insists(traffic, "POST", f"/contacts/{merged}/unmerge", None)


async def _some(traffic: Traffic, path: str) -> Any:
    answer = await traffic.world.asks("GET", "crm", path)
    found = answer.json()["items"] if answer.is_success else []
    return traffic.random.choice(found) if found else None


async def _insists(traffic: Traffic, method: str, path: str, body: Any) -> Any:
    return await traffic.insist(method, "crm", path, body, who="administrator", key=traffic.key())
