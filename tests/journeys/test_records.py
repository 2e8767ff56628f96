"""Records beside conversations, over the five services: what a message makes, what people make of it, and why."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.local.seed import AGENTS
from tests.journeys.company import Company
from tests.journeys.world import Json, World, counted, new_customer, until

pytestmark = pytest.mark.timeout(180)
SALES = {"name": "Vendas", "stages": [{"name": "Pediu"}, {"name": "Comprou", "outcome": "won"}]}


class Desk:
    """What the first agent sees and does at crm and conversations."""

    def __init__(self, company: Company) -> None:
        self.company = company

    async def sees(self, path: str, fits: Any, who: str = "0") -> Any:
        """What crm shows, once it fits."""

        async def find() -> Any:
            answer = await self.company.asks("GET", "crm", path, who=who)
            return answer.json() if answer.is_success and fits(answer.json()) else None

        return await until(find, f"crm shows at {path} what is waited for")

    async def does(self, method: str, path: str, body: Any = None, who: str = "0") -> Json:
        answer: Json = await self.company.does(method, "crm", path, body, who=who)
        return answer

    async def writes(self, wa_id: str, name: str, *texts: str) -> Json:
        """Somebody writes, all of it at once; the conversation with its owner."""
        await self.company.meta.create_customer(wa_id=wa_id, name=name)
        await asyncio.gather(*(self.company.meta.customer_writes(wa_id, self.company.number, text) for text in texts))
        return await self.company.conversation_of(name, lambda item: item["unread"] == len(texts) and item["assignee"])

    async def related(self, talk: Json, fits: Any = bool) -> Json:
        found: Json = await self.sees(f"/conversations/{talk['conversation_id']}/related", fits)
        return found

    async def me(self) -> str:
        users = (await self.company.does("GET", "conversations", "/users"))["items"]
        return str(next(user["user_id"] for user in users if user["name"] == AGENTS[0]))

    async def pipeline(self) -> list[str]:
        """The ids of its stages, once everybody may see them."""
        stages: list[str] = (await self.does("POST", "/pipelines", SALES, "administrator"))["stage_ids"]
        return stages


def items(page: Json) -> Any:
    return page["items"]


@pytest.fixture
async def desk(world: World, founded: dict[str, Any]) -> Desk:
    """A company of this file alone."""
    return Desk(Company(world.launcher, founded, world._http, world.meta, world._databases))


@pytest.fixture
async def opening(desk: Desk) -> AsyncIterator[list[str]]:
    """The stages of a pipeline, where each conversation opens a record."""
    rules, stages = f"/channels/{desk.company.number}/record-rules", await desk.pipeline()
    await desk.does("PUT", rules, {"stage_id": stages[0]}, "administrator")
    yield stages
    await desk.does("PUT", rules, {"stage_id": None}, "administrator")


def with_records(count: int) -> Any:
    return lambda found: (
        len(found["pipeline_records"]) == count and all(each["owner_id"] for each in found["pipeline_records"])
    )


async def test_s20_rule_33_many_messages_of_a_conversation_open_one_record_and_its_activity_says_why(
    desk: Desk, opening: list[str]
) -> None:
    stages = opening
    talk = await desk.writes(*new_customer(), *(f"Mensagem {each}" for each in range(8)))
    related = await desk.related(talk, with_records(1))
    (record,) = related["pipeline_records"]
    assert (record["origin"], record["stage_id"], record["conversation_id"]) == (
        "rule", stages[0], talk["conversation_id"],
    )  # fmt: skip
    assert record["owner_id"] == related["contact"]["owner_id"] == talk["assignee"]
    await desk.company.settled()
    path = f"/pipeline-records/{record['pipeline_record_id']}"
    await desk.does("PUT", f"{path}/stage", {"stage_id": stages[1]})
    moved, assigned, opened = (await desk.sees(f"{path}/history", lambda page: len(page["items"]) == 3))["items"]
    me = await desk.me()
    assert (moved["by"], moved["cause"]["asked_by"]) == (me, me)
    assert moved["details"]["previous_stage_id"] == stages[0]
    assert [(line["by"], line["cause"]["asked_by"]) for line in (assigned, opened)] == [(None, None)] * 2
    told = {each.headers["ce_id"]: each for each in await desk.company.told("recado.conversations.v1")}
    why = told[opened["cause"]["causation_id"]]
    assert (why.type, why.data["conversation_id"]) == (
        "conversations.conversation-opened.v1", talk["conversation_id"],
    )  # fmt: skip
    assert why.headers["ce_correlationid"] == opened["cause"]["correlation_id"]
    assert told[assigned["cause"]["causation_id"]].type == "conversations.conversation-assigned.v1"
    opened_events = counted(
        await desk.company.told("recado.crm.v1"), "crm.pipeline-record-opened.v1", "conversation_id"
    )
    assert opened_events[talk["conversation_id"]] == 1


async def test_s8_s26_rule_34_a_note_and_a_record_made_from_a_message_keep_its_id(desk: Desk) -> None:
    (stage, _), talk = await desk.pipeline(), await desk.writes(*new_customer(), "Quero uma bicicleta azul")
    await desk.related(talk)
    (message,) = await desk.company.timeline(talk["conversation_id"])
    path, source = f"/conversations/{talk['conversation_id']}", message["message_id"]
    await desk.does("POST", f"{path}/notes", {"text": "Azul, aro 29", "message_id": source})
    body = {"stage_id": stage, "name": "Bicicleta azul", "message_id": source}
    made = await desk.does("POST", f"{path}/pipeline-records", body)
    await desk.does("PATCH", f"{path}/contact", {"company": "Padaria Aurora", "city": "Recife"})
    related = await desk.related(
        talk,
        lambda found: found["company"] and found["pipeline_records"] and "city" in found["contact"]["fields"],
    )
    (record,) = related["pipeline_records"]
    assert (record["pipeline_record_id"], record["message_id"]) == (made["pipeline_record_id"], source)
    assert (related["company"]["name"], related["contact"]["fields"]["city"]) == ("Padaria Aurora", "Recife")
    (note,) = (await desk.sees(f"/contacts/{made['contact_id']}/notes", items))["items"]
    assert (note["message_id"], note["text"]) == (source, "Azul, aro 29")
    conversations = await desk.sees(f"/pipeline-records/{made['pipeline_record_id']}/conversations", items)
    assert [each["conversation_id"] for each in conversations["items"]] == [talk["conversation_id"]]


async def test_s20_a_shared_contact_card_that_names_a_company_makes_it_the_contacts(desk: Desk) -> None:
    wa_id, name = new_customer()
    company = f"Oficina {secrets.token_hex(3)}"
    card = {"name": {"formatted_name": "Rita", "first_name": "Rita"}, "org": {"company": company}}
    await desk.company.meta.create_customer(wa_id=wa_id, name=name)
    await desk.company.meta.customer_writes(wa_id, desk.company.number, type="contacts", content=[card])
    talk = await desk.company.conversation_of(name)
    related = await desk.related(talk, lambda found: found["company"])
    assert related["company"]["name"] == company
    (line, *_) = (await desk.sees(f"/companies/{related['company']['company_id']}/history", items))["items"]
    assert line["cause"]["causation_id"] is not None


async def test_rule_13_merged_contacts_are_one_and_unmerged_ones_have_their_history_back(desk: Desk) -> None:
    (one, ana), (other, bia) = new_customer(), new_customer()
    of_ana, of_bia = await desk.writes(one, ana, "Oi"), await desk.writes(other, bia, "Olá")
    kept = (await desk.related(of_ana))["contact"]["contact_id"]
    left = (await desk.related(of_bia))["contact"]["contact_id"]
    await desk.does("POST", f"/contacts/{left}/notes", {"text": "Da Bia"})
    await desk.does("POST", f"/contacts/{kept}/merge", {"merged_id": left})
    ids = {of_ana["conversation_id"], of_bia["conversation_id"]}
    await desk.sees(f"/contacts/{kept}/conversations", lambda page: talks(page) == ids)
    await desk.company.does("POST", "conversations", f"/conversations/{of_bia['conversation_id']}/close")
    await desk.company.meta.customer_writes(other, desk.company.number, "De novo")
    await desk.sees(f"/contacts/{kept}/conversations", lambda page: len(talks(page)) == 3)

    await desk.does("POST", f"/contacts/{left}/unmerge")
    mine = await desk.sees(f"/contacts/{kept}/conversations", lambda page: len(talks(page)) == 1)
    theirs = await desk.sees(f"/contacts/{left}/conversations", lambda page: len(talks(page)) == 2)
    assert talks(mine) == {of_ana["conversation_id"]}
    assert of_bia["conversation_id"] in talks(theirs)
    shown = await desk.sees(f"/contacts/{left}", lambda contact: contact["superseded_by"] is None)
    assert {"kind": "wa_id", "value": other} in shown["aliases"]
    assert (await desk.sees(f"/contacts/{left}/notes", items))["items"][0]["text"] == "Da Bia"

    async def at_home() -> bool:
        talk = await desk.company.does("GET", "conversations", f"/conversations/{of_bia['conversation_id']}")
        return bool(talk["customer"]["contact_id"] == left)

    await until(at_home, "conversations shows the contact that it is again")
    await desk.company.meta.customer_writes(one, desk.company.number, "Sou a Ana")
    await desk.company.settled()
    assert talks(await desk.sees(f"/contacts/{kept}/conversations", items)) == {of_ana["conversation_id"]}


def talks(page: Json) -> set[str]:
    return {each["conversation_id"] for each in page["items"]}


async def test_an_import_names_every_bad_row_and_who_was_imported_is_met_when_they_write(desk: Desk) -> None:
    wa_id, _ = new_customer()
    name, other = f"Rita {secrets.token_hex(4)}", f"Caio {secrets.token_hex(4)}"
    columns = {"columns": ["name", "phone", "email"]}
    path = f"/imports/{(await desk.does('POST', '/imports', columns, 'administrator'))['import_id']}"
    first = f"{name},+{wa_id},rita@example.com\n{other},11 98765-4321,\nDuda,,nobody"
    taken = await desk.does("PUT", f"{path}/parts/1", {"csv": first}, "administrator")
    assert (taken["rows"], taken["created"], taken["rejected"]) == (3, 1, 2)
    again = await desk.does("PUT", f"{path}/parts/1", {"csv": first}, "administrator")
    assert again == taken, "an answer that was lost is given again"
    await desk.does("PUT", f"{path}/parts/2", {"csv": f"{other},,caio@example.com\nEva"}, "administrator")
    report = await desk.does("POST", f"{path}/finish", None, "administrator")
    assert (report["rows"], report["created"], report["rejected"]) == (5, 2, 3)
    rejected = (await desk.sees(f"{path}/rejected", lambda page: len(page["items"]) == 3, "administrator"))["items"]
    assert [(row["row"], row["column"], row["rule"]) for row in rejected] == [
        (2, "phone", "invalid_field"),
        (3, "email", "invalid_field"),
        (5, "", "wrong_number_of_columns"),
    ]
    talk = await desk.writes(wa_id, "No WhatsApp outro nome", "Oi")
    related = await desk.related(talk)
    assert (related["contact"]["name"], related["contact"]["fields"]["email"]) == (name, "rita@example.com")
    exported = await desk.company.asks("GET", "crm", "/contacts.csv")
    assert name in exported.text
    assert (await desk.company.asks("GET", "crm", "/contacts.csv", who="0")).status_code == 403


async def test_s9_a_chat_begun_from_a_pipeline_record_is_with_its_contact_and_says_what_it_is_about(
    desk: Desk,
) -> None:
    company = desk.company
    template = await offer(company)
    await company.buys()
    (stage, _), (wa_id, _, contact) = await desk.pipeline(), await company.contact()
    body = {"stage_id": stage, "name": "Bicicleta azul", "contact_id": contact["contact_id"]}
    made = await desk.does("POST", "/pipeline-records", {**body, "amount": {"minor": 129_900, "currency": "BRL"}})
    record = made["pipeline_record_id"]
    seen = await company.preview_with(template, [], pipeline_record_id=record)
    assert seen["body"] == "Hello Cliente: Bicicleta azul, Pediu, R$ 1,299.00 as agreed."
    chat = await company.starts(template, pipeline_record_id=record)
    send = await company.sent_to(wa_id)
    assert "Bicicleta azul" in str(send.request["template"]["components"])
    await company.message_shown(chat["conversation_id"], chat["message_id"], "read")
    await desk.sees(f"/pipeline-records/{record}/conversations", lambda page: chat["conversation_id"] in talks(page))
    await company.cost(chat["message_id"], "charged")


async def offer(company: Company) -> str:
    """A template that names a pipeline record, approved and known to conversations."""
    fields = ("contact.first_name", "pipeline_record.name", "pipeline_record.stage", "pipeline_record.amount")
    form = {
        "name": f"offer_{secrets.token_hex(4)}",
        "language": "en_US",
        "category": "UTILITY",
        "body": "Hello #{contact.first_name}: #{pipeline_record.name}, #{pipeline_record.stage}, "
        "#{pipeline_record.amount} as agreed.",
        "fields": [{"name": name, "sample": "x"} for name in fields],
        "waba_id": company.endpoints["waba_id"],
    }
    made = await company.does("POST", "templates", "/templates", form, key=secrets.token_hex(8))
    await company.preview_with(made["template_id"], ["missing_value"] * 4, number="+55 11 98765-4321")
    return str(made["template_id"])
