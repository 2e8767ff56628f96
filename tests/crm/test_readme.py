"""What services/crm/README.md says is so: every route has a command there that works, every type is named."""

from __future__ import annotations

from uuid import uuid4

import crm

from tests.crm.office import NUMBER, Office
from tests.harness.readme import curls, readme, uncalled

SALES = {"name": "Sales", "stages": [{"name": "Asked"}, {"name": "Won", "outcome": "won"}]}


async def test_every_command_of_the_page_works_and_every_route_has_one(office: Office) -> None:
    office.customer()
    contact = await office.contact()
    (talk,) = (await office.sees(f"/contacts/{contact}/conversations"))["items"]
    office.customer("16505550001", name="Ana")
    (ana,) = await office.listed(search="Ana")
    pipeline = (await office.does("POST", "/pipelines", SALES)).json()
    company = await office.made("/companies", {"name": "ACME"}, "company_id")
    record = {"stage_id": pipeline["stage_ids"][0], "name": "Bicycle"}
    known = {
        "CRM": "",
        "CONTACT": contact,
        "OTHER_CONTACT": ana["contact_id"],
        "TALK": talk["conversation_id"],
        "AGENT": office.agents[1],
        "MESSAGE": uuid4(),
        "COMPANY": company,
        "RECORD": await office.made("/pipeline-records", record, "pipeline_record_id"),
        "PIPELINE": pipeline["pipeline_id"],
        "STAGE": pipeline["stage_ids"][1],
        "OLD_PIPELINE": await office.made("/pipelines", SALES, "pipeline_id"),
        "NUMBER": NUMBER,
        "IMPORT": await office.made("/imports", {"columns": ["name", "phone", None]}, "import_id"),
    }
    made = list(curls(readme(crm), known))
    await office.service.shown()
    people = {"administrator": office.administrator, "agent-1": office.agent(0)}
    for call in made:
        answer = await office.client.request(
            call.method, call.path, content=call.body, headers={**people[call.who], **call.headers}
        )
        assert answer.is_success, (call, answer.text)
    assert uncalled(office.service.service, made) == set()


def test_everything_heard_and_told_is_named(office: Office) -> None:
    page, service = readme(crm), office.service.service
    heard = {kind for hears in service.hears for kind in hears.reactions}
    told = {event.TYPE for event in service.tells}
    for kind in heard | told:
        name = "".join(word.capitalize() for word in kind.split(".")[1].split("-"))
        assert f"`{name}`" in page, name
