"""Connecting a number: code, token, subscription, registration, each with Meta's refusals."""

import time

import pytest

from tests.simulator.client import Refused, Simulator
from tests.simulator.signing import JsonObject, app_secret_proof

from .conftest import CUSTOMER, NUMBER, OTHER_NUMBER, WABA, Graph, text_to
from .receiver import SECRET, Receiver

APP = {"client_id": "704118822001", "client_secret": SECRET}
PIN: JsonObject = {"messaging_product": "whatsapp", "pin": "123456"}


async def test_a_code_becomes_a_token_that_works(sim: Simulator, stranger: Graph) -> None:
    code = await sim.mint_code(WABA, NUMBER)
    answer = await stranger.ask("GET", "oauth/access_token", params={**APP, "code": code}, token="")
    assert answer["token_type"] == "bearer"
    numbers = await stranger.ask("GET", f"{WABA}/phone_numbers", token=answer["access_token"])
    assert [number["id"] for number in numbers["data"]] == [NUMBER, OTHER_NUMBER]


async def test_a_code_works_once(sim: Simulator, stranger: Graph) -> None:
    query = {**APP, "code": await sim.mint_code(WABA)}
    await stranger.ask("GET", "oauth/access_token", params=query)
    status, code, subcode, _ = await stranger.refused("GET", "oauth/access_token", params=query)
    assert (status, code, subcode) == (400, 100, 36009)


async def test_a_code_lives_thirty_seconds(sim: Simulator, stranger: Graph) -> None:
    early, late = await sim.mint_code(WABA), await sim.mint_code(WABA)
    await sim.advance_clock(29)
    await stranger.ask("GET", "oauth/access_token", params={**APP, "code": early})
    await sim.advance_clock(2)
    status, code, subcode, _ = await stranger.refused("GET", "oauth/access_token", params={**APP, "code": late})
    assert (status, code, subcode) == (400, 100, 36007)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_secret": "wrong"}, 1),
        ({"client_secret": ""}, 1),
        ({"client_id": "1"}, 101),
        ({"client_id": ""}, 101),
        ({"code": "made-up"}, 100),
    ],
)
async def test_a_wrong_exchange_is_refused(sim: Simulator, stranger: Graph, change: JsonObject, code: int) -> None:
    query = {**APP, "code": await sim.mint_code(WABA), **change}
    assert (await stranger.refused("GET", "oauth/access_token", params=query))[:2] == (400, code)


async def test_a_code_is_only_minted_for_a_number_of_its_account(sim: Simulator) -> None:
    other = await sim.create_waba()
    with pytest.raises(Refused, match="does not belong"):
        await sim.mint_code(other.id, NUMBER)


async def test_a_token_shows_its_accounts_to_the_app(sim: Simulator, stranger: Graph) -> None:
    query = {"input_token": stranger.token, "access_token": f"{APP['client_id']}|{SECRET}"}
    data = (await stranger.ask("GET", "debug_token", params=query, token=""))["data"]
    assert data["is_valid"]
    assert data["app_id"] == APP["client_id"]
    assert {"scope": "whatsapp_business_messaging", "target_ids": [WABA]} in data["granular_scopes"]
    await sim.expire_tokens(WABA)
    dead = (await stranger.ask("GET", "debug_token", params=query, token=""))["data"]
    assert (dead["is_valid"], dead["error"]["code"], dead["error"]["subcode"]) == (False, 190, 463)


async def test_a_made_up_token_is_shown_as_invalid(stranger: Graph) -> None:
    query = {"input_token": "EAAnothing", "access_token": f"{APP['client_id']}|{SECRET}"}
    assert (await stranger.ask("GET", "debug_token", params=query, token=""))["data"]["is_valid"] is False
    wrong = {**query, "access_token": f"{APP['client_id']}|wrong"}
    assert (await stranger.refused("GET", "debug_token", params=wrong, token=""))[1] == 1


@pytest.mark.parametrize(
    ("token", "expected"),
    [("", (401, 104)), ("EAAunknown", (401, 190)), ("nonsense!", (401, 190))],
)
async def test_a_call_needs_a_living_token(stranger: Graph, token: str, expected: tuple[int, int]) -> None:
    assert (await stranger.refused("GET", f"{WABA}/phone_numbers", token=token))[:2] == expected


