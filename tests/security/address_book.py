"""What everybody of the matrix has at crm before they ask: a contact, a company and a pipeline record each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from recado_events import conversations as told_by
from recado_events import crm as told_by_crm
from recado_events.identity import Alias
from recado_events.ids import ConversationId, CustomerId, PhoneNumberId

from tests.conversations.office import NUMBER
from tests.security.furnishing import ANYBODY
from tests.security.quarters import Belongings, Organisation, Person, Quarters, mark_of
from tests.security.routes import PIPELINE


class AddressBook:
    """Of one organisation. Its administrator makes everything, for most of the others may not, and gives it away."""

    def __init__(self, quarters: Quarters, client: httpx.AsyncClient, where: Organisation) -> None:
        self._quarters, self._client, self._where = quarters, client, where

    async def set_up(self) -> dict[str, str]:
        """Ids of what is the whole organisation's."""
        field = f"custom_x{self._where.id.hex[:8]}"
        await self._does("POST", "/contact-fields", {"field": field, "label": "X", "value_type": "text"})
        pipeline = await self._does("POST", "/pipelines", PIPELINE)
        started = await self._does("POST", "/imports", {"columns": ["name"]})
        of_it = {"pipeline_id": pipeline["pipeline_id"], "stage_id": pipeline["stage_ids"][0], "field": field}
        return {**started, **of_it, "phone_number_id": NUMBER}

    def meets(self, who: Person, number: str, mark: str) -> dict[str, str]:
        """A contact is met in a conversation that is assigned to its owner."""
        now = datetime.now(UTC)
        at: Any = {
            "organisation_id": self._where.id,
            "phone_number_id": PhoneNumberId(NUMBER),
            "customer_id": CustomerId(uuid4()),
        }
        talk: Any = {**at, "conversation_id": ConversationId(uuid4())}
        identity = told_by.Identity(aliases=(Alias(kind="wa_id", value=number),), profile_name=f"palavra {mark}")
        self._quarters.hears(
            told_by.CustomerIdentified(**at, identified_at=now, personal=identity),
            told_by.ConversationOpened(**talk, initiated_by="customer", opened_at=now),
            told_by.ConversationAssigned(**talk, user_id=who.user, how="rota", assigned_at=now),
        )
        contact = self._quarters.service.facts(told_by_crm.ContactCreated)[-1].contact_id
        return {"contact_id": str(contact), "conversation_id": str(talk["conversation_id"])}

    async def sells(self, who: Person, contact_id: str, stage_id: str, mark: str) -> dict[str, str]:
        """Contacts share an e-mail address: each may be a duplicate of every other one."""
        owner, name = {"user_id": str(who.user)}, f"palavra {mark}"
        company = await self._does("POST", "/companies", {"name": name})
        record = {"stage_id": stage_id, "name": name, "owner_id": str(who.user), "contact_id": contact_id, **company}
        made = await self._does("POST", "/pipeline-records", record)
        contact, at = f"/contacts/{contact_id}", f"/companies/{company['company_id']}"
        await self._does("PUT", f"{contact}/company", company)
        await self._does("PATCH", contact, {"email": "balcao@example.com"})
        await self._does("PUT", f"{at}/owner", owner)
        for noted in (contact, at, f"/pipeline-records/{made['pipeline_record_id']}"):
            await self._does("POST", f"{noted}/notes", {"text": mark})
        return {**company, **made}

    async def _does(self, method: str, path: str, body: dict[str, Any]) -> Any:
        headers = {**self._where.administrator.headers, "Idempotency-Key": str(uuid4())}
        answer = await self._client.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()


async def crm(quarters: Quarters, client: httpx.AsyncClient) -> None:
    for street, where in enumerate(quarters.organisations):
        by: Any = {"activated_by": where.administrator.user, "activated_at": datetime.now(UTC)}
        users = [who.user for who in where.people.values()]
        active = [told_by.UserActivated(organisation_id=where.id, user_id=user, **by) for user in users]
        quarters.hears(*where.granted(), *active)
        book = AddressBook(quarters, client, where)
        common = await book.set_up()
        foreign = () if where is quarters.house else tuple(set(common.values()) - {NUMBER})
        for place, (key, who) in enumerate(where.people.items()):
            mark = mark_of(place, where.id)
            met = book.meets(who, f"{ANYBODY}{street}{place}", mark)
            sold = await book.sells(who, met["contact_id"], common["stage_id"], mark)
            ids = {**common, **met, **sold, "user_id": str(who.user)}
            where.things[key] = Belongings(ids, (mark, *met.values(), *sold.values(), *foreign))
    await quarters.service.shown()
