"""templates from its own build(), on a real database: people over HTTP, Meta through the gateway and webhooks."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from recado_chassis.ports import SystemClock
from recado_events.envelope import Cause
from recado_events.ids import RequestId, TemplateId, UserId
from recado_events.templates import TemplateReviewOverdue, TemplateSubmitted
from templates.adapters.postgres import TemplateQuestions
from templates.application import Listening, Reminding, Shelf, Writing
from templates.commands import DraftTemplate
from templates.domain.refusals import TemplateInvalid

from tests.harness.on_database import token
from tests.templates.office import FORM, META_ID, WABA, Office
from tests.templates.stage import form


async def test_from_a_form_to_an_approved_template(office: Office) -> None:
    template = await office.makes()
    shown = await office.sees(f"/templates/{template}")
    assert (shown["state"], shown["meta_template_id"], shown["requested_category"]) == ("pending", None, "UTILITY")
    submitted = office.service.facts(TemplateSubmitted)[0]
    assert (submitted.meta_template_id, submitted.submitted_by) == (None, office.administrator_id)

    office.takes()
    office.status("APPROVED", message_template_category="MARKETING")
    shown = await office.sees(f"/templates/{template}")
    assert (shown["state"], shown["meta_template_id"]) == ("approved", META_ID)
    assert (shown["requested_category"], shown["category"]) == ("UTILITY", "MARKETING")
    assert shown["live"] == shown["form"]
    assert not shown["has_unsent_changes"]


async def test_a_rejected_template_stays_with_its_reason_in_both_languages_and_metas_code(office: Office) -> None:
    template = await office.makes()
    office.takes()
    office.status("REJECTED", reason="TAG_CONTENT_MISMATCH")
    shown = await office.sees(f"/templates/{template}")
    assert (shown["state"], shown["reason"], shown["meta_reason"]) == (
        "rejected",
        "language_mismatch",
        "TAG_CONTENT_MISMATCH",
    )
    assert set(shown["reason_texts"]) == {"en", "pt-BR"}
    assert await office.listed(state="rejected") == ["order_ready"]


async def test_what_meta_did_not_take_is_a_draft_again_and_says_why(office: Office) -> None:
    template = await office.makes()
    office.refuses("name_taken", meta_code=100, meta_subcode=2388024)
    shown = await office.sees(f"/templates/{template}")
    assert shown["state"] == "draft"
    assert shown["failure"]["reason"] == "name_taken"
    assert shown["failure"]["meta_subcode"] == 2388024


async def test_a_draft_stays_unsent_until_it_is_submitted(office: Office) -> None:
    template = await office.makes(draft=True)
    assert office.service.facts(TemplateSubmitted) == []
    changed = {**FORM, "body": "Your order is ready.", "fields": [], "draft": True}
    assert (await office.does("PUT", f"/templates/{template}", changed))["state"] == "draft"
    assert (await office.does("POST", f"/templates/{template}/submit"))["state"] == "pending"
    assert office.service.facts(TemplateSubmitted)[0].form.body == "Your order is ready."


async def test_duplicate_and_delete(office: Office) -> None:
    template = await office.makes()
    copy = await office.does("POST", f"/templates/{template}/duplicate", {"name": "order_ready_2"})
    assert copy["state"] == "draft"
    assert await office.listed() == ["order_ready", "order_ready_2"]
    assert (await office.does("DELETE", f"/templates/{copy['template_id']}"))["state"] == "deleted"
    assert await office.listed() == ["order_ready"]
    assert await office.listed(state="deleted") == ["order_ready_2"]

    office.takes()
    assert (await office.does("DELETE", f"/templates/{template}"))["state"] == "deleting"
    office.takes(status=None, meta_template_id=None)
    assert (await office.sees(f"/templates/{template}"))["state"] == "deleted"


async def test_every_violation_is_named_at_once_with_its_numbers(office: Office) -> None:
    await office.makes(draft=True)
    body = {**FORM, "waba_id": WABA, "language": "pt", "body": "#{contact.first_name}" + "x" * 900}
    answer = await office.asks("POST", "/templates", body)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["rule"] == "template_invalid"
    told = {each["rule"]: each for each in problem["violations"]}
    assert set(told) == {"language", "body_too_long", "field_first"}
    assert (told["body_too_long"]["limit"], told["body_too_long"]["found"]) == (900, 921)

    taken = await office.asks("POST", "/templates", {**FORM, "waba_id": WABA})
    assert [each["rule"] for each in taken.json()["violations"]] == ["name_taken"]


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "approved"},
        {"meta_template_id": "1"},
        {"organisation_id": str(uuid4())},
        {"draft": "no"},
        {"waba_id": "abc"},
        {"body": 7},
        {"body": None},
        {"fields": [{"name": "contact.name"}]},
        {"buttons": [{"kind": "url", "price": 1}]},
        {"body": "x" * 5_001},
    ],
)
async def test_bad_input_73_what_is_not_asked_for_is_refused(office: Office, changed: dict[str, Any]) -> None:
    answer = await office.asks("POST", "/templates", {**FORM, "waba_id": WABA, **changed})
    assert (answer.status_code, answer.json()["rule"]) == (422, "invalid_request")
    assert office.service.facts(TemplateSubmitted) == []


@pytest.mark.parametrize("value", ["two\nlines", "a\ttab", "five     spaces", "{{1}}", ""])
async def test_bad_input_76_values_that_meta_refuses_are_refused(office: Office, value: str) -> None:
    fields = [{"name": "contact.first_name", "sample": value}]
    answer = await office.asks("POST", "/templates", {**FORM, "waba_id": WABA, "fields": fields})
    assert answer.status_code == 422
    assert answer.json()["violations"][0]["where"] == "fields/0/sample"


async def test_an_idempotency_key_is_needed_and_makes_one_template(office: Office) -> None:
    body = {**FORM, "waba_id": WABA}
    assert (await office.asks("POST", "/templates", body, key=None)).json()["rule"] == "idempotency_key_required"
    first, again = [await office.asks("POST", "/templates", body, key="one") for _ in range(2)]
    assert first.json() == again.json()
    other = await office.asks("POST", "/templates", {**body, "name": "other"}, key="one")
    assert other.json()["rule"] == "idempotency_key_reused"
    assert len(office.service.facts(TemplateSubmitted)) == 1


async def test_rule_15_administrators_write_and_who_has_a_grant_looks(office: Office) -> None:
    template = await office.makes()
    await office.service.shown()
    paths = ["/templates", f"/templates/{template}", f"/templates/{template}/history", "/template-fields"]
    for path in paths:
        assert (await office.client.get(path, headers=office.member)).json()["rule"] == "no_permission"
    office.granted()
    for path in paths:
        assert (await office.client.get(path, headers=office.member)).status_code == 200
    office.withdrawn()
    for path in paths:
        assert (await office.client.get(path, headers=office.member)).json()["rule"] == "no_permission"
    office.granted()
    for method, path, body in [
        ("POST", "/templates", {**FORM, "waba_id": WABA}),
        ("PUT", f"/templates/{template}", FORM),
        ("POST", f"/templates/{template}/submit", None),
        ("POST", f"/templates/{template}/duplicate", {"name": "x"}),
        ("DELETE", f"/templates/{template}", None),
    ]:
        assert (await office.asks(method, path, body, office.member)).status_code == 403


async def test_a_former_administrator_writes_no_more(office: Office) -> None:
    office.role(office.administrator_id, "member")
    answer = await office.asks("POST", "/templates", {**FORM, "waba_id": WABA})
    assert answer.status_code == 403


async def test_templates_of_another_organisation_do_not_exist(office: Office) -> None:
    template = await office.makes()
    await office.service.shown()
    stranger = token("administrator", uuid4())
    for method, path, body in [
        ("GET", f"/templates/{template}", None),
        ("GET", f"/templates/{template}/history", None),
        ("GET", f"/templates/{template}/preview", None),
        ("PUT", f"/templates/{template}", FORM),
        ("POST", f"/templates/{template}/submit", None),
        ("POST", f"/templates/{template}/duplicate", {"name": "x"}),
        ("DELETE", f"/templates/{template}", None),
    ]:
        foreign = await office.asks(method, path, body, stranger)
        absent = await office.asks(method, path.replace(str(template), str(uuid4())), body, stranger)
        assert (foreign.status_code, foreign.json()) == (404, absent.json())
    assert (await office.client.get("/templates", headers=stranger)).json()["items"] == []
    assert (await office.asks("POST", "/templates", {**FORM, "waba_id": WABA}, stranger)).json()["rule"] == (
        "unknown_waba"
    )


async def test_lists_are_filtered_and_paged(office: Office) -> None:
    for name in ("b", "a", "c"):
        await office.makes(name=name, draft=name != "b")
    await office.makes(name="a", language="pt_BR", category="MARKETING", draft=True)
    assert await office.listed() == ["a", "a", "b", "c"]
    assert await office.listed(state="pending") == ["b"]
    assert await office.listed(language="pt_BR") == ["a"]
    assert await office.listed(category="MARKETING") == ["a"]
    assert await office.listed(search="c") == ["c"]
    assert await office.listed(search="%") == []
    assert await office.listed(waba_id="7") == []
    first = await office.sees("/templates", query={"limit": "3"})
    rest = await office.sees("/templates", query={"limit": "3", "cursor": first["next_cursor"]})
    assert [item["name"] for item in (*first["items"], *rest["items"])] == ["a", "a", "b", "c"]
    assert rest["next_cursor"] is None


async def test_the_history_keeps_everything_that_happened(office: Office) -> None:
    template = await office.makes()
    office.takes()
    office.status("REJECTED", reason="SCAM")
    lines = (await office.sees(f"/templates/{template}/history"))["items"]
    assert [line["what"] for line in lines] == [
        "template-rejected",
        "template-review-started",
        "template-submitted",
        "template-drafted",
    ]
    assert lines[0]["details"] == {"reason": "spam_content", "meta_reason": "SCAM"}
    assert lines[3]["by"] == str(office.administrator_id)


async def test_the_picker_lists_every_field(office: Office) -> None:
    items = (await office.sees("/template-fields"))["items"]
    assert {"name": "contact.first_name", "token": "#{contact.first_name}", "of": "contact"} in items
    assert {item["of"] for item in items} == {"contact", "company", "pipeline_record", "agent", "organisation"}


async def test_a_preview_is_rendered_with_samples_and_measured(office: Office) -> None:
    template = await office.makes()
    shown = await office.sees(f"/templates/{template}/preview")
    assert shown["body"] == "Hello Maria, your order is ready."
    assert (shown["length"], shown["limit"], shown["fits"]) == (33, 1024, True)

    long = {**FORM, "fields": [{"name": "contact.first_name", "sample": "x" * 1_000}]}
    shown = (await office.asks("POST", "/template-previews", long, key=None)).json()
    assert (shown["length"], shown["fits"]) == (1_028, False)
    assert [each["rule"] for each in shown["violations"]] == ["rendered_too_long"]

    bare = {**FORM, "fields": []}
    shown = (await office.asks("POST", "/template-previews", bare, key=None)).json()
    assert shown["missing"] == ["contact.first_name"]
    assert shown["body"] == "Hello #{contact.first_name}, your order is ready."


async def test_rule_22_overdue_reviews_are_told_in_the_background(office: Office) -> None:
    template = await office.makes()
    office.takes()
    await office.service.shown()
    clock = Ahead()
    streams = office.service.service.streams
    streams.clock = clock
    questions = TemplateQuestions(office.service.store.connection)
    reminder = Reminding(streams, Listening(Shelf(), streams.ids), questions)
    assert await asyncio.to_thread(reminder.remind) == 0
    clock.ahead = timedelta(hours=24, seconds=5)
    assert await asyncio.to_thread(reminder.remind) == 1
    await office.service.shown()
    assert await asyncio.to_thread(reminder.remind) == 0
    assert office.service.facts(TemplateReviewOverdue)[0].template_id == template
    assert (await office.sees(f"/templates/{template}"))["overdue_at"] is not None


class Ahead(SystemClock):
    ahead = timedelta()

    def now(self) -> Any:
        return super().now() + self.ahead


async def test_rule_19_two_hundred_and_no_more_however_many_are_made_at_once(office: Office) -> None:
    streams = office.service.service.streams
    writing = Writing(Shelf())
    outcomes: list[str] = []

    def make(name: str) -> None:
        command = DraftTemplate(
            organisation_id=office.organisation,
            template_id=TemplateId(uuid4()),
            by=UserId(office.administrator_id),
            now=SystemClock().now(),
            waba_id=WABA,
            form=form(name=name),
            request_id=RequestId(uuid4()),
        )
        try:
            streams.transact(lambda work: writing.draft(work, command, Cause("test")), attempts=50)
            outcomes.append("made")
        except TemplateInvalid as refused:
            outcomes.append(refused.details["violations"][0]["rule"])

    for number in range(190):
        make(f"n{number}")
    together = [Thread(target=make, args=[f"m{number}"]) for number in range(20)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()

    assert (outcomes.count("made"), outcomes.count("too_many_templates")) == (200, 10)
    assert len(office.service.facts(TemplateSubmitted)) == 200


async def test_one_name_is_one_template_however_often_it_is_made_at_once(office: Office) -> None:
    async def make() -> int:
        return (await office.asks("POST", "/templates", {**FORM, "waba_id": WABA})).status_code

    codes = await asyncio.gather(*(make() for _ in range(8)))
    assert sorted(codes) == [201, *[422] * 7]
    assert len(office.service.facts(TemplateSubmitted)) == 1
