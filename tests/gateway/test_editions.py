"""Only some editions include WhatsApp (S1, S2, rule 37): others connect nothing, and send nothing."""

from __future__ import annotations

from uuid import uuid4

import pytest
from recado_events.gateway import ChannelConnectionStarted, ChannelRenamed, MessageAccepted, MessageRejected

from tests.gateway.stage import NUMBER, PIN, WABA, Stage
from tests.harness.on_database import token

CONNECT = {"waba_id": WABA, "phone_number_id": NUMBER, "code": "a-code", "pin": PIN}


@pytest.mark.parametrize("edition", ["free", "zoho_one", "express_trial"])
async def test_s1_s2_an_edition_without_whatsapp_connects_nothing_and_the_missing_is_named(
    stage: Stage, edition: str
) -> None:
    await stage.connect()
    stage.edition(edition)
    async with stage.administrator() as client:
        for path, body in (
            ("/channels", CONNECT),
            (f"/channels/{NUMBER}/resume", {"code": "a-code"}),
            (f"/channels/{NUMBER}/reconnect", {"code": "a-code"}),
        ):
            answer = await client.post(path, json=body)
            assert (answer.status_code, answer.json()["rule"]) == (403, "edition_without_whatsapp")
            assert answer.json()["missing"] == ["edition_with_whatsapp"]
            assert "Facebook Business Manager" in answer.json()["detail"]
            assert "phone number registered" in answer.json()["detail"]
    assert len(stage.facts(ChannelConnectionStarted)) == 1


ACCOUNT, PHONE = "facebook_business_manager_account", "whatsapp_business_phone_number"


@pytest.mark.parametrize(
    ("shared", "number", "missing"),
    [(True, NUMBER, []), (True, "999", [PHONE]), (False, NUMBER, [ACCOUNT, PHONE]), (False, "999", [ACCOUNT, PHONE])],
)
async def test_s2_all_that_is_missing_is_named_at_once(
    stage: Stage, shared: bool, number: str, missing: list[str]
) -> None:
    stage.edition("free")
    other = await stage.meta.create_waba()
    asked = {**CONNECT, "phone_number_id": number, "code": await stage.meta.mint_code(WABA if shared else other.id)}
    async with stage.administrator() as client:
        answer = await client.post("/channels", json=asked)
        seen = await client.get(f"/channels/{number}")
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert answer.json()["missing"] == ["edition_with_whatsapp", *missing]
    assert seen.status_code == 404, "only looked at, nothing recorded"


async def test_s1_an_organisation_nobody_registered_connects_nothing(stage: Stage) -> None:
    async with stage.on_database.http(token("administrator", uuid4())) as client:
        answer = await client.post("/channels", json=CONNECT)
    assert (answer.status_code, answer.json()["edition"]) == (403, None)


@pytest.mark.parametrize("edition", ["express", "premier", "bigin_360"])
async def test_s1_the_editions_with_whatsapp_connect(stage: Stage, edition: str) -> None:
    stage.edition(edition)
    await stage.connect()
    assert len(stage.facts(ChannelConnectionStarted)) == 1


async def test_s1_details_are_saved_with_an_edition_that_has_whatsapp_only(stage: Stage) -> None:
    await stage.connect()
    stage.edition("free")
    async with stage.administrator() as client:
        answer = await client.put(f"/channels/{NUMBER}/details", json={"name": "Vendas"})
        assert (answer.status_code, answer.json()["rule"]) == (403, "edition_without_whatsapp")
        assert (answer.json()["edition"], answer.json()["missing"]) == ("free", ["edition_with_whatsapp"])
        unknown = await client.put("/channels/999/details", json={"name": "Vendas"})
        assert unknown.status_code == 404
    assert stage.facts(ChannelRenamed) == []
    stage.edition("premier")
    async with stage.administrator() as client:
        assert (await client.put(f"/channels/{NUMBER}/details", json={"name": "Vendas"})).status_code == 200
    assert len(stage.facts(ChannelRenamed)) == 1


async def test_rule_37_a_downgrade_freezes_sending_and_an_upgrade_thaws(stage: Stage) -> None:
    await stage.connect()
    await stage.person()
    stage.edition("free")
    async with stage.dispatching():
        (frozen,) = stage.releases(stage.text())
        await stage.until_told(frozen, MessageRejected)
        assert stage.story(frozen)[-1].reason == "frozen"
        assert await stage.meta.sends() == [], "Meta was asked nothing"
        stage.edition("express")
        (thawed,) = stage.releases(stage.text())
        await stage.until_told(thawed, MessageAccepted)
    async with stage.administrator() as client:
        channel = (await client.get(f"/channels/{NUMBER}")).json()
    assert channel["status"] == "connected", "nothing was deleted"
