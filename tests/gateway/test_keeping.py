"""A channel's life after connecting: renamed, listed, disconnected, connected again."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from gateway.main import SHOWS
from recado_chassis.following.rebuild import digest, rebuild
from recado_events.gateway import (
    ChannelAuthorisationLost,
    ChannelConnected,
    ChannelDisconnected,
    ChannelRenamed,
    MessageAccepted,
    MessageRejected,
)
from recado_events.ids import OrganisationId

from tests.gateway.stage import NUMBER, OTHER_NUMBER, PIN, WABA, Stage
from tests.gateway.test_unsubscribing import subscribed, tokens_kept, unsubscriptions
from tests.simulator.faults import Scope


async def test_details_saved_again_rename(stage: Stage) -> None:
    await stage.connect()
    async with stage.administrator() as client:
        renamed = await client.put(f"/channels/{NUMBER}/details", json={"name": "Vendas"})
        same = await client.put(f"/channels/{NUMBER}/details", json={"name": "Vendas"})

    assert renamed.json()["name"] == same.json()["name"] == "Vendas"
    assert len(stage.facts(ChannelRenamed)) == 1


async def test_details_of_a_half_connected_number_are_refused(stage: Stage) -> None:
    await stage.meta.fault("drop", scope=Scope(operation="register"))
    async with stage.administrator() as client:
        asked = {"waba_id": WABA, "phone_number_id": NUMBER, "code": await stage.meta.mint_code(WABA), "pin": PIN}
        await client.post("/channels", json=asked)
        refused = await client.put(f"/channels/{NUMBER}/details", json={"name": "Early"})

    assert (refused.status_code, refused.json()["rule"], refused.json()["step"]) == (
        409, "steps_pending", "number_registration",
    )  # fmt: skip


async def test_disconnecting_unsubscribes_and_forgets_the_token(stage: Stage) -> None:
    await stage.connect()
    assert await subscribed(stage)
    async with stage.administrator() as client:
        answer = await client.post(f"/channels/{NUMBER}/disconnect")
        again = await client.post(f"/channels/{NUMBER}/disconnect")
        saved = await client.put(f"/channels/{NUMBER}/details", json={"name": "Late"})

    assert answer.json()["status"] == again.json()["status"] == "disconnected"
    assert saved.json()["rule"] == "channel_disconnected"
    assert not await subscribed(stage)
    assert (tokens_kept(stage), unsubscriptions(stage)) == (0, 0)
    assert len(stage.facts(ChannelDisconnected)) == 1


async def test_another_number_of_the_account_keeps_its_webhooks(stage: Stage) -> None:
    await stage.connect(NUMBER)
    await stage.connect(OTHER_NUMBER)
    async with stage.administrator() as client:
        await client.post(f"/channels/{NUMBER}/disconnect")
        assert await subscribed(stage)
        await client.post(f"/channels/{OTHER_NUMBER}/disconnect")

    assert not await subscribed(stage)


async def test_connecting_again_goes_on_under_the_old_name(stage: Stage) -> None:
    await stage.connect()
    async with stage.administrator() as client:
        await client.post(f"/channels/{NUMBER}/disconnect")
        failed = await client.post(f"/channels/{NUMBER}/reconnect", json={"code": "no-such-code"})
        resumed = await client.post(f"/channels/{NUMBER}/resume", json={"code": await stage.meta.mint_code(WABA)})

    assert (failed.status_code, failed.json()["step"]) == (422, "code_exchange")
    assert (resumed.json()["status"], resumed.json()["name"]) == ("connected", "Front desk")
    assert [fact.name for fact in stage.facts(ChannelConnected)] == ["Front desk", "Front desk"]
    assert await subscribed(stage)


async def test_a_renewal_that_fails_goes_on_sending_with_the_old_token(stage: Stage) -> None:
    await stage.connect()
    to = await stage.person()
    other = await stage.meta.create_waba()
    async with stage.administrator() as client, stage.dispatching():
        body = {"code": await stage.meta.mint_code(other.id)}
        failed = await client.post(f"/channels/{NUMBER}/reconnect", json=body)
        (during,) = stage.releases(stage.text(to))
        await stage.until_told(during, MessageAccepted)
        body = {"code": await stage.meta.mint_code(WABA)}
        renewed = await client.post(f"/channels/{NUMBER}/reconnect", json=body)
        (after,) = stage.releases(stage.text(to))
        await stage.until_told(after, MessageAccepted)

    assert (failed.status_code, failed.json()["step"]) == (422, "token_check")
    assert renewed.json()["status"] == "connected"
    assert tokens_kept(stage) == 1


async def test_a_token_that_dies_while_it_is_renewed_makes_messages_wait(stage: Stage) -> None:
    await stage.connect()
    people = [await stage.person(f"551198765000{index}") for index in range(2)]
    other = await stage.meta.create_waba()
    await stage.meta.expire_tokens(WABA)
    async with stage.administrator() as client, stage.dispatching():
        body = {"code": await stage.meta.mint_code(other.id)}
        await client.post(f"/channels/{NUMBER}/reconnect", json=body)
        (first,) = stage.releases(stage.text(people[0]))
        await stage.until_told(first, MessageRejected)
        (second,) = stage.releases(stage.text(people[1]))
        await asyncio.sleep(0.5)
        assert stage.told(second) == ["MessageQueued"]
        body = {"code": await stage.meta.mint_code(WABA)}
        await client.post(f"/channels/{NUMBER}/reconnect", json=body)
        await stage.until_told(second, MessageAccepted)

    assert len(stage.facts(ChannelAuthorisationLost)) == 1


async def test_a_disconnected_channel_is_not_resumed_by_accident(stage: Stage) -> None:
    await stage.connect()
    async with stage.administrator() as client:
        await client.post(f"/channels/{NUMBER}/disconnect")
        answer = await client.post(f"/channels/{NUMBER}/resume", json={"code": await stage.meta.mint_code(WABA)})

    assert (answer.status_code, answer.json()["rule"]) == (409, "channel_disconnected")


async def test_a_freed_number_connects_elsewhere_after_five_minutes(stage: Stage) -> None:
    await stage.connect()
    async with stage.administrator() as client:
        await client.post(f"/channels/{NUMBER}/disconnect")
    async with stage.administrator(OrganisationId(uuid4())) as client:
        asked = {"waba_id": WABA, "phone_number_id": NUMBER, "code": await stage.meta.mint_code(WABA), "pin": PIN}
        early = await client.post("/channels", json=asked)
        stage.clock.advance(301)
        late = await client.post(f"/channels/{NUMBER}/resume", json={})

    assert (early.status_code, early.json()["reason"]) == (409, "number_taken")
    assert [step["state"] for step in late.json()["steps"]] == ["done"] * 4


async def test_a_request_that_was_never_proven_can_be_taken_back(stage: Stage) -> None:
    async with stage.administrator() as client:
        asked = {"waba_id": WABA, "phone_number_id": NUMBER, "code": "no-such-code"}
        await client.post("/channels", json=asked)
        gone = await client.post(f"/channels/{NUMBER}/disconnect")
        listed = await client.get("/channels", params={"min_position": gone.headers["Recado-Position"]})

    assert gone.status_code == 200
    assert listed.json()["items"] == []


async def test_channels_are_listed_in_pages_of_their_own_organisation(stage: Stage) -> None:
    await stage.connect(NUMBER)
    await stage.connect(OTHER_NUMBER)
    async with stage.administrator() as client:
        position = {"min_position": stage.on_database.store.end()}
        first = (await client.get("/channels", params={"limit": 1, **position})).json()
        second = (await client.get("/channels", params={"limit": 1, "cursor": first["next_cursor"]})).json()
    async with stage.administrator(uuid4()) as client:
        foreign = (await client.get("/channels")).json()

    assert [page["items"][0]["phone_number_id"] for page in (first, second)] == [NUMBER, OTHER_NUMBER]
    assert (second["next_cursor"], foreign["items"]) == (None, [])


async def test_the_view_rebuilt_is_the_view_that_was(stage: Stage) -> None:
    await stage.connect(NUMBER)
    await stage.connect(OTHER_NUMBER)
    async with stage.administrator() as client:
        await client.post(f"/channels/{NUMBER}/disconnect")
    await stage.on_database.shown()
    (channels,) = SHOWS
    before = digest(stage.dsn, channels)

    rebuild(stage.dsn, channels, stage.on_database.service.streams.mapper)

    assert digest(stage.dsn, channels) == before
