"""Files both ways through the whole system: from Meta to an agent's screen, and from an agent to the customer."""

from __future__ import annotations

import asyncio
import base64
import secrets
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.journeys.world import World, new_customer, until
from tests.samples import PDF, image

pytestmark = pytest.mark.timeout(360)


async def asks_for(world: World, path: str, who: str = "0", **headers: str) -> httpx.Response:
    bearer = {"Authorization": f"Bearer {world.endpoints['tokens']['agents'][int(who)]}", **headers}
    async with httpx.AsyncClient(base_url=world.endpoints["conversations"], timeout=30) as http:
        return await http.get(path, headers=bearer)


async def attachment_of(world: World, talk: str, message: str | None = None, state: str = "stored") -> Any:
    """The attachment of a message, or of the first that has one, once it is so."""

    async def find() -> Any:
        lines = [line for line in await world.timeline(talk) if message in (None, line["message_id"])]
        found = [line["attachment"] for line in lines if line["attachment"]]
        return found[0] if found and found[0]["state"] == state else None

    return await until(find, f"an attachment that is {state}")


async def test_s28_rule_32_files_come_in_and_go_out(world: World) -> None:
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    photo = image("JPEG", (800, 600))
    given = base64.b64encode(photo).decode()
    await world.meta.customer_writes(wa_id, world.number, "Veja", type="image", file_base64=given)
    talk = (await world.conversation_of(name))["conversation_id"]

    came = await attachment_of(world, talk)
    assert (came["mime_type"], came["size"], came["flags"]) == ("image/jpeg", len(photo), [])
    answer = await asks_for(world, came["download"])
    assert (answer.status_code, answer.content) == (200, photo)
    part = await asks_for(world, came["download"], Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, photo[10:20])
    small = await asks_for(world, came["thumbnail"])
    assert (small.headers["content-type"], small.content[:2]) == ("image/jpeg", b"\xff\xd8")

    put = await world.puts_aside(f"/conversations/{talk}/attachments", PDF, "Orçamento.pdf", "application/pdf")
    assert put.status_code == 201, put.text
    body = {"type": "attachment", "attachment_id": put.json()["attachment_id"], "caption": "Segue"}
    path = f"/conversations/{talk}/messages"
    sent = await world.does("POST", "conversations", path, body, who="0", key=secrets.token_hex(8))
    shown = await world.message_shown(talk, sent["message_id"], "read")
    assert (shown["kind"], shown["attachment"]["filename"]) == ("document", "Orçamento.pdf")
    (send,) = [each for each in await world.meta.sends(world.number) if each.wa_id == wa_id]
    assert send.request["document"] == {
        "id": send.request["document"]["id"],
        "filename": "Orçamento.pdf",
        "caption": "Segue",
    }

    wrong = await world.puts_aside(f"/conversations/{talk}/attachments", photo, "foto.png", "image/png")
    assert (wrong.status_code, wrong.json()["rule"]) == (422, "attachment_type_mismatch")
    assert await refused_by_its_head(world, talk, 101 << 20) == b"HTTP/1.1 413 Request Entity Too Large"


async def refused_by_its_head(world: World, talk: str, size: int) -> bytes:
    """The status line that a file gets which has not been sent yet."""
    at = urlsplit(world.endpoints["conversations"])
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    head = f"POST /conversations/{talk}/attachments?filename=a.pdf HTTP/1.1\r\nHost: {at.netloc}\r\n"
    writer.write(f"{head}Content-Type: application/pdf\r\nContent-Length: {size}\r\n\r\n".encode())
    status = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    return status.strip()


async def test_rule_32_a_file_with_a_wrong_hash_is_lost_and_says_so(world: World) -> None:
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    lying = {
        "id": await at_meta(world, image("JPEG")),
        "mime_type": "image/jpeg",
        "sha256": base64.b64encode(bytes(32)).decode(),
    }
    await world.meta.customer_writes(wa_id, world.number, type="image", content=lying)
    talk = (await world.conversation_of(name))["conversation_id"]

    assert (await attachment_of(world, talk, state="fetching"))["download"] is None
    assert (await attachment_of(world, talk, state="lost"))["reason"] == "hash_mismatch"


async def at_meta(world: World, content: bytes) -> str:
    """Meta has this file, of our number; answers its id."""
    token = await world.meta.mint_token([world.endpoints["waba_id"]])
    form = {"messaging_product": "whatsapp", "type": "image/jpeg"}
    async with httpx.AsyncClient(base_url=world.meta.base_url, headers={"Authorization": f"Bearer {token}"}) as client:
        files = {"file": ("x", content, "image/jpeg")}
        answer = await client.post(f"/v25.0/{world.number}/media", data=form, files=files)
        return str(answer.json()["id"])