@pytest.mark.parametrize("subcode", [458, 460, 463, 467])
async def test_a_dead_token_says_why(sim: Simulator, stranger: Graph, subcode: int) -> None:
    assert await sim.expire_tokens(WABA, subcode=subcode) == 1
    status, code, shown, _ = await stranger.refused("GET", WABA)
    assert (status, code, shown) == (401, 190, subcode)


async def test_a_token_with_a_life_ends_by_itself(sim: Simulator, stranger: Graph) -> None:
    stranger.token = await sim.mint_token([WABA], lives_seconds=60)
    await stranger.ask("GET", WABA)
    await sim.advance_clock(61)
    assert (await stranger.refused("GET", WABA))[:3] == (401, 190, 463)


async def test_a_token_only_works_for_its_own_account(sim: Simulator, graph: Graph) -> None:
    elsewhere = await sim.create_waba()
    foreign = await sim.mint_token([elsewhere.id])
    send = await graph.refused("POST", f"{NUMBER}/messages", json=text_to(), token=foreign)
    assert send[:2] == (403, 131005)
    assert (await graph.refused("POST", f"{NUMBER}/register", json=PIN, token=foreign))[:3] == (400, 100, 33)
    assert (await graph.refused("GET", f"{WABA}/phone_numbers", token=foreign))[:3] == (400, 100, 33)


async def test_a_token_needs_the_permission(sim: Simulator, graph: Graph) -> None:
    manager = await sim.mint_token([WABA], scopes=["whatsapp_business_management"])
    messenger = await sim.mint_token([WABA], scopes=["whatsapp_business_messaging"])
    assert (await graph.refused("POST", f"{NUMBER}/messages", json=text_to(), token=manager))[:2] == (403, 131005)
    assert (await graph.refused("POST", f"{WABA}/subscribed_apps", token=messenger))[:2] == (403, 200)


async def test_an_app_secret_proof_must_fit_when_given(stranger: Graph) -> None:
    good = {"appsecret_proof": app_secret_proof(SECRET, stranger.token)}
    await stranger.ask("GET", WABA, params=good)
    assert (await stranger.refused("GET", WABA, params={"appsecret_proof": "0" * 64}))[:2] == (400, 100)


async def test_subscribing_is_shown_and_taken_back(stranger: Graph) -> None:
    assert (await stranger.ask("GET", f"{WABA}/subscribed_apps"))["data"] == []
    assert await stranger.ask("POST", f"{WABA}/subscribed_apps") == {"success": True}
    shown = (await stranger.ask("GET", f"{WABA}/subscribed_apps"))["data"]
    assert shown[0]["whatsapp_business_api_data"]["id"] == APP["client_id"]
    await stranger.ask("DELETE", f"{WABA}/subscribed_apps")
    assert (await stranger.ask("GET", f"{WABA}/subscribed_apps"))["data"] == []


async def test_an_override_is_taken_after_its_handshake_and_gets_only_messages(
    sim: Simulator, graph: Graph, receiver: Receiver, receiver_url: str
) -> None:
    own = receiver_url + "/own"
    wish = {"override_callback_uri": own, "verify_token": "wrong"}
    assert (await graph.refused("POST", f"{WABA}/subscribed_apps", json=wish))[:2] == (400, 2200)
    await graph.ask("POST", f"{WABA}/subscribed_apps", json={**wish, "verify_token": receiver.verify_token})
    assert receiver.handshakes == ["/webhooks/whatsapp/own"] * 2
    await sim.customer_writes(CUSTOMER, NUMBER, "oi")
    await sim.update(WABA, "account_update", {"event": "ACCOUNT_DELETED"}, time=1)
    await sim.settled()
    urls = {row["url"].removeprefix(receiver_url): row["status"] for row in (await sim.webhooks())["attempts"]}
    assert urls == {"/own": 200, "": 200}


async def test_a_number_may_have_its_own_override(graph: Graph, receiver: Receiver, receiver_url: str) -> None:
    wish = {"override_callback_uri": receiver_url + "/one", "verify_token": receiver.verify_token}
    await graph.ask("POST", NUMBER, json={"webhook_configuration": wish})
    shown = await graph.ask("GET", NUMBER, params={"fields": "webhook_configuration"})
    assert shown["webhook_configuration"]["phone_number"] == receiver_url + "/one"
    long_url = {"override_callback_uri": "https://x/" + "a" * 200, "verify_token": "t"}
    assert (await graph.refused("POST", NUMBER, json={"webhook_configuration": long_url}))[1] == 100


