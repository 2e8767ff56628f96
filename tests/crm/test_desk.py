"""S8, S20, S21, S25, S26 over HTTP: records and companies beside a conversation, with their history and its causes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from recado_events import conversations as told_by
from recado_events.crm import PipelineRecordOpened

from tests.crm.office import NUMBER, Office
from tests.harness.on_database import token

SALES = {"name": "Sales", "stages": [{"name": "Asked"}, {"name": "Won", "outcome": "won"}]}


async def conversation(office: Office, number: str = "5511987654321", **who: Any) -> tuple[str, str]:
    """Ids of a contact and its only conversation."""
    office.customer(number, **who)
    (contact,) = await office.listed(search=number)
    (talk,) = (await office.sees(f"/contacts/{contact['contact_id']}/conversations"))["items"]
    return contact["contact_id"], talk["conversation_id"]


async def test_s8_s26_records_and_notes_are_made_from_a_message_of_a_conversation(office: Office) -> None:
    contact, talk = await conversation(office)
    stages = (await office.does("POST", "/pipelines", SALES)).json()["stage_ids"]
    message, path = str(uuid4()), f"/conversations/{talk}"
    await office.does("PATCH", f"{path}/contact", {"company": "Aurora", "city": "Recife"}, office.agent(0))
    await office.does("POST", f"{path}/notes", {"text": "blue", "message_id": message}, office.agent(0))
    amount = {"minor": 129_900, "currency": "BRL"}
    body = {"stage_id": stages[0], "name": "Bicycle", "message_id": message, "amount": amount}
    made = (await office.does("POST", f"{path}/pipeline-records", body, office.agent(0))).json()
    related = await office.sees(f"{path}/related", office.agent(0))
    assert related["contact"]["contact_id"] == made["contact_id"] == contact
    assert (related["company"]["name"], related["contact"]["fields"]["city"]) == ("Aurora", "Recife")
    (record,) = related["pipeline_records"]
    assert (record["message_id"], record["conversation_id"]) == (message, talk)
    assert (record["contact_id"], record["company_id"]) == (contact, related["company"]["company_id"])
    assert record["amount"] == {**amount, "exponent": 2}
    (note,) = (await office.sees(f"/contacts/{contact}/notes"))["items"]
    assert note["message_id"] == message


async def test_rule_15_of_two_conversations_the_one_in_the_path_counts(office: Office) -> None:
    _, talk = await conversation(office)
    stages = (await office.does("POST", "/pipelines", SALES)).json()["stage_ids"]
    body = {"stage_id": stages[0], "name": "Bicycle", "conversation_id": str(uuid4())}
    await office.does("POST", f"/conversations/{talk}/pipeline-records", body)
    assert [each.conversation_id for each in office.service.facts(PipelineRecordOpened)] == [UUID(talk)]


async def test_rule_15_nothing_is_made_from_a_conversation_that_nobody_knows(office: Office) -> None:
    stages = (await office.does("POST", "/pipelines", SALES)).json()["stage_ids"]
    for path, body in (("/companies", {"name": "x"}), ("/pipeline-records", {"stage_id": stages[0], "name": "x"})):
        made_in = {**body, "conversation_id": str(uuid4())}
        answer = await office.client.post(path, json=made_in, headers=office.administrator)
        assert (answer.status_code, answer.json()["rule"]) == (404, "not_found")


async def test_s21_the_conversations_of_a_contact_a_company_and_a_pipeline_record(office: Office) -> None:
    contact, talk = await conversation(office)
    await office.does("PATCH", f"/contacts/{contact}", {"company": "Aurora"})
    stages = (await office.does("POST", "/pipelines", SALES)).json()["stage_ids"]
    record = await office.made("/pipeline-records", {"stage_id": stages[0], "name": "x", "contact_id": contact}, ID)
    company = (await office.sees(f"/contacts/{contact}"))["company_id"]
    for path in (f"/contacts/{contact}", f"/companies/{company}", f"/pipeline-records/{record}"):
        found = (await office.sees(f"{path}/conversations"))["items"]
        assert [(each["conversation_id"], each["state"]) for each in found] == [(talk, "open")]
    assert len((await office.sees(f"/companies/{company}/contacts"))["items"]) == 1
    assert len((await office.sees(f"/contacts/{contact}/pipeline-records"))["items"]) == 1


ID = "pipeline_record_id"


async def test_s20_the_channels_rule_opens_a_record_that_everybody_sees_beside_the_conversation(office: Office) -> None:
    stages = (await office.does("POST", "/pipelines", SALES)).json()["stage_ids"]
    path = f"/channels/{NUMBER}/record-rules"
    assert (await office.sees(path))["stage_id"] is None
    await office.does("PUT", path, {"stage_id": stages[0]})
    assert (await office.sees(path, office.agent(0)))["stage_id"] == stages[0]
    _, talk = await conversation(office, name="Ana")
    (record,) = (await office.sees(f"/conversations/{talk}/related"))["pipeline_records"]
    assert (record["origin"], record["name"], record["owner_id"]) == ("rule", "Ana", str(office.agents[0]))
    refused = await office.asks("PUT", path, {"stage_id": None}, office.agent(0))
    assert (refused.status_code, refused.json()["rule"]) == (403, "role_not_allowed")


async def test_the_history_of_a_record_tells_who_changed_what_and_why(office: Office) -> None:
    stages = (await office.does("POST", "/pipelines", SALES)).json()["stage_ids"]
    await office.does("PUT", f"/channels/{NUMBER}/record-rules", {"stage_id": stages[0]})
    await conversation(office)
    ((record,), agent) = (await office.sees("/pipeline-records"))["items"], office.agent(1)
    path = f"/pipeline-records/{record[ID]}"
    await office.does("PUT", f"{path}/stage", {"stage_id": stages[1]}, agent)
    await office.does("PUT", f"{path}/amount", {"amount": {"minor": 500, "currency": "JPY"}}, agent)
    await office.does("PATCH", path, {"name": "Red"}, agent)
    edited, priced, moved, assigned, opened = (await office.sees(f"{path}/history"))["items"]
    assert [line["by"] for line in (edited, priced, moved, assigned, opened)] == [
        *[str(office.agents[1])] * 3,
        None,
        None,
    ]
    assert edited["changed"] == [{"field": "name", "before": "João", "after": "Red"}]
    assert moved["details"]["previous_stage_id"] == stages[0]
    assert (opened["cause"]["correlation_id"], opened["cause"]["asked_by"]) == ("story", None)
    assert opened["cause"]["causation_id"]
    assert edited["cause"]["asked_by"] == str(office.agents[1])
    first, second = (await office.sees(f"{path}/stages"))["items"]
    assert (first["stage_id"], first["left_at"]) == (stages[0], second["entered_at"])
    assert (second["stage_id"], second["left_at"], second["by"]) == (stages[1], None, str(office.agents[1]))


async def test_rule_13_what_is_related_is_shown_with_the_contact_that_stays_and_goes_back(office: Office) -> None:
    kept, talk = await conversation(office, name="Ana")
    left, other = await conversation(office, "16505550001", name="Bia")
    await office.does("POST", f"/contacts/{left}/notes", {"text": "theirs"})
    await office.does("POST", f"/contacts/{kept}/merge", {"merged_id": left})
    talks = (await office.sees(f"/contacts/{kept}/conversations"))["items"]
    assert {each["conversation_id"] for each in talks} == {talk, other}
    assert (await office.sees(f"/conversations/{other}/related"))["contact"]["contact_id"] == kept
    assert len((await office.sees(f"/contacts/{kept}/notes"))["items"]) == 1
    assert [each["value"] for each in (await office.sees(f"/contacts/{kept}"))["aliases"]] == [
        "5511987654321",
        "16505550001",
    ]
    await office.does("POST", f"/contacts/{left}/unmerge")
    (ana, bia) = [await office.sees(f"/contacts/{each}") for each in (kept, left)]
    assert [len(each["aliases"]) for each in (ana, bia)] == [1, 1]
    assert (bia["superseded_by"], bia["name"]) == (None, "Bia")
    assert (await office.sees(f"/conversations/{other}/related"))["contact"]["contact_id"] == left
    lines = [line["what"] for line in (await office.sees(f"/contacts/{left}/history"))["items"]]
    assert lines[:2] == ["contact-linked", "contact-restored"]


async def test_rule_13_the_conversations_of_a_company_are_those_of_all_contacts_merged_into_or_from_its_own(
    office: Office,
) -> None:
    kept, first = await conversation(office, name="Ana")
    left, second = await conversation(office, "5511911112222", name="Bia")
    await office.does("PATCH", f"/contacts/{kept}", {"company": "Aurora"})
    await office.does("PATCH", f"/contacts/{left}", {"company": "Boreal"})
    companies = [(await office.sees(f"/contacts/{each}"))["company_id"] for each in (kept, left)]

    async def talks(company: str) -> set[str]:
        found = (await office.sees(f"/companies/{company}/conversations"))["items"]
        return {each["conversation_id"] for each in found}

    assert [await talks(each) for each in companies] == [{first}, {second}]
    await office.does("POST", f"/contacts/{kept}/merge", {"merged_id": left})
    assert [await talks(each) for each in companies] == [{first, second}] * 2
    await office.does("POST", f"/contacts/{left}/unmerge")
    assert [await talks(each) for each in companies] == [{first}, {second}]


async def test_rule_15_scope_own_limits_companies_and_records_in_every_question(office: Office) -> None:
    stages = (await office.does("POST", "/pipelines", SALES)).json()["stage_ids"]
    company = await office.made("/companies", {"name": "Aurora"}, "company_id")
    record = await office.made("/pipeline-records", {"stage_id": stages[0], "name": "x", "company_id": company}, ID)
    _, talk = await conversation(office, owner=office.agents[1])
    office.granted("view_only", "own")
    for path in (
        "/companies",
        "/pipeline-records",
        "/companies?search=aurora",
        f"/pipeline-records?stage_id={stages[0]}",
    ):
        assert (await office.sees(path, office.agent(0)))["items"] == []
    subs = [f"/companies/{company}{at}" for at in ("", "/notes", "/history", "/contacts", "/conversations")]
    subs += [f"/pipeline-records/{record}{at}" for at in ("", "/notes", "/history", "/stages", "/conversations")]
    for path in [*subs, f"/conversations/{talk}/related"]:
        assert (await office.client.get(path, headers=office.agent(0))).status_code == 404, path
    assert (await office.sees(f"/conversations/{talk}/related", office.agent(1)))["company"] is None


async def test_rule_15_the_owner_of_a_contact_sees_which_conversations_it_has_whoever_answers_them(
    office: Office,
) -> None:
    """Ids, state and assignee: what is written there is for conversations to show."""
    place = office.place(office.customer())
    contact = await office.contact()
    (talk,) = (await office.sees(f"/contacts/{contact}/conversations"))["items"]
    by, now = office.administrator_id, datetime.now(UTC)
    given: Any = {**place, "conversation_id": talk["conversation_id"], "user_id": office.agents[1]}
    office.hears(told_by.ConversationAssigned(**given, how="person", assigned_by=by, assigned_at=now))
    office.granted("view_reply", "own")
    (shown,) = (await office.sees(f"/contacts/{contact}/conversations", office.agent(0)))["items"]
    assert shown == {**talk, "assignee": str(office.agents[1])}
    assert set(shown) == {
        "conversation_id", "contact_id", "phone_number_id", "assignee", "started_at", "closed_at", "state",
    }  # fmt: skip
    theirs = await office.client.get(f"/contacts/{contact}/conversations", headers=office.agent(1))
    assert theirs.status_code == 404


async def test_rule_16_what_waits_for_somebody_is_shown_as_nobodys(office: Office) -> None:
    place = office.place(office.customer())
    contact = await office.contact()
    (talk,) = (await office.sees(f"/contacts/{contact}/conversations"))["items"]
    left: Any = {**place, "conversation_id": talk["conversation_id"], "user_id": talk["assignee"]}
    office.hears(told_by.ConversationUnassigned(**left, reason="inactive", unassigned_at=datetime.now(UTC)))
    (shown,) = (await office.sees(f"/contacts/{contact}/conversations"))["items"]
    assert talk["assignee"] is not None
    assert shown == {**talk, "assignee": None}


async def test_rule_15_a_record_from_a_conversation_leaves_out_a_company_that_its_maker_may_not_see(
    office: Office,
) -> None:
    contact, talk = await conversation(office)
    stages = (await office.does("POST", "/pipelines", SALES)).json()["stage_ids"]
    company = await office.made("/companies", {"name": "Aurora"}, "company_id")
    await office.does("PUT", f"/contacts/{contact}/company", {"company_id": company})
    office.granted("view_reply", "own")
    path, body = f"/conversations/{talk}/pipeline-records", {"stage_id": stages[0], "name": "x"}
    await office.does("POST", path, body, office.agent(0))
    refused = await office.asks("POST", path, {**body, "company_id": company}, office.agent(0))
    assert (refused.status_code, refused.json()["relation"]) == (404, "company_id")
    (record,) = (await office.sees("/pipeline-records", office.agent(0)))["items"]
    assert (record["contact_id"], record["company_id"]) == (contact, None)


async def test_rule_13_rule_15_a_merged_contacts_conversations_are_for_whoever_owns_the_contact_that_stays(
    office: Office,
) -> None:
    kept, _ = await conversation(office)
    left, talk = await conversation(office, "16505550001", owner=office.agents[1])
    await office.does("POST", f"/contacts/{kept}/merge", {"merged_id": left})
    office.granted("view_reply", "own")
    related = await office.sees(f"/conversations/{talk}/related", office.agent(0))
    assert related["contact"]["contact_id"] == kept
    await office.does("POST", f"/conversations/{talk}/notes", {"text": "x"}, office.agent(0))
    assert (await office.client.get(f"/conversations/{talk}/related", headers=office.agent(1))).status_code == 404
    assert (
        await office.asks("POST", f"/conversations/{talk}/notes", {"text": "x"}, office.agent(1))
    ).status_code == 404


async def test_bad_input_83_another_organisations_records_are_as_if_they_did_not_exist(office: Office) -> None:
    pipeline = (await office.does("POST", "/pipelines", SALES)).json()
    company = await office.made("/companies", {"name": "Aurora"}, "company_id")
    record = await office.made("/pipeline-records", {"stage_id": pipeline["stage_ids"][0], "name": "x"}, ID)
    contact, talk = await conversation(office)
    stranger = token("administrator", uuid4())
    for path, known in [
        ("/companies/{}", company), ("/companies/{}/history", company), ("/pipeline-records/{}", record),
        ("/pipelines/{}", pipeline["pipeline_id"]), ("/conversations/{}/related", talk),
        ("/contacts/{}/duplicates", contact),
    ]:  # fmt: skip
        theirs = await office.client.get(path.format(known), headers=stranger)
        nobodys = await office.client.get(path.format(uuid4()), headers=stranger)
        assert (theirs.status_code, theirs.json()) == (404, nobodys.json())
    mine = (await office.does("POST", "/pipelines", SALES, stranger)).json()["stage_ids"][0]
    calls: list[tuple[str, str, Any]] = [
        ("PATCH", f"/companies/{company}", {"city": "x"}),
        ("PUT", f"/pipeline-records/{record}/stage", {"stage_id": mine}),
        ("PUT", f"/pipelines/{pipeline['pipeline_id']}", SALES),
        ("PATCH", f"/conversations/{talk}/contact", {"city": "x"}),
        ("POST", f"/conversations/{talk}/notes", {"text": "x"}),
        ("POST", f"/conversations/{talk}/pipeline-records", {"stage_id": mine, "name": "x"}),
        ("POST", f"/contacts/{contact}/unmerge", None),
    ]
    for method, path, body in calls:
        assert (await office.asks(method, path, body, stranger)).status_code == 404, path
    inside = [{"contact_id": contact}, {"company_id": company}]
    for named in inside:
        answer = await office.asks("POST", "/pipeline-records", {"stage_id": mine, "name": "x", **named}, stranger)
        assert answer.status_code == 404, named
    assert (await office.asks("POST", "/pipeline-records", record_of(pipeline), stranger)).status_code == 422
    assert len(office.service.facts(PipelineRecordOpened)) == 1


def record_of(pipeline: Any) -> Any:
    return {"stage_id": pipeline["stage_ids"][0], "name": "x"}


async def test_bad_input_73_80_bad_bodies_of_records_change_nothing_and_are_not_echoed(office: Office) -> None:
    stages = (await office.does("POST", "/pipelines", SALES)).json()["stage_ids"]
    record = await office.made("/pipeline-records", {"stage_id": stages[0], "name": "x"}, ID)
    end = office.service.store.end()
    path = f"/pipeline-records/{record}"
    currencies = ["R$", "brl", "canary", "ABC", 1]
    amounts = [-1, 2**63, 1.5, "1", "1_000", True, None]
    bad: list[tuple[str, str, Any]] = [
        *[("PUT", f"{path}/amount", {"amount": {"minor": minor, "currency": "BRL"}}) for minor in amounts],
        *[("PUT", f"{path}/amount", {"amount": {"minor": 1, "currency": currency}}) for currency in currencies],
        ("PUT", f"{path}/amount", {"amount": {"minor": 1}}),
        ("PUT", f"{path}/stage", {"stage_id": str(uuid4())}),
        ("PATCH", path, {"name": None}),
        ("PATCH", path, {"closes_on": "2026-02-30"}),
        ("PATCH", path, {"owner_id": str(uuid4())}),
        ("POST", "/pipeline-records", {"stage_id": stages[0], "name": "x", "origin": "rule"}),
        ("POST", "/companies", {"name": ""}),
        ("POST", "/companies", {"name": "x", "owner_id": str(uuid4())}),
        ("POST", "/pipelines", {"name": "x", "stages": []}),
        ("POST", "/pipelines", {"name": "x", "stages": [{"name": "x", "outcome": "canary"}]}),
        ("POST", "/contact-fields", {"field": "canary", "label": "x", "value_type": "text"}),
        ("POST", "/contact-fields", {"field": "custom_x", "label": "x", "value_type": "canary"}),
    ]
    for method, at, body in bad:
        answer = await office.asks(method, at, body)
        assert answer.status_code == 422, (method, at, body, answer.text)
        assert "canary" not in answer.text
    assert office.service.store.end() == end
