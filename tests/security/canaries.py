"""People and secrets that exist nowhere else, and everything that they can be put into from outside."""

from __future__ import annotations

import secrets
import string
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.journeys.world import until
from tests.security.street import Street
from tests.security.tenants import Tenant
from tests.simulator import bodies
from tests.simulator.bodies import Line, Person, contents
from tests.simulator.signing import meta_json, signed_headers

SPOKEN = ("text", "caption", "file_name", "place", "street", "card", "headline", "reply", "note", "agent", "search")
TYPED = ("bearer", "cursor", "idempotency_key", "agent_of_browser", "unknown_member", "verify_token_guessed")


def _word() -> str:
    return "Zq" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(12))


def _digits(count: int) -> str:
    return secrets.choice("123456789") + "".join(secrets.choice(string.digits) for _ in range(count - 1))


@dataclass(frozen=True)
class Canaries:
    number: str = field(default_factory=lambda: f"119{_digits(8)}")
    changed_number: str = field(default_factory=lambda: f"119{_digits(8)}")
    user_id: str = field(default_factory=lambda: _digits(20))
    name: str = field(default_factory=_word)
    username: str = field(default_factory=_word)
    said: dict[str, str] = field(default_factory=lambda: {what: _word() for what in (*SPOKEN, *TYPED)})

    def words(self) -> dict[str, str]:
        own = ("number", "changed_number", "user_id", "name", "username")
        return {**{what: getattr(self, what) for what in own}, **self.said}

    @property
    def person(self) -> Person:
        return Person(f"55{self.number}", f"BR.{self.user_id}", self.name, self.username, "BR")


async def write_webhooks(street: Street, birds: Canaries) -> None:
    """Every kind of body about them, their words wherever there is room, and what is refused, parked, quarantined."""
    line, now = street.line, int(time.time())
    for body in bodies.every_kind(line, birds.person, now, start=now % 100_000 * 1000).values():
        await street.takes(body)
    told = spoken(street, birds)
    await street.takes(bodies.merged(told))
    await street.takes(street.text(birds.person, birds.said["text"], Line("900000000000001", "900000000000002")))
    half = meta_json(street.text(birds.person, "HALF " + birds.said["text"])).replace(b"HALF", rb"\ud800")
    await street.takes(half)
    moved = {"type": "user_changed_number", "wa_id": f"55{birds.changed_number}", "body": birds.said["text"]}
    await street.takes(bodies.message_body(line, birds.person, f"wamid.{_word()}", now, "system", moved))
    raw = meta_json(told[0])
    assert (await street.posts(raw, "a secret of somebody else")).status_code == 401
    assert (await street.posts(raw[:-1])).status_code == 400
    assert (await street.posts(raw + b"\xff")).status_code == 400


def spoken(street: Street, birds: Canaries) -> list[Any]:
    said, now = birds.said, int(time.time())
    place = {**contents.location(), "name": said["place"], "address": said["street"]}
    made: list[tuple[str, Any]] = [
        ("text", contents.text(said["text"])),
        ("image", contents.media("image", caption=said["caption"])),
        ("document", contents.media("document", filename=said["file_name"])),
        ("location", place),
        ("contacts", [contents.contact_card(said["card"])]),
        ("hologram", {"anything": said["caption"]}),
    ]
    ids = bodies.Wamids(now)
    told = [bodies.message_body(street.line, birds.person, ids.of(birds.person), now, *each) for each in made]
    ad = {"source_type": "ad", "headline": said["headline"], "body": said["text"]}
    return [*told, street.text(birds.person, said["text"], referral=ad)]


async def talk_and_note(street: Street, birds: Canaries) -> None:
    """What an agent does: reply, react, read, note, edit, search; some of it while Meta fails."""
    world, said, person = street.world, birds.said, birds.person
    await world.meta.create_customer(wa_id=person.wa_id, user_id=person.user_id, name=person.name)
    await world.meta.customer_writes(person.wa_id or "", street.line.phone_number_id, said["text"])
    talk = (await street.talk_with(person))["conversation_id"]
    message = await world.replies(talk, said["reply"])
    await world.message_shown(talk, message, "read")
    await world.does("POST", "conversations", f"/conversations/{talk}/read", {"notify_customer": True})
    target = (await world.timeline(talk))[-1]["message_id"]
    reaction = {"type": "reaction", "message_id": target, "emoji": "👍"}
    await world.asks("POST", "conversations", f"/conversations/{talk}/messages", reaction, key=said["idempotency_key"])
    for kind, more in (("error", {"code": 131026, "status": 400}), ("drop", {})):
        await world.meta.fault(kind, when="before", **more)  # type: ignore[arg-type]
        await world.replies(talk, said["reply"])
    (contact,) = await until(lambda: world.contacts_named(birds.name), "a contact")
    path = f"/contacts/{contact['contact_id']}"
    fields = {"name": birds.name, "email": f"{said['note']}@example.com", "address": said["street"]}
    await world.does("PATCH", "crm", path, fields, key=said["idempotency_key"])
    await world.does("POST", "crm", f"{path}/notes", {"text": said["note"]})
    await world.does("GET", "crm", f"/contacts?search={said['search']}")


async def be_refused(street: Street, tenant: Tenant, birds: Canaries) -> None:
    """Everything that services say no to, with words in it."""
    said, world = birds.said, street.world
    user = {"name": said["agent"], "role": "member"}
    await tenant.does("PUT", "conversations", f"/users/{tenant.user}", user)
    odd = {"User-Agent": said["agent_of_browser"], "traceparent": said["text"], "X-Request-Id": said["search"]}
    async with httpx.AsyncClient(timeout=30, headers=odd) as http:
        for service in ("gateway", "conversations", "crm", "billing"):
            url, good = world.endpoints[service], {"Authorization": f"Bearer {tenant.administrator}"}
            await http.get(f"{url}/contacts", headers={"Authorization": f"Bearer {said['bearer']}"})
            await http.get(f"{url}/{said['search']}/55{birds.number}")
            for path in ("contacts", "conversations", "channels", "users"):
                await http.get(f"{url}/{path}", params={"cursor": said["cursor"], "search": birds.name}, headers=good)
                await http.get(f"{url}/{path}/55{birds.number}", headers=good)
                await http.put(f"{url}/{path}/{birds.name}", json={said["unknown_member"]: birds.number}, headers=good)
            await http.post(f"{url}/channels", json={"code": said["text"], "pin": birds.number}, headers=good)
            await http.post(f"{url}/channels", content=f'{{"{birds.name}"'.encode(), headers=good)
        hook = f"{world.endpoints['gateway']}/webhooks/whatsapp"
        await http.get(hook, params={"hub.verify_token": said["verify_token_guessed"], "hub.mode": "subscribe"})
        raw = birds.name.encode()
        signed = signed_headers(world.endpoints["app_secret"], raw)
        await http.post(hook, params={"a": birds.number}, content=raw, headers=signed)
