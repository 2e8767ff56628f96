"""What everybody of the matrix has at each service before they ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from recado_events import billing, gateway
from recado_events import conversations as told_by
from recado_events import crm as told_by_crm
from recado_events.identity import Alias
from recado_events.ids import ContactId, PhoneNumberId, WabaId
from recado_events.inbound import InboundType

from tests.conversations.filing import puts_aside_for_replies
from tests.conversations.office import NUMBER, TEMPLATE
from tests.conversations.office import Office as Desk
from tests.harness.on_database import token
from tests.security.quarters import Belongings, Organisation, Quarters, mark_of
from tests.security.routes import FORM, QUICK_REPLY, VIEW

Furnish = Callable[[Quarters, httpx.AsyncClient], Awaitable[None]]
ANYBODY = "55119876500"
IMAGE = {"id": "1", "mime_type": "image/jpeg", "sha256": "aGFzaA=="}


async def conversations(quarters: Quarters, client: httpx.AsyncClient) -> None:
    """A conversation, a contact and a saved view each; the levels come last, for who only views is given no work."""
    for street, where in enumerate(quarters.organisations):
        desk = Desk(quarters.service, client)
        desk.organisation, desk.administrator = where.id, where.administrator.headers
        if where is quarters.house:
            desk.may_write_first()
        for place, key in enumerate(where.people):
            await _desk_of(desk, quarters, where, place, f"{ANYBODY}{street}{place}")
            profile = str(where.people[key].profile)
            if key not in where.levels():
                role = where.people[key].role
                await desk.does("PUT", f"/users/{where.people[key].user}", {"name": "x", "role": role})
                continue
            level, scope = where.levels()[key]
            await desk.does("PUT", f"/profiles/{profile}/grant", {"level": level, "scope": scope})
    await quarters.service.shown()


async def _desk_of(desk: Desk, quarters: Quarters, where: Organisation, place: int, wa_id: str) -> None:
    key, who = list(where.people.items())[place]
    mark, user = mark_of(place, where.id), str(who.user)
    body = {"name": "x", "role": who.role, "profile_id": str(who.profile)}
    await desk.does("PUT", f"/users/{user}", body)
    await desk.does("PUT", f"/profiles/{who.profile}/grant", {"level": "view_reply", "scope": "all"})
    desk.customer_writes(f"palavra {mark}", wa_id=wa_id)
    talk = quarters.service.facts(told_by.ConversationOpened)[-1]
    desk.meta_tells(InboundType.MESSAGE, **{"from": wa_id}, id=f"wamid.{mark}", type="image", image=IMAGE)
    picture = quarters.service.facts(told_by.MessageReceived)[-1].message_id
    await desk.does("POST", f"/conversations/{talk.conversation_id}/assign", {"user_id": user})
    view = await desk.does("POST", "/views", {**VIEW, "name": f"v{mark}"}, who.headers)
    file = await puts_aside_for_replies(desk, headers=who.headers)
    quick = {**QUICK_REPLY, "shortcut": f"q{uuid4().hex[:12]}", "attachment_id": file.json()["attachment_id"]}
    reply = await desk.does("POST", "/quick-replies", quick, who.headers)
    at: Any = {"organisation_id": where.id, "contact_id": ContactId(uuid4())}
    details = told_by_crm.ContactDetails(name=f"c{mark}", aliases=(Alias(kind="wa_id", value=wa_id),))
    now = datetime.now(UTC)
    link: Any = {"customer_id": talk.customer_id, "phone_number_id": PhoneNumberId(NUMBER), "owner_id": who.user}
    quarters.hears(
        told_by_crm.ContactCreated(**at, origin="conversation", created_at=now, personal=details),
        told_by_crm.ContactLinked(**at, **link, linked_at=now),
    )
    ids = {"conversation_id": str(talk.conversation_id), "user_id": user, "view_id": view["view_id"]}
    ids |= {"quick_reply_id": reply["quick_reply_id"], "message_id": str(picture)}
    others = {"phone_number_id": NUMBER, "template_id": str(TEMPLATE), "number": f"+{wa_id}"}
    marks = (str(talk.conversation_id), mark, f"c{mark}")
    where.things[key] = Belongings({**ids, **others}, marks, (view["view_id"], f"v{mark}"))


async def templates(quarters: Quarters, client: httpx.AsyncClient) -> None:
    """A draft of each organisation."""
    for place, where in enumerate(quarters.organisations):
        waba, mark, now = WabaId(f"1022901293403{place}"), mark_of(place, where.id), datetime.now(UTC)
        at: Any = {"organisation_id": where.id, "phone_number_id": PhoneNumberId(f"10654035224292{place}")}
        by: Any = {"connected_by": where.administrator.user, "connected_at": now}
        quarters.hears(*where.granted(), gateway.ChannelConnected(**at, waba_id=waba, name="x", **by))
        draft = {**FORM, "body": f"Olá {mark}", "waba_id": waba, "draft": True}
        headers = {**where.administrator.headers, "Idempotency-Key": mark}
        made = await client.post("/templates", json=draft, headers=headers)
        assert made.is_success, made.text
        template_id = made.json()["template_id"]
        _gives_all(where, {"template_id": template_id}, (template_id, mark))
    await quarters.service.shown()


async def channels(quarters: Quarters, client: httpx.AsyncClient) -> None:
    """A number of each organisation, as far as it is connected without Meta."""
    for place, where in enumerate(quarters.organisations):
        at: Any = {"organisation_id": where.id, "name": "x", "locale": "pt-BR", "edition": "premier"}
        number = f"10654035224292{place}"
        quarters.hears(billing.OrganisationRegistered(**at, registered_at=datetime.now(UTC)))
        body = {"waba_id": f"1022901293403{place}", "phone_number_id": number, "code": "code"}
        await client.post("/channels", json=body, headers=where.administrator.headers)
        _gives_all(where, {"phone_number_id": number}, (number,))
    await quarters.service.shown()


async def organisations(quarters: Quarters, client: httpx.AsyncClient) -> None:
    """The organisations themselves."""
    for place, where in enumerate(quarters.organisations):
        mark, operator = mark_of(place, where.id), token("operator", None)
        body = {"name": mark, "locale": "pt-BR", "edition": "premier"}
        made = await client.put(f"/organisations/{where.id}", json=body, headers=operator)
        assert made.is_success, made.text
        _gives_all(where, {"organisation_id": str(where.id)}, (mark,))
    await quarters.service.shown()


def _gives_all(where: Organisation, ids: dict[str, str], marks: tuple[str, ...]) -> None:
    where.things.update(dict.fromkeys(where.people, Belongings(ids, marks, everybodys=True)))
