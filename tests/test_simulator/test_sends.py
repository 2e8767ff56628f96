"""The send call is strict: each content, each limit, each recipient."""

import pytest

from tests.simulator.client import Simulator
from tests.simulator.signing import JsonObject

from .conftest import CUSTOMER, NUMBER, USER_ID, Graph, text_to

WAMID = "wamid.HBgNNTUxMTk4NzY1MDAwMRUCABIYFDNBMDAwMDAwMDAwMDAwMDAwMDAxAA=="
REPLY: JsonObject = {"type": "reply", "reply": {"id": "yes", "title": "Sim"}}
ROW: JsonObject = {"id": "1", "title": "Quinta"}


def interactive(kind: str, action: JsonObject, **members: object) -> JsonObject:
    return {
        "type": "interactive",
        "interactive": {"type": kind, "body": {"text": "Escolha"}, "action": action, **members},
    }


def rows(count: int) -> JsonObject:
    return {
        "button": "Ver",
        "sections": [{"title": "Dias", "rows": [{"id": str(n), "title": "x"} for n in range(count)]}],
    }


def link(**members: object) -> JsonObject:
    return {"name": "cta_url", "parameters": {"display_text": "Abrir", "url": "https://a.example/x", **members}}


GOOD: dict[str, JsonObject] = {
    "text": {},
    "type left out": {"type": None},
    "longest text": {"text": {"body": "ã" * 4096, "preview_url": True}},
    "reply": {"context": {"message_id": WAMID}},
    "tag": {"biz_opaque_callback_data": "x" * 512},
    "formatted number": {"to": "+55 (11) 98765-0001"},
    "upper case product": {"messaging_product": "WHATSAPP"},
    "image by link": {"type": "image", "image": {"link": "https://a.example/x.png", "caption": "c" * 1024}},
    "document": {"type": "document", "document": {"link": "https://a.example/x.pdf", "filename": "nota.pdf"}},
    "voice": {"type": "audio", "audio": {"link": "https://a.example/x.ogg", "voice": True}},
    "sticker": {"type": "sticker", "sticker": {"link": "https://a.example/x.webp"}},
    "location": {"type": "location", "location": {"latitude": "-23.5", "longitude": -46.6, "name": "Aqui"}},
    "contacts": {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ana"}}] * 257},
    "reaction": {"type": "reaction", "reaction": {"message_id": WAMID, "emoji": "👍🏽"}},
    "reaction taken back": {"type": "reaction", "reaction": {"message_id": WAMID, "emoji": ""}},
    "buttons": interactive("button", {"buttons": [REPLY]}, footer={"text": "f" * 60}),
    "list": interactive("list", rows(10)),
    "link": interactive("cta_url", link()),
    "location request": interactive("location_request_message", {"name": "send_location"}),
}

BAD: dict[str, tuple[JsonObject, int]] = {
    "no product": ({"messaging_product": None}, 100),
    "other product": ({"messaging_product": "sms"}, 100),
    "no recipient": ({"to": None}, 100),
    "letters in number": ({"to": "not a number"}, 131009),
    "number too long": ({"to": "5511987650001234567"}, 131009),
    "number as number": ({"to": 5511987650001}, 131009),
    "bad user id": ({"to": None, "recipient": "somebody"}, 131009),
    "unknown user id": ({"to": None, "recipient": "BR.99999999999999999999"}, 131026),
    "own number": ({"to": "+1 555-078-3881"}, 131021),
    "group": ({"recipient_type": "group"}, 131009),
    "unknown type": ({"type": "telegram"}, 131051),
    "type as number": ({"type": 7}, 131051),
    "content missing": ({"text": None}, 131008),
    "content of other type": ({"type": "image"}, 131008),
    "content no object": ({"text": "Olá"}, 100),
    "body missing": ({"text": {}}, 100),
    "body empty": ({"text": {"body": ""}}, 100),
    "body blank": ({"text": {"body": "  \n"}}, 100),
    "body no text": ({"text": {"body": 5}}, 100),
    "body too long": ({"text": {"body": "ã" * 4097}}, 100),
    "unexpected key": ({"text": {"body": "x", "colour": "red"}}, 100),
    "preview no boolean": ({"text": {"body": "x", "preview_url": "yes"}}, 100),
    "tag too long": ({"biz_opaque_callback_data": "x" * 513}, 100),
    "tag no text": ({"biz_opaque_callback_data": 5}, 100),
    "context without id": ({"context": {}}, 131009),
    "context no wamid": ({"context": {"message_id": "abc"}}, 131009),
    "image without source": ({"type": "image", "image": {"caption": "x"}}, 100),
    "image with two sources": ({"type": "image", "image": {"link": "https://a.example/x", "id": "1"}}, 100),
    "image of unknown id": ({"type": "image", "image": {"id": "1"}}, 100),
    "image by file": ({"type": "image", "image": {"link": "file:///etc/passwd"}}, 100),
    "caption too long": ({"type": "video", "video": {"link": "https://a.example/x", "caption": "c" * 1025}}, 100),
    "caption on audio": ({"type": "audio", "audio": {"link": "https://a.example/x", "caption": "c"}}, 100),
    "caption on sticker": ({"type": "sticker", "sticker": {"link": "https://a.example/x", "caption": "c"}}, 100),
    "latitude out of range": ({"type": "location", "location": {"latitude": 91, "longitude": 0}}, 131009),
    "latitude no number": ({"type": "location", "location": {"latitude": "here", "longitude": 0}}, 100),
    "longitude missing": ({"type": "location", "location": {"latitude": 1}}, 100),
    "no contacts": ({"type": "contacts", "contacts": []}, 131009),
    "too many contacts": ({"type": "contacts", "contacts": [{"name": {"formatted_name": "A"}}] * 258}, 131009),
    "contact without name": ({"type": "contacts", "contacts": [{"phones": []}]}, 100),
    "reaction without emoji": ({"type": "reaction", "reaction": {"message_id": WAMID}}, 100),
    "reaction to nothing": ({"type": "reaction", "reaction": {"message_id": "x", "emoji": "👍"}}, 131009),
    "reaction with words": ({"type": "reaction", "reaction": {"message_id": WAMID, "emoji": "ok"}}, 131009),
    "no buttons": (interactive("button", {"buttons": []}), 131009),
    "four buttons": (interactive("button", {"buttons": [REPLY] * 4}), 131009),
    "same button twice": (interactive("button", {"buttons": [REPLY] * 2}), 131009),
    "button title too long": (
        interactive("button", {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "t" * 21}}]}),
        131009,
    ),
    "button id too long": (
        interactive("button", {"buttons": [{"type": "reply", "reply": {"id": "1" * 257, "title": "t"}}]}),
        131009,
    ),
    "button body too long": (interactive("button", {"buttons": [REPLY]}, body={"text": "b" * 1025}), 100),
    "button body missing": (interactive("button", {"buttons": [REPLY]}, body=None), 100),
    "footer too long": (interactive("button", {"buttons": [REPLY]}, footer={"text": "f" * 61}), 100),
    "header too long": (interactive("button", {"buttons": [REPLY]}, header={"type": "text", "text": "h" * 61}), 100),
    "eleven rows": (interactive("list", rows(11)), 131009),
    "no rows": (interactive("list", rows(0)), 131009),
    "eleven sections": (
        interactive("list", {"button": "Ver", "sections": [{"title": "a", "rows": [ROW]}] * 11}),
        131009,
    ),
    "same row twice": (interactive("list", {"button": "Ver", "sections": [{"title": "a", "rows": [ROW] * 2}]}), 131009),
    "row title too long": (
        interactive("list", {"button": "Ver", "sections": [{"title": "a", "rows": [{"id": "1", "title": "t" * 25}]}]}),
        131009,
    ),
    "list button too long": (interactive("list", {**rows(1), "button": "b" * 21}), 131009),
    "link text too long": (interactive("cta_url", link(display_text="d" * 21)), 131009),
    "link no address": (interactive("cta_url", link(url="mailto:a@b.c")), 131009),
    "unknown interactive": (interactive("dance", {}), 100),
    "action missing": ({"type": "interactive", "interactive": {"type": "button", "body": {"text": "x"}}}, 100),
    "status neither read": ({"status": "seen", "message_id": WAMID}, 100),
}


