"""Organisations of the running system with one of everything, all of it in words that nobody else has."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.journeys.world import World, until
from tests.security.canaries import Canaries
from tests.security.routes import HOOK, PIPELINE
from tests.security.street import Street
from tests.security.tenants import Tenant
from tests.simulator.bodies import Line

USED = (
    "number",
    "user_id",
    "name",
    "username",
    "text",
    "reply",
    "note",
    "agent",
    "card",
    "place",
    "street",
    "headline",
)
"""The words of it that are put in somewhere."""


@dataclass(frozen=True)
class Marked:
    """`ids`: of its things, by the names that paths have for them."""

    tenant: Tenant
    line: Line
    birds: Canaries
    ids: dict[str, str]

    @classmethod
    async def new(cls, world: World) -> Marked:
        tenant, birds = Tenant.new(world), Canaries()
        line = await tenant.connect()
        of_talk = await _talk(world, tenant, line, birds)
        of_crm = await _records(tenant, birds, of_talk["contact_id"])
        ids = {**of_talk, **of_crm, **await _set_up(tenant, line, birds)}
        await world.settled()
        return cls(tenant, line, birds, {**ids, "phone_number_id": line.phone_number_id, "past_id": str(uuid4())})

    @property
    def words(self) -> dict[str, str]:
        """What tells of this organisation: its people's words, and its ids."""
        said = self.birds.words()
        return {**{what: said[what] for what in USED}, **{w: i for w, i in self.ids.items() if len(i) >= 8}}


async def _talk(world: World, tenant: Tenant, line: Line, birds: Canaries) -> dict[str, str]:
    person, street = birds.person, Street(world)
    await world.meta.create_customer(wa_id=person.wa_id, user_id=person.user_id, name=person.name)
    await street.takes(street.text(person, birds.said["text"], line))

    async def talking() -> list[Any] | None:
        return await tenant.talks() or None

    talk = (await until(talking, "a conversation"))[0]["conversation_id"]

    async def met() -> list[Any] | None:
        found: list[Any] = (await tenant.does("GET", "crm", f"/contacts?search={birds.name}"))["items"]
        return found or None

    contact = (await until(met, "a contact"))[0]["contact_id"]
    reply = {"type": "text", "text": birds.said["reply"]}
    sent = await tenant.does("POST", "conversations", f"/conversations/{talk}/messages", reply)
    return {"conversation_id": talk, "contact_id": contact, "message_id": sent["message_id"]}


async def _records(tenant: Tenant, birds: Canaries, contact_id: str) -> dict[str, str]:
    said, field = birds.said, f"custom_x{uuid4().hex[:12]}"

    async def made(path: str, body: dict[str, Any]) -> Any:
        return await tenant.does("POST", "crm", path, body)

    await made("/contact-fields", {"field": field, "label": said["place"], "value_type": "text"})
    pipeline = await made("/pipelines", {**PIPELINE, "name": said["place"]})
    stage, company = pipeline["stage_ids"][0], await made("/companies", {"name": said["card"]})
    about = {"contact_id": contact_id, **company}
    record = await made("/pipeline-records", {"stage_id": stage, "name": said["headline"], **about})
    for path in (f"/contacts/{contact_id}", f"/companies/{company['company_id']}"):
        await made(f"{path}/notes", {"text": said["note"]})
    edited = {"address": said["street"], "custom": {field: said["place"]}}
    await tenant.does("PATCH", "crm", f"/contacts/{contact_id}", edited)
    started = await made("/imports", {"columns": ["name"]})
    of_pipeline = {"pipeline_id": pipeline["pipeline_id"], "stage_id": stage}
    return {**started, **of_pipeline, **record, **company, "field": field, "part": "1"}


async def _set_up(tenant: Tenant, line: Line, birds: Canaries) -> dict[str, str]:
    said, user, profile = birds.said, str(uuid4()), str(uuid4())
    await tenant.does("PUT", "conversations", f"/profiles/{profile}/grant", {"level": "view_reply", "scope": "all"})
    agent = {"name": said["agent"], "role": "member", "profile_id": profile}
    await tenant.does("PUT", "conversations", f"/users/{user}", agent)
    quick = {"shortcut": f"q{secrets.token_hex(6)}", "title": said["note"], "text": said["reply"]}
    reply = await tenant.does("POST", "conversations", "/quick-replies", quick)
    view = await tenant.does("POST", "conversations", "/views", {"name": said["place"], "filters": {"text": "palavra"}})
    form = {"name": f"x{secrets.token_hex(6)}", "language": "pt_BR", "category": "UTILITY", "body": said["text"]}
    template = await tenant.does("POST", "templates", "/templates", {**form, "waba_id": line.waba_id, "draft": True})
    hook = await tenant.does("POST", "gateway", "/subscriptions", {**HOOK, "url": f"{HOOK['url']}/{said['street']}"})
    bought = await tenant.does("POST", "billing", "/purchases", {"credits": 1})
    return {
        "user_id": user,
        "profile_id": profile,
        "organisation_id": str(tenant.organisation),
        "quick_reply_id": reply["quick_reply_id"],
        "view_id": view["view_id"],
        "template_id": template["template_id"],
        "subscription_id": hook["subscription_id"],
        "purchase_id": bought["purchase_id"],
    }