async def test_registering_sets_the_pin_and_then_asks_for_it(stranger: Graph) -> None:
    assert (await stranger.ask("GET", NUMBER, params={"fields": "status"}))["status"] == "PENDING"
    assert await stranger.ask("POST", f"{NUMBER}/register", json=PIN) == {"success": True}
    assert (await stranger.ask("GET", NUMBER, params={"fields": "status"}))["status"] == "CONNECTED"
    assert (await stranger.refused("POST", f"{NUMBER}/register", json={**PIN, "pin": "654321"}))[:2] == (400, 133005)
    assert await stranger.ask("POST", f"{NUMBER}/deregister") == {"success": True}
    assert (await stranger.refused("POST", f"{NUMBER}/deregister"))[:2] == (400, 133010)
    assert await stranger.ask("POST", f"{NUMBER}/register", json=PIN) == {"success": True}


@pytest.mark.parametrize(
    "body", [{"pin": "123456"}, {**PIN, "pin": "12345"}, {**PIN, "pin": 123456}, {**PIN, "pin": None}]
)
async def test_a_malformed_registration_is_refused(stranger: Graph, body: JsonObject) -> None:
    assert (await stranger.refused("POST", f"{NUMBER}/register", json=body))[:2] == (400, 100)


async def test_guessing_the_pin_ends(sim: Simulator, stranger: Graph) -> None:
    await sim.change_phone_number(NUMBER, pin="111111")
    codes = [(await stranger.refused("POST", f"{NUMBER}/register", json=PIN))[1] for _ in range(6)]
    assert codes == [133005] * 5 + [133008]


async def test_an_unverified_number_and_one_of_the_phone_app_cannot_register(sim: Simulator, stranger: Graph) -> None:
    await sim.change_phone_number(NUMBER, verified=False)
    assert (await stranger.refused("POST", f"{NUMBER}/register", json=PIN))[:2] == (400, 133006)
    await sim.change_phone_number(OTHER_NUMBER, on_phone_app=True)
    assert (await stranger.refused("POST", f"{OTHER_NUMBER}/register", json=PIN))[:2] == (400, 100)
    assert (await stranger.refused("POST", f"{OTHER_NUMBER}/deregister"))[:2] == (400, 100)


async def test_ten_registrations_in_seventy_two_hours_are_all(sim: Simulator, stranger: Graph) -> None:
    for _ in range(5):
        await stranger.ask("POST", f"{NUMBER}/register", json=PIN)
        await stranger.ask("POST", f"{NUMBER}/deregister")
    assert (await stranger.refused("POST", f"{NUMBER}/register", json=PIN))[:2] == (400, 133016)
    await sim.advance_clock(72 * 3600 + 1)
    await stranger.ask("POST", f"{NUMBER}/register", json=PIN)


async def test_an_unregistered_number_cannot_send(stranger: Graph) -> None:
    assert await stranger.send_refused() == (400, 133010)


async def test_the_pin_can_be_changed(stranger: Graph) -> None:
    await stranger.ask("POST", NUMBER, json={"pin": "222222"})
    assert (await stranger.refused("POST", f"{NUMBER}/register", json=PIN))[1] == 133005
    await stranger.ask("POST", f"{NUMBER}/register", json={**PIN, "pin": "222222"})


async def test_what_does_not_exist_is_refused_as_graph_does(stranger: Graph) -> None:
    assert (await stranger.refused("GET", "999999999999999"))[:3] == (400, 100, 33)
    assert (await stranger.refused("POST", "999999999999999/messages", json={}))[:3] == (400, 100, 33)
    assert (await stranger.refused("GET", "somebody"))[:2] == (404, 803)
    assert (await stranger.refused("GET", f"{WABA}/phone_numbers/more"))[:2] == (400, 2500)
    assert (await stranger.refused("GET", f"{WABA}/rumours"))[:2] == (400, 100)
    assert (await stranger.refused("GET", NUMBER, params={"fields": "id,shoe_size"}))[:2] == (400, 100)
    assert (await stranger.refused("POST", f"{WABA}/rumours"))[:3] == (400, 100, 33)


async def test_a_path_may_leave_the_version_out(stranger: Graph) -> None:
    answer = await stranger.http.get(f"/{WABA}", params={"access_token": stranger.token})
    assert answer.json()["id"] == WABA
    assert time.time() - float((await Simulator(str(stranger.http.base_url)).state())["now"]) < 5
