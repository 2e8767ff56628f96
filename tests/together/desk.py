"""One organisation over conversations and crm: two customers, their contacts, and all that screens show of either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from recado_events import gateway, templates
from recado_events.conversations import ConversationOpened, MessageReceived
from recado_events.ids import ConversationId, CustomerId, PhoneNumberId, TemplateId, UserId
from recado_events.inbound import InboundType
from recado_events.templates import MergeField, TemplateForm

from tests.conversations.office import NUMBER, WABA, Office
from tests.harness.on_database import told
from tests.together.services import Services

SIZE = "custom_size"
FORM = TemplateForm(
    name="offer",
    language="pt_BR",
    category="MARKETING",
    body="Oi, tamanho #{contact.custom_size} chegou.",
    fields=(MergeField(name="contact.custom_size", sample="M", fallback="?"),),
)
PIPELINE = {"name": "Vendas", "stages": [{"name": "Pediu"}, {"name": "Comprou", "outcome": "won"}]}


@dataclass
class Person:
    """Somebody who writes: what they did, as plain truth. `wishes` of marketing: when and whether it is wanted."""

    wa_id: str
    user_id: str
    contact: str = ""
    texts: list[str] = field(default_factory=list)
    wishes: list[tuple[datetime, bool]] = field(default_factory=list)
    aliases: set[str] = field(default_factory=set)


class Desk:
    def __init__(self, services: Services) -> None:
        self.services = services
        self.office = Office(services.talks, services.at_talks)
        self.template = TemplateId(uuid4())
        self.stage = ""
        self.people = [Person("5511987650001", "BR.1"), Person("5511987650002", "BR.2")]

    async def opens(self) -> None:
        """Everybody works, a marketing template is approved, both customers have written and are contacts."""
        await self.office.open()
        now, org = datetime.now(UTC), self.office.organisation
        at: Any = {"organisation_id": org, "waba_id": WABA}
        started: Any = {"country": "BR", "time_zone": "America/Sao_Paulo", "started_by": UserId(uuid4())}
        number = PhoneNumberId(NUMBER)
        approved: Any = {"template_id": self.template, "meta_template_id": "1", "form": FORM, "category": "MARKETING"}
        self.office.service.hears(
            told(gateway.ChannelConnectionStarted(**at, **started, phone_number_id=number, started_at=now)),
            told(templates.TemplateApproved(**at, **approved, approved_at=now)),
        )
        await self.services.settle()
        await self.does("POST", "/contact-fields", {"field": SIZE, "label": "Tamanho", "value_type": "text"})
        self.stage = (await self.does("POST", "/pipelines", PIPELINE))["stage_ids"][0]
        for person in self.people:
            await self.writes(person)
            talk = self.talks_of(person)[-1]
            person.contact = (await self.sees(f"/conversations/{talk}/related"))["contact"]["contact_id"]

    async def does(self, method: str, path: str, body: Any = None) -> Any:
        """At crm."""
        answer = await self.services.at_book.request(method, path, json=body, headers=self.office.administrator)
        assert answer.is_success, answer.text
        await self.services.settle()
        return answer.json() if answer.content else None

    async def sees(self, path: str) -> Any:
        """At crm."""
        answer = await self.services.at_book.get(path, headers=self.office.administrator)
        assert answer.status_code == 200, answer.text
        return answer.json()

    # What customers do -------------------------------------------------------------------------------------

    async def writes(self, person: Person, *, also_known: bool = False) -> None:
        """`also_known`: Meta names their user id beside their number."""
        text, named = f"texto {uuid4().hex}", {"user_id": person.user_id} if also_known else {}
        update = {"from": person.wa_id, "id": f"wamid.{uuid4().hex}", "type": "text", "text": {"body": text}}
        contacts = [{"profile": {"name": "João"}, "wa_id": person.wa_id, **named}]
        person.texts.append(text)
        person.aliases |= {person.wa_id, *named.values()}
        await self._receives(InboundType.MESSAGE, {**update, "timestamp": _seconds(datetime.now(UTC))}, contacts)

    async def wishes(self, person: Person, wanted: bool) -> None:
        """Each a second after the one before, whoever's it was."""
        before = sum(len(each.wishes) for each in self.people)
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1) + timedelta(seconds=before)
        person.wishes.append((at, wanted))
        value = "resume" if wanted else "stop"
        update = {"wa_id": person.wa_id, "category": "marketing_messages", "value": value, "timestamp": _seconds(at)}
        await self._receives(InboundType.PREFERENCE, update, [])

    async def _receives(self, kind: InboundType, update: Mapping[str, Any], contacts: list[Any]) -> None:
        body = self.office.inbound(update, contacts)
        self.office.service.receives(kind, self.office.organisation, body)
        await self.services.settle()

    async def closes(self, person: Person) -> None:
        """Whatever is open of theirs."""
        for talk in self.talks_of(person):
            await self.office.does("POST", f"/conversations/{talk}/close")
        await self.services.settle()

    # What is true -------------------------------------------------------------------------------------------

    def talks_of(self, person: Person) -> list[ConversationId]:
        """Oldest first."""
        opened: list[ConversationOpened] = self._ours(ConversationOpened)
        customer = self._customer_of(person)
        return [fact.conversation_id for fact in opened if fact.customer_id == customer]

    def _customer_of(self, person: Person) -> CustomerId:
        received: list[MessageReceived] = self._ours(MessageReceived)
        (found,) = {fact.customer_id for fact in received if fact.personal and person.texts[0] in str(fact.personal)}
        return found

    def _ours(self, kind: Any) -> list[Any]:
        return [fact for fact in self.office.service.facts(kind) if fact.organisation_id == self.office.organisation]

    # What screens show --------------------------------------------------------------------------------------

    async def contact(self, person: Person) -> Any:
        """Of their contact all that does not tell of conversations."""
        path = f"/contacts/{person.contact}"
        shown = await self.sees(path)
        fields = {name: value for name, value in shown["fields"].items() if value is not None}
        company = shown["company_id"]
        workers = (await self.sees(f"/companies/{company}/contacts"))["items"] if company else []
        return {
            **{name: shown[name] for name in ("name", "owner_id", "company_id", "superseded_by", "created_at")},
            "fields": fields,
            "aliases": {each["value"] for each in shown["aliases"]},
            "notes": (await self.sees(f"{path}/notes"))["items"],
            "records": (await self.sees(f"{path}/pipeline-records"))["items"],
            "colleagues": {each["contact_id"] for each in workers},
        }

    async def conversations(self, person: Person) -> dict[str, str]:
        """Of their contact at crm: each with its state."""
        items = (await self.sees(f"/contacts/{person.contact}/conversations"))["items"]
        return {each["conversation_id"]: each["state"] for each in items}

    async def history(self, person: Person) -> list[Any]:
        """All of it, newest first."""
        items: list[Any] = (await self.sees(f"/contacts/{person.contact}/history?limit=100"))["items"]
        return items

    async def inbox(self, person: Person) -> dict[str, str]:
        """Conversations of their contact as conversations lists them: each with its state."""
        items = (await self.office.sees(f"/conversations?limit=100&contact={person.contact}"))["items"]
        return {each["conversation_id"]: each["state"] for each in items}

    async def texts(self, *talks: Any) -> list[str]:
        lines: list[Any] = []
        for talk in talks:
            lines += (await self.office.sees(f"/conversations/{talk}/messages?limit=100"))["items"]
        return [line["content"]["body"] for line in lines]

    async def preview(self, person: Person) -> tuple[str, list[str]]:
        """Of the marketing template to their contact: how it reads, and what is in the way of it."""
        template = {"template_id": str(self.template)}
        body = {"phone_number_id": NUMBER, "contact_id": person.contact, "template": template}
        seen = await self.office.does("POST", "/previews", body)
        return seen["body"], [each["kind"] for each in seen["errors"]]


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))
