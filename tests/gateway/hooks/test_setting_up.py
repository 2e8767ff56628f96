"""Administrators set up outgoing webhooks; a secret is shown once; bad input is named."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64decode
from typing import Any
from uuid import uuid4

import pytest
from gateway.adapters.postgres import Resealing
from gateway.adapters.vault import Vault
from gateway.application.accounts import Resealed
from gateway.domain.private import SubscriptionAddressed
from recado_events.gateway import PUBLISHED
from recado_events.subscriptions import OfSubscription

from tests.gateway.hooks.receiver import Receiver
from tests.gateway.hooks.switchboard import RENAMED, Switchboard
from tests.harness.on_database import token

URL = "http://127.0.0.1:9/hooks"


async def test_a_secret_is_shown_once_and_stands_nowhere_in_the_clear(board: Switchboard) -> None:
    asked = {"url": URL, "event_types": [RENAMED]}
    first = await board.asks("POST", "", asked)
    path = f"/{first['subscription_id']}"
    rotated = await board.asks("POST", f"{path}/rotate", {})

    assert first["secret"].startswith("whsec_")
    assert rotated["secret"] not in ("", first["secret"])
    assert "secret" not in await board.asks("GET", path)
    assert "secret" not in (await board.asks("GET"))["items"][0]
    secrets = [each["secret"].removeprefix("whsec_") for each in (first, rotated)]
    with board.on_database.store.connection() as connection:
        tables = [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        for table in tables:
            rows = str(connection.execute(f"SELECT t::text FROM {table} AS t".encode()).fetchall())
            assert not [secret for secret in secrets if secret in rows], table


async def test_a_repeated_command_makes_one_subscription_and_shows_no_secret(dsn: str) -> None:
    async with Switchboard(dsn) as board:
        asked = {"url": URL, "event_types": [RENAMED]}
        headers = token("administrator", board.organisation) | {"Idempotency-Key": "once"}
        async with board.on_database.http(headers) as client:
            first, again = [(await client.post("/subscriptions", json=asked)).json() for _ in range(2)]
        assert again["subscription_id"] == first["subscription_id"]
        assert "secret" in first
        assert "secret" not in again
        assert len((await board.asks("GET"))["items"]) == 1


async def test_secrets_are_sealed_anew_with_the_tokens(board: Switchboard, receiver: Receiver) -> None:
    subscription = await board.subscribes(receiver.url)
    old, new = (urlsafe_b64decode(letter * 43 + "==") for letter in "ab")

    done = [Resealing(board.on_database.store.connection, Vault([new, old])).reseal() for _ in range(2)]

    assert done == [Resealed(1, 0)] * 2
    async with Switchboard(board.dsn, organisation=board.organisation, token_key="b" * 43) as rotated:
        await rotated.asks("POST", f"/{subscription['subscription_id']}/test")
    assert receiver.requests[0].is_signed_with(subscription["secret"])


async def test_what_no_secret_could_sign_is_told_to_nobody(board: Switchboard, receiver: Receiver) -> None:
    await board.subscribes(receiver.url)
    board.happens("Ana")
    async with (
        Switchboard(board.dsn, organisation=board.organisation, token_key="b" * 43) as without,
        without.notifying(),
    ):
        await asyncio.sleep(1.5)
    assert receiver.requests == []
    board.time_passes()
    async with board.notifying():
        await board.until(lambda: len(receiver.requests) == 1)


async def test_while_a_secret_is_rotated_both_sign(board: Switchboard, receiver: Receiver) -> None:
    first = await board.subscribes(receiver.url)
    path = f"/{first['subscription_id']}/rotate"
    second = await board.asks("POST", path, {})
    board.happens("both")
    async with board.notifying():
        await board.until(lambda: len(receiver.requests) == 1)
        third = await board.asks("POST", path, {"overlap_seconds": 0})
        board.happens("one")
        await board.until(lambda: len(receiver.requests) == 2)

    secrets = [each["secret"] for each in (first, second, third)]
    assert [[request.is_signed_with(secret) for secret in secrets] for request in receiver.requests] == [
        [True, True, False],
        [False, False, True],
    ]


async def test_paused_by_a_person_nothing_is_delivered_until_it_is_resumed(
    board: Switchboard, receiver: Receiver
) -> None:
    subscription = await board.subscribes(receiver.url)
    path = f"/{subscription['subscription_id']}"
    # A request that is under way at that moment may still arrive: here nobody works yet.
    assert (await board.asks("POST", f"{path}/pause"))["reason"] == "person"
    async with board.notifying():
        board.happens("Ana")
        await asyncio.sleep(1.5)
        assert receiver.requests == []
        assert (await board.asks("POST", f"{path}/resume"))["status"] == "active"
        await board.until(lambda: len(receiver.requests) == 1)


async def test_deleted_it_is_gone_and_told_nothing_more(board: Switchboard, receiver: Receiver) -> None:
    subscription = await board.subscribes(receiver.url)
    path = f"/{subscription['subscription_id']}"
    assert await board.asks("DELETE", path) == 204
    board.happens("Ana")
    async with board.notifying():
        await asyncio.sleep(2.5)

    assert receiver.requests == []
    assert (await board.asks("GET"))["items"] == []
    for method, below in (("GET", ""), ("GET", "/deliveries"), ("POST", "/pause"), ("POST", "/test"), ("DELETE", "")):
        assert (await board.asks(method, path + below))["rule"] == "not_found"


async def test_a_test_is_delivered_at_once_and_logged(board: Switchboard, receiver: Receiver) -> None:
    subscription = await board.subscribes(receiver.url)
    told = await board.asks("POST", f"/{subscription['subscription_id']}/test")

    (request,) = receiver.requests
    assert (told["outcome"], told["status"]) == ("delivered", 204)
    assert request.is_signed_with(subscription["secret"])
    assert request.event["type"] == "gateway.subscription-tested.v1"
    assert [each["event_type"] for each in await board.attempts(subscription)] == [request.event["type"]]


async def test_only_administrators_and_each_only_its_own(board: Switchboard) -> None:
    subscription = await board.subscribes(URL)
    one = f"/{subscription['subscription_id']}"
    asked: list[tuple[str, str, Any]] = [
        ("GET", one, None),
        ("PATCH", one, {"url": URL}),
        ("DELETE", one, None),
        ("POST", f"{one}/rotate", {}),
        ("POST", f"{one}/pause", None),
        ("POST", f"{one}/resume", None),
        ("POST", f"{one}/replay", {"source": "gateway", "after": 0}),
        ("POST", f"{one}/test", None),
        ("GET", f"{one}/deliveries", None),
    ]
    for method, path, body in asked:
        assert (await board.asks(method, path, body, organisation=uuid4()))["rule"] == "not_found", path
        async with board.on_database.http(token("member", board.organisation, profile_id=uuid4())) as client:
            answer = await client.request(method, f"/subscriptions{path}", json=body)
            assert answer.json()["rule"] == "role_not_allowed", path
    assert (await board.asks("GET", organisation=uuid4()))["items"] == []
    assert await board.standing(subscription) == ("active", None)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("ftp://hooks.example/x", "invalid_request"),
        ("//hooks.example/x", "invalid_request"),
        ("http://", "invalid_request"),
        ("https://user:word@hooks.example/", "invalid_request"),
        ("https://hooks.example/#part", "invalid_request"),
        ("https://hooks.example:0/", "invalid_request"),
        ("https://hooks.example:99999/", "invalid_request"),
        ("https://hooks.example/ x", "invalid_request"),
        ("https://höoks.example/", "invalid_request"),
        ("https://127.1/", "invalid_request"),
        ("https://2130706433/", "invalid_request"),
        ("https://0x7f000001/", "invalid_request"),
        ("https://0177.0.0.1/", "invalid_request"),
        ("https://[fe80::1%25eth0]/", "invalid_request"),
        ("https://" + "a" * 2048, "invalid_request"),
        ("https://10.0.0.1/", "receiver_forbidden"),
        ("https://127.0.0.2/", "receiver_forbidden"),
        ("https://169.254.169.254/latest/meta-data", "receiver_forbidden"),
        ("https://[::1]/", "receiver_forbidden"),
        ("https://[::ffff:127.0.0.1]/", "receiver_forbidden"),
        ("https://[64:ff9b::7f00:1]/", "receiver_forbidden"),
        ("https://localhost/", "receiver_forbidden"),
        ("https://nobody.invalid/", "receiver_unknown"),
    ],
)
async def test_61_a_url_that_nothing_may_be_sent_to_is_refused(board: Switchboard, url: str, rule: str) -> None:
    told = await board.asks("POST", "", {"url": url, "event_types": [RENAMED]})
    assert (told["status"], told["rule"]) == (422, rule)


@pytest.mark.parametrize(
    "body",
    [
        {"url": URL},
        {"url": URL, "event_types": []},
        {"url": URL, "event_types": ["gateway.channel-dreamt.v1"]},
        {"url": URL, "event_types": ["inbound.message.v1"]},
        {"url": URL, "event_types": ["*"]},
        {"url": URL, "event_types": [RENAMED], "secret": "whsec_AAAA"},
    ],
)
async def test_what_is_no_subscription_is_refused(board: Switchboard, body: dict[str, Any]) -> None:
    told = await board.asks("POST", "", body)
    assert (told["status"], told["rule"]) == (422, "invalid_request")


async def test_an_organisation_has_only_so_many(dsn: str) -> None:
    async with Switchboard(dsn, subscription_limit=2) as board:
        for _ in range(2):
            await board.subscribes(URL)
        told = await board.asks("POST", "", {"url": URL, "event_types": [RENAMED]})
        assert (told["rule"], told["most"]) == ("too_many_subscriptions", 2)
        await board.subscribes(URL, organisation=uuid4())


async def test_a_replay_needs_a_source_that_is_heard_and_a_position_that_is_there(board: Switchboard) -> None:
    subscription = await board.subscribes(URL)
    path = f"/{subscription['subscription_id']}/replay"
    beyond = await board.asks("POST", path, {"source": "gateway", "after": 10_000})
    assert beyond["rule"] == "position_beyond_end"
    assert (await board.asks("POST", path, {"source": "gateway", "after": -1}))["rule"] == "invalid_request"
    assert (await board.asks("POST", path, {"source": "nobody", "after": 0}))["rule"] == "invalid_request"


async def test_a_service_that_nobody_can_ask_is_named_not_guessed(board: Switchboard) -> None:
    told = await board.asks("POST", "", {"url": URL, "event_types": ["crm.contact-created.v1"]})
    assert (told["status"], told["rule"]) == (503, "unavailable")


async def test_published_events_tell_neither_address_nor_secret(board: Switchboard) -> None:
    subscription = await board.subscribes(URL)
    await board.asks("POST", f"/{subscription['subscription_id']}/rotate", {})
    published = [fact for fact in board.facts(OfSubscription) if type(fact) in PUBLISHED]

    assert SubscriptionAddressed not in PUBLISHED
    assert len(published) == 2
    assert not [fact for fact in published if "whsec_" in str(fact) or "127.0.0.1" in str(fact)]
