"""Connecting a number over HTTP against the real simulator: each step, each way it fails, and going on from there."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from gateway.domain.private import ChannelConnectionRequested
from recado_events.gateway import (
    ChannelConnected,
    ChannelConnectionStarted,
    ChannelStepCompleted,
    ChannelStepFailed,
    OfChannel,
)
from recado_events.ids import OrganisationId

from tests.gateway.stage import NUMBER, OTHER_NUMBER, PIN, WABA, Stage
from tests.harness.on_database import token
from tests.simulator.faults import Scope

STEPS = ["code_exchange", "token_check", "webhook_subscription", "number_registration"]


async def connect(stage: Stage, client: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    code = changed.pop("code", None) or await stage.meta.mint_code(WABA)
    asked = {"waba_id": WABA, "phone_number_id": NUMBER, "code": code, "pin": PIN, **changed}
    return await client.post("/channels", json={name: value for name, value in asked.items() if value is not None})


def states(channel: dict[str, Any]) -> list[str]:
    return [step["state"] for step in channel["steps"]]


async def test_connecting_takes_four_steps_and_saving_the_details_makes_it_a_channel(stage: Stage) -> None:
    async with stage.administrator() as client:
        answer = await connect(stage, client, name="Front desk", country="PT", time_zone="Europe/Lisbon")
        assert answer.status_code == 200, answer.text
        channel = answer.json()
        assert (channel["status"], states(channel)) == ("connecting", ["done"] * 4)

        saved = await client.put(f"/channels/{NUMBER}/details", json={"name": "Balcão"})
        position = saved.headers["Recado-Position"]
        shown = (await client.get(f"/channels/{NUMBER}", params={"min_position": position})).json()
        listed = (await client.get("/channels", params={"min_position": position})).json()

    assert [told for told in shown.pop("health").values() if told] == [], "Meta has said nothing of it yet"
    assert shown == saved.json()
    assert listed == {"items": [shown], "next_cursor": None}
    assert shown == {
        "phone_number_id": NUMBER,
        "waba_id": WABA,
        "name": "Balcão",
        "display_phone_number": "+1 555-078-3881",
        "country": "PT",
        "time_zone": "Europe/Lisbon",
        "status": "connected",
        "authorisation": "held",
        "steps": [{"name": name, "state": "done"} for name in STEPS],
    }
    state = await stage.meta.state()
    assert [waba["subscribed"] for waba in state["wabas"]] == [True]
    assert next(number for number in state["phone_numbers"] if number["id"] == NUMBER)["registered"] is True


async def test_the_number_is_ours_before_meta_is_asked_to_send_anything(stage: Stage) -> None:
    async with stage.administrator() as client:
        await connect(stage, client)

    told = [fact for fact in stage.facts() if isinstance(fact, ChannelConnectionStarted | ChannelStepCompleted)]
    names = [fact.step if isinstance(fact, ChannelStepCompleted) else "started" for fact in told]
    assert names == [*STEPS[:2], "started", *STEPS[2:]]


@pytest.mark.parametrize(
    ("operation", "step", "code"),
    [
        ("access_token", "code_exchange", None),
        ("debug_token", "token_check", None),
        ("subscribed_apps", "webhook_subscription", None),
        ("register", "number_registration", None),
        ("register", "number_registration", 133005),
    ],
)
@pytest.mark.parametrize("kind", ["error", "drop", "not_json"])
async def test_a_step_that_fails_is_named_and_resumed(
    stage: Stage, operation: str, step: str, code: int | None, kind: Any
) -> None:
    await stage.meta.fault(kind, code=code, scope=Scope(operation=operation))
    async with stage.administrator() as client:
        failed = await connect(stage, client)
        problem = failed.json()
        channel = (await client.get(f"/channels/{NUMBER}", params=await at(stage))).json()
        body = {"code": await stage.meta.mint_code(WABA), "pin": PIN}
        resumed = await client.post(f"/channels/{NUMBER}/resume", json=body)

    refused_by_meta = kind == "error" and code is not None
    assert failed.status_code == (422 if refused_by_meta else 502)
    assert failed.headers["content-type"] == "application/problem+json"
    assert (problem["rule"], problem["step"]) == ("step_failed", step)
    at_step = STEPS.index(step)
    assert channel["status"] == "connecting"
    assert states(channel) == ["done"] * at_step + ["failed"] + ["pending"] * (3 - at_step)
    assert channel["steps"][at_step]["reason"] == problem["reason"]
    assert resumed.status_code == 200, resumed.text
    assert states(resumed.json()) == ["done"] * 4
    assert len(stage.facts(ChannelStepFailed)) == 1


async def at(stage: Stage) -> dict[str, int]:
    return {"min_position": stage.on_database.store.end()}


async def test_a_code_that_is_too_old_asks_for_a_new_one(stage: Stage) -> None:
    code = await stage.meta.mint_code(WABA)
    await stage.meta.advance_clock(31)
    async with stage.administrator() as client:
        failed = await connect(stage, client, code=code)
        missing = await client.post(f"/channels/{NUMBER}/resume", json={})
        resumed = await client.post(
            f"/channels/{NUMBER}/resume", json={"code": await stage.meta.mint_code(WABA), "pin": PIN}
        )

    assert (failed.status_code, failed.json()["reason"]) == (422, "code_refused")
    assert (missing.status_code, missing.json()["reason"]) == (422, "code_missing")
    assert states(resumed.json()) == ["done"] * 4


async def test_s2_an_account_that_is_not_shared_is_named_as_missing_with_the_number_that_nobody_can_see_there(
    stage: Stage,
) -> None:
    other = await stage.meta.create_waba()
    code = await stage.meta.mint_code(other.id)
    async with stage.administrator() as client:
        failed = await connect(stage, client, code=code)

    problem = failed.json()
    assert (failed.status_code, problem["step"]) == (422, "token_check")
    assert problem["missing"] == ["facebook_business_manager_account", "whatsapp_business_phone_number"]
    assert "Facebook Business Manager" in problem["detail"]
    assert "phone number" in problem["detail"]
    assert stage.facts(ChannelConnectionStarted) == [], "nobody gets a number by naming it"


@pytest.mark.parametrize("way", ["resume", "reconnect", "connect"])
async def test_a_fresh_code_takes_the_place_of_a_token_that_failed_its_check(stage: Stage, way: str) -> None:
    other = await stage.meta.create_waba()
    async with stage.administrator() as client:
        failed = await connect(stage, client, code=await stage.meta.mint_code(other.id))
        again = await client.post(f"/channels/{NUMBER}/resume", json={})
        code = await stage.meta.mint_code(WABA)
        body = {"code": code, "pin": PIN}
        if way == "connect":
            resumed = await connect(stage, client, code=code)
        else:
            resumed = await client.post(f"/channels/{NUMBER}/{way}", json=body)

    assert [(each.json()["step"], each.json()["reason"]) for each in (failed, again)] == [
        ("token_check", "business_account_missing")
    ] * 2
    assert resumed.status_code == 200, resumed.text
    assert states(resumed.json()) == ["done"] * 4


async def test_what_was_missing_can_be_put_right_without_another_code(stage: Stage) -> None:
    stranger = OrganisationId(uuid4())
    await stage.connect()
    async with stage.administrator(stranger) as client:
        await connect(stage, client)
        async with stage.administrator() as ours:
            await ours.post(f"/channels/{NUMBER}/disconnect")
        stage.clock.advance(301)
        resumed = await client.post(f"/channels/{NUMBER}/resume", json={})

    assert states(resumed.json()) == ["done"] * 4


async def test_a_number_that_is_taken_back_while_it_is_connected_is_not_there(stage: Stage) -> None:
    await stage.meta.fault("stall", seconds=1, when="after", scope=Scope(operation="access_token"))
    async with stage.administrator() as client:
        connecting = asyncio.create_task(connect(stage, client))
        await stage.until(lambda: bool(stage.facts(ChannelConnectionRequested)))
        taken_back = await client.post(f"/channels/{NUMBER}/disconnect")
        answer = await connecting

    assert taken_back.status_code == 200
    assert (answer.status_code, answer.json()["rule"]) == (404, "not_found")
    assert stage.facts(ChannelConnectionStarted) == []


async def test_a_number_of_another_account_is_named_as_a_missing_prerequisite(stage: Stage) -> None:
    other = await stage.meta.create_waba()
    code = await stage.meta.mint_code(other.id)
    async with stage.administrator() as client:
        failed = await connect(stage, client, waba_id=other.id, code=code)

    problem = failed.json()
    assert (problem["step"], problem["missing"]) == ("token_check", ["whatsapp_business_phone_number"])
    assert stage.facts(ChannelConnectionStarted) == []


async def test_an_unregistered_number_needs_its_pin_and_a_registered_one_does_not(stage: Stage) -> None:
    async with stage.administrator() as client:
        missing = await connect(stage, client, pin=None)
        await stage.meta.change_phone_number(NUMBER, registered=True)
        resumed = await client.post(f"/channels/{NUMBER}/resume", json={})

    assert (missing.json()["step"], missing.json()["reason"]) == ("number_registration", "pin_missing")
    assert states(resumed.json()) == ["done"] * 4


async def test_a_wrong_pin_is_told_with_metas_code(stage: Stage) -> None:
    await stage.meta.change_phone_number(NUMBER, pin="654321")
    async with stage.administrator() as client:
        wrong = await connect(stage, client)
        right = await client.post(f"/channels/{NUMBER}/resume", json={"pin": "654321"})

    assert (wrong.status_code, wrong.json()["meta_code"]) == (422, 133005)
    assert states(right.json()) == ["done"] * 4


async def test_a_number_in_the_phone_app_is_not_registered(stage: Stage) -> None:
    await stage.meta.change_phone_number(NUMBER, on_phone_app=True)
    async with stage.administrator() as client:
        answer = await connect(stage, client, pin=None)

    assert states(answer.json()) == ["done"] * 4


async def test_a_token_that_dies_half_way_sends_back_to_embedded_signup(stage: Stage) -> None:
    await stage.meta.fault("error", code=190, scope=Scope(operation="subscribed_apps"))
    async with stage.administrator() as client:
        failed = await connect(stage, client)
        without = await client.post(f"/channels/{NUMBER}/resume", json={"pin": PIN})
        code = await stage.meta.mint_code(WABA)
        resumed = await client.post(f"/channels/{NUMBER}/resume", json={"code": code, "pin": PIN})

    assert (failed.json()["step"], failed.json()["reason"]) == ("webhook_subscription", "token_invalid")
    assert without.json()["step"] == "code_exchange"
    assert states(resumed.json()) == ["done"] * 4


async def test_a_number_that_another_organisation_has_is_refused_and_theirs_stays(stage: Stage) -> None:
    await stage.connect()
    stranger = OrganisationId(uuid4())
    async with stage.administrator(stranger) as client:
        refused = await connect(stage, client)
        listed = (await client.get("/channels", params=await at(stage))).json()
        others = [
            await client.get(f"/channels/{OTHER_NUMBER}"),
            await client.post(f"/channels/{OTHER_NUMBER}/disconnect"),
        ]
    async with stage.administrator() as client:
        ours = (await client.get(f"/channels/{NUMBER}")).json()

    assert (refused.status_code, refused.json()["reason"]) == (409, "number_taken")
    assert [channel["status"] for channel in listed["items"]] == ["connecting"]
    assert [answer.status_code for answer in others] == [404, 404]
    assert (ours["status"], ours["name"]) == ("connected", "Front desk")


async def test_the_same_key_has_one_effect(stage: Stage) -> None:
    code = await stage.meta.mint_code(WABA)
    headers = {"Idempotency-Key": "connect-1"}
    async with stage.administrator() as client:
        asked = {"waba_id": WABA, "phone_number_id": NUMBER, "code": code, "pin": PIN}
        client.headers["Authorization"] = token("administrator", stage.organisation, uuid4())["Authorization"]
        first = await client.post("/channels", json=asked, headers=headers)
        again = await client.post("/channels", json=asked, headers=headers)
        other = await client.post("/channels", json={**asked, "pin": "000000"}, headers=headers)

    assert (first.status_code, again.json()) == (200, first.json())
    assert (other.status_code, other.json()["rule"]) == (422, "idempotency_key_reused")
    assert len(stage.facts(ChannelConnectionStarted)) == 1


@pytest.mark.parametrize("role", ["member", "service", "operator"])
async def test_only_administrators_change_channels(stage: Stage, role: Any) -> None:
    await stage.connect()
    organisation = stage.organisation if role == "member" else None
    asked = {"waba_id": WABA, "phone_number_id": OTHER_NUMBER, "code": "c", "pin": PIN}
    async with stage.on_database.http(token(role, organisation)) as client:
        answers = [
            await client.post("/channels", json=asked),
            await client.post(f"/channels/{NUMBER}/resume", json={}),
            await client.put(f"/channels/{NUMBER}/details", json={"name": "Mine"}),
            await client.post(f"/channels/{NUMBER}/disconnect"),
            await client.post(f"/channels/{NUMBER}/reconnect", json={"code": "c"}),
        ]
        looking = await client.get("/channels")

    assert {answer.status_code for answer in answers} <= {401, 403}
    assert looking.status_code == (200 if role == "member" else 401 if role == "service" else 403)
    assert [fact.name for fact in stage.facts(ChannelConnected)] == ["Front desk"]


UNFIT: list[dict[str, Any]] = [
    {"waba_id": "abc"},
    {"waba_id": 102290129340398},
    {"phone_number_id": ""},
    {"phone_number_id": "1" * 21},
    {"code": "a b"},
    {"code": "c" * 2049},
    {"pin": "12345"},
    {"pin": 123456},
    {"name": "  "},
    {"name": "a\tb"},
    {"country": "br"},
    {"time_zone": "Mars/Olympus"},
    {"time_zone": "../../etc/passwd"},
    {"status": "connected"},
]


async def test_what_does_not_fit_is_refused_before_anybody_is_asked(stage: Stage) -> None:
    async with stage.administrator() as client:
        answers = [await connect(stage, client, **{"code": "c", **changed}) for changed in UNFIT]

    assert [answer.status_code for answer in answers] == [422] * len(UNFIT)
    assert stage.facts(OfChannel) == []