async def test_what_meta_takes_is_accepted(sim: Simulator, graph: Graph) -> None:
    accepted = []
    for change in GOOD.values():
        answer = await graph.ask("POST", f"{NUMBER}/messages", json=text_to(**{"to": CUSTOMER, **change}))
        [contact], [message] = answer["contacts"], answer["messages"]
        assert (contact["wa_id"], contact["user_id"]) == (CUSTOMER, USER_ID)
        accepted.append(message["id"])
    assert [sent.id for sent in await sim.sends()] == accepted


async def test_what_meta_refuses_is_refused_and_not_logged(sim: Simulator, graph: Graph) -> None:
    refused = {name: await graph.send_refused(**{"to": CUSTOMER, **change}) for name, (change, _) in BAD.items()}
    assert refused == {name: (400, code) for name, (_, code) in BAD.items()}
    assert await sim.sends() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[" * 100_000, b"null", b"\xff\xfe"])
async def test_an_unreadable_body_is_a_missing_parameter(graph: Graph, body: bytes) -> None:
    status, code, _, details = await graph.refused("POST", f"{NUMBER}/messages", content=body)
    assert (status, code) == (400, 100)
    assert "messaging_product" in details


async def test_the_log_of_accepted_sends_is_the_truth(sim: Simulator, graph: Graph) -> None:
    await graph.send(biz_opaque_callback_data="v1.abc", text={"body": "um"})
    await graph.send(text={"body": "dois"})
    one, two = await sim.sends()
    assert (one.sequence, two.sequence) == (1, 2)
    assert one.biz_opaque_callback_data == "v1.abc"
    assert one.request["text"] == {"body": "um"}
    assert await sim.sends(after=1) == [two]
    assert await sim.sends("106540352242933") == []


async def test_a_user_id_is_a_recipient_and_the_number_wins(sim: Simulator, graph: Graph) -> None:
    by_user = await graph.ask("POST", f"{NUMBER}/messages", json=text_to(None, recipient=USER_ID))
    assert by_user["contacts"] == [{"input": USER_ID, "user_id": USER_ID}]
    both = await graph.ask("POST", f"{NUMBER}/messages", json=text_to(recipient="BR.1"))
    assert both["contacts"][0]["input"] == CUSTOMER


async def test_another_portfolio_knows_the_person_by_another_id(sim: Simulator, graph: Graph) -> None:
    elsewhere = await sim.create_waba(business_id="777")
    number = await sim.create_phone_number(elsewhere.id, "+1 555 000 1111", registered=True)
    await sim.set_window(CUSTOMER, number.id, seconds_ago=1)
    graph.token = await sim.mint_token([elsewhere.id])
    assert await graph.send_refused(number.id, to=None, recipient=USER_ID) == (400, 131026)
    answer = await graph.send(number=number.id)
    assert answer["contacts"][0]["user_id"] != USER_ID


@pytest.mark.parametrize(
    ("wa_id", "to"),
    [
        ("551187650001", "5511987650001"),
        ("5511987650001", "551187650001"),
        ("5215512345678", "525512345678"),
        ("525512345678", "5215512345678"),
    ],
)
async def test_brazilian_and_mexican_numbers_are_altered(sim: Simulator, graph: Graph, wa_id: str, to: str) -> None:
    await sim.reset(keep_accounts=True)
    await sim.create_customer(wa_id=wa_id)
    await sim.set_window(wa_id, NUMBER, seconds_ago=1)
    assert (await graph.send(to))["contacts"][0]["wa_id"] == wa_id


async def test_a_person_without_whatsapp_is_refused_or_fails_later(sim: Simulator, graph: Graph) -> None:
    await sim.create_customer(wa_id=CUSTOMER, undeliverable="refused")
    assert await graph.send_refused() == (400, 131026)


async def test_a_test_number_only_writes_to_its_list(sim: Simulator, graph: Graph) -> None:
    await sim.change_phone_number(NUMBER, allowed_recipients=["5511911112222"])
    assert await graph.send_refused() == (400, 131030)
    await sim.change_phone_number(NUMBER, allowed_recipients=[CUSTOMER])
    await graph.send()


async def test_a_read_receipt_needs_a_message_the_number_received(sim: Simulator, graph: Graph) -> None:
    wamid = await sim.customer_writes(CUSTOMER, NUMBER, "oi")
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    typing = {**receipt, "typing_indicator": {"type": "text"}}
    assert await graph.ask("POST", f"{NUMBER}/messages", json=receipt) == {"success": True}
    assert await graph.ask("POST", f"{NUMBER}/messages", json=typing) == {"success": True}
    [read] = await sim.reads()
    assert (read.id, read.typing_shown) == (wamid, True)
    assert await sim.sends() == []
    for change in ({"message_id": WAMID}, {"message_id": None}, {"typing_indicator": {"type": "song"}}):
        assert (await graph.refused("POST", f"{NUMBER}/messages", json={**receipt, **change}))[0] == 400


async def test_media_are_uploaded_described_fetched_sent_and_deleted(graph: Graph) -> None:
    form: JsonObject = {"data": {"messaging_product": "whatsapp", "type": "image/png"}}
    files = {"file": ("foto.png", b"\x89PNG bytes", "image/png")}
    media_id = (await graph.ask("POST", f"{NUMBER}/media", files=files, **form))["id"]
    described = await graph.ask("GET", media_id, params={"phone_number_id": NUMBER})
    assert described["file_size"] == 10
    fetched = await graph.http.get(described["url"], headers={"Authorization": f"Bearer {graph.token}"})
    assert fetched.content == b"\x89PNG bytes"
    assert (await graph.http.get(described["url"])).status_code == 401
    assert (await graph.refused("GET", media_id, params={"phone_number_id": "1"}))[1] == 100
    await graph.ask("POST", f"{NUMBER}/messages", json=text_to(type="image", image={"id": media_id}))
    assert await graph.send_refused(type="video", video={"id": media_id}) == (400, 131053)
    await graph.ask("DELETE", media_id)
    assert (await graph.refused("GET", media_id))[:3] == (400, 100, 33)
