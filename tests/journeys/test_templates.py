"""A template from an administrator's form to Meta's judgement and back, through both services and real topics."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.journeys.world import Json, World, until
from tests.simulator.faults import Scope

POSTS = Scope(operation="message_templates", method="POST")


@pytest.fixture
def name() -> str:
    return f"order_{secrets.token_hex(4)}"


@pytest.fixture
def waba(world: World) -> str:
    return str(world.endpoints["waba_id"])


async def makes(world: World, name: str, **changed: Any) -> str:
    """Saving submits."""
    form = {
        "waba_id": world.endpoints["waba_id"],
        "name": name,
        "language": "pt_BR",
        "category": "UTILITY",
        "body": "Olá #{contact.first_name}, seu pedido está pronto.",
        "fields": [{"name": "contact.first_name", "sample": "Maria", "fallback": "cliente"}],
        **changed,
    }
    made = await world.does("POST", "templates", "/templates", form, key=secrets.token_hex(8))
    assert made["state"] == "pending"
    return str(made["template_id"])


async def shown(world: World, template: str, state: str, seconds: float = 60.0, **members: Any) -> Json:
    async def find() -> Json | None:
        answer = await world.asks("GET", "templates", f"/templates/{template}")
        if answer.status_code == 404:  # the view has not come so far
            return None
        row: Json = answer.json()
        fits = row["state"] == state and all(row[key] == value for key, value in members.items())
        return row if fits else None

    return await until(find, f"template {template} shown as {state} with {members}", seconds)


async def test_from_a_form_to_an_approved_template(world: World, name: str, waba: str) -> None:
    template = await makes(world, name)
    row = await shown(world, template, "approved")
    (at_meta,) = [one for one in await world.meta.templates(waba) if one.name == name]
    assert (row["meta_template_id"], at_meta.body) == (at_meta.meta_id, "Olá {{1}}, seu pedido está pronto.")
    await world.settled()
    told = [each for each in await world.told("recado.templates.v1") if each.data.get("template_id") == template]
    assert [each.type for each in told if "approved" in each.type] == ["templates.template-approved.v1"]
    assert {each.headers["ce_subject"] for each in told} == {template}


async def test_a_rejected_template_says_why_is_corrected_and_approved(world: World, name: str, waba: str) -> None:
    await world.meta.script_verdict(waba, name, "REJECTED", reason="INCORRECT_CATEGORY")
    template = await makes(world, name)
    row = await shown(world, template, "rejected")
    assert (row["reason"], row["meta_reason"]) == ("wrong_category", "INCORRECT_CATEGORY")
    assert row["reason_texts"]["pt-BR"]

    await world.meta.script_verdict(waba, name)
    form = {member: row["form"][member] for member in ("name", "language", "body", "fields")}
    corrected = {**form, "category": "MARKETING"}
    await world.does("PUT", "templates", f"/templates/{template}", corrected, key=secrets.token_hex(8))
    assert (await shown(world, template, "approved"))["category"] == "MARKETING"


async def test_meta_recategorises_pauses_and_unpauses(world: World, name: str, waba: str) -> None:
    template = await makes(world, name)
    await shown(world, template, "approved")
    change = world.meta.change_template
    await change(waba, name, language="pt_BR", category="MARKETING", announced=True)
    await change(waba, name, language="pt_BR", category="MARKETING")
    row = await shown(world, template, "approved", category="MARKETING")
    assert row["requested_category"] == "UTILITY"
    await change(waba, name, language="pt_BR", event="PAUSED", extra={"other_info": {"title": "FIRST_PAUSE"}})
    assert (await shown(world, template, "paused"))["meta_reason"] == "FIRST_PAUSE"
    await world.meta.advance_clock(2)
    await change(waba, name, language="pt_BR", event="APPROVED", extra={"other_info": {"title": "UNPAUSE"}})
    await shown(world, template, "approved")


async def test_pain_19_what_no_webhook_told_is_found_in_metas_list(world: World, name: str, waba: str) -> None:
    await world.meta.script_verdict(waba, name, told=False)
    template = await makes(world, name)
    await shown(world, template, "approved")
    elsewhere = f"{name}_elsewhere"
    await world.meta.create_template(waba, elsewhere, language="en_US", category="AUTHENTICATION", body="{{1}} is it.")

    async def found() -> Json | None:
        page = await world.does("GET", "templates", f"/templates?search={elsewhere}")
        return page["items"][0] if page["items"] else None

    row = await until(found, "the template that was made elsewhere")
    assert (row["state"], row["category"], row["created_by"]) == ("approved", "AUTHENTICATION", None)
    await world.meta.change_template(waba, elsewhere, event="DELETED", told=False)
    await shown(world, row["template_id"], "deleted")


async def test_a_submission_whose_answer_was_lost_is_found_and_made_once(world: World, name: str, waba: str) -> None:
    await world.meta.fault("drop", when="after", scope=POSTS)
    template = await makes(world, name)
    await shown(world, template, "approved", seconds=90)
    assert [one.name for one in await world.meta.templates(waba)].count(name) == 1


async def test_a_gateway_that_is_killed_submits_nothing_twice(world: World, name: str, waba: str) -> None:
    await world.meta.fault("stall", when="after", seconds=2.0, scope=POSTS)
    template = await makes(world, name)

    async def at_meta() -> bool:
        return any(one.name == name for one in await world.meta.templates(waba))

    await until(at_meta, "Meta has it")
    gateway = world.component("gateway")
    gateway.kill()
    gateway.start()
    await world.ready()
    await shown(world, template, "approved")
    assert [one.name for one in await world.meta.templates(waba)].count(name) == 1
    assert world.parked() == 0


async def test_delete(world: World, name: str, waba: str) -> None:
    template = await makes(world, name)
    await shown(world, template, "approved")
    await world.does("DELETE", "templates", f"/templates/{template}", key=secrets.token_hex(8))
    await shown(world, template, "deleted")
    assert all(one.name != name for one in await world.meta.templates(waba))
