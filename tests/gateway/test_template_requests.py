"""Submissions, edits and deletions of templates: brought to Meta once each, whatever becomes of answers and workers."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
from gateway.adapters.graph.template_bodies import components_of
from gateway.domain.template_refusals import of_template_answer, reason_of
from recado_chassis.crash import SETTING
from recado_events.gateway import ChannelAuthorisationLost
from recado_events.meta_templates import TemplateRequestRefused, TemplateRequestTaken
from recado_events.templates import MergeField, TemplateButton, TemplateForm, TemplateSubmitted

from tests.gateway.reviewing import FORM, Reviews
from tests.gateway.stage import NUMBER, WABA, Stage
from tests.gateway.test_crashes import ended, worker
from tests.simulator.faults import Scope

POSTS = Scope(operation="message_templates", method="POST")


@pytest.fixture
async def reviews(stage: Stage) -> Reviews:
    await stage.connect()
    await stage.meta.change_rules(review_seconds=None)
    return Reviews(stage)


async def works(reviews: Reviews, seconds: float = 0.0) -> None:
    await asyncio.to_thread(reviews.works, seconds)


async def test_a_submission_is_brought_to_meta_as_its_form_says(reviews: Reviews) -> None:
    request = reviews.submits()
    await works(reviews)
    (made,) = await reviews.at_meta()
    taken = reviews.last(request)
    assert isinstance(taken, TemplateRequestTaken)
    assert (taken.meta_template_id, taken.status, taken.category) == (made.meta_id, "PENDING", "UTILITY")
    assert taken.evidence == "answer"
    header, body, footer, buttons = made.components
    assert header == {
        "type": "HEADER",
        "format": "TEXT",
        "text": "For you, {{1}}!",
        "example": {"header_text": ["Maria Silva"]},
    }
    assert body["text"] == "Hello {{1}}, order {{2}} is ready."
    assert body["example"] == {"body_text": [["Maria", "42"]]}
    assert footer == {"type": "FOOTER", "text": "Aurora Bakery"}
    assert buttons["buttons"][1]["url"] == "https://example.org/orders/{{1}}"
    assert buttons["buttons"][1]["example"] == ["https://example.org/orders/551198"]
    assert buttons["buttons"][3] == {"type": "COPY_CODE", "example": "SAVE10"}
    await works(reviews, 3600)
    assert len(await reviews.at_meta()) == 1


async def test_metas_category_is_told_where_it_is_another(reviews: Reviews) -> None:
    await reviews.stage.meta.script_verdict(WABA, FORM.name, category="MARKETING")
    request = reviews.submits()
    await works(reviews)
    assert reviews.last(request).category == "MARKETING"


async def test_an_approval_may_be_the_answer_itself(reviews: Reviews) -> None:
    await reviews.stage.meta.script_verdict(WABA, FORM.name, at_once=True)
    request = reviews.submits()
    await works(reviews)
    assert reviews.last(request).status == "APPROVED"


async def test_a_refusal_is_told_with_metas_codes_and_not_repeated(reviews: Reviews) -> None:
    await reviews.stage.meta.create_template(WABA, FORM.name)
    request = reviews.submits()
    await works(reviews)
    refused = reviews.last(request)
    assert isinstance(refused, TemplateRequestRefused)
    assert (refused.reason, refused.meta_code, refused.meta_subcode) == ("name_taken", 100, 2388024)
    await works(reviews, 3600)
    assert reviews.told(request) == ["Queued", "Started", "Refused"]


async def test_edit_and_delete(reviews: Reviews) -> None:
    await reviews.stage.meta.script_verdict(WABA, FORM.name, at_once=True)
    reviews.submits()
    await works(reviews)
    (made,) = await reviews.at_meta()
    await reviews.stage.meta.script_verdict(WABA, FORM.name)
    edited = FORM.model_copy(update={"body": "Dear #{contact.first_name}, order #{pipeline_record.name} is here."})
    request = reviews.submits(edited, made.meta_id)
    await works(reviews)
    assert reviews.last(request).status == "PENDING"
    (now,) = await reviews.at_meta()
    assert (now.meta_id, now.body) == (made.meta_id, "Dear {{1}}, order {{2}} is here.")

    deletion = reviews.deletes(made.meta_id)
    await works(reviews)
    assert isinstance(reviews.last(deletion), TemplateRequestTaken)
    assert await reviews.at_meta() == []
    again = reviews.deletes(made.meta_id)
    await works(reviews)
    assert reviews.last(again).reason == "not_found"


async def test_one_whose_places_have_names_is_created_and_edited_with_names(reviews: Reviews) -> None:
    form = TemplateForm(
        name="named",
        language="en_US",
        category="UTILITY",
        header="For #{parameter.header_who} only",
        body="Hello #{parameter.body_first_name}, this is #{organisation.name}; bye #{parameter.body_first_name}.",
        buttons=(TemplateButton(kind="url", text="See", url="https://example.org/#{contact.phone}"),),
        fields=tuple(
            MergeField(name=name, sample="x")
            for name in ("parameter.header_who", "parameter.body_first_name", "organisation.name", "contact.phone")
        ),
        parameter_format="named",
    )
    await reviews.stage.meta.script_verdict(WABA, form.name, at_once=True)
    reviews.submits(form)
    await works(reviews)
    (made,) = await reviews.at_meta()
    assert (made.named, made.header_text, made.url_buttons) == (True, "For {{who}} only", ["https://example.org/{{1}}"])
    assert made.body == "Hello {{first_name}}, this is {{organisation_name}}; bye {{first_name}}."
    request = reviews.submits(form.model_copy(update={"header": None}), made.meta_id)
    await works(reviews)
    assert isinstance(reviews.last(request), TemplateRequestTaken)
    (now,) = await reviews.at_meta()
    assert (now.named, now.header, now.body) == (True, None, made.body)


async def test_a_rejected_template_may_ask_for_another_category(reviews: Reviews) -> None:
    reviews.submits()
    await works(reviews)
    (made,) = await reviews.at_meta()
    await reviews.stage.meta.change_template(WABA, FORM.name, event="REJECTED", reason="INCORRECT_CATEGORY")
    changed = FORM.model_copy(update={"category": "MARKETING"})
    reviews.submits(changed, made.meta_id, asks_category=True)
    await works(reviews)
    (now,) = await reviews.at_meta()
    assert (now.category, now.status) == ("MARKETING", "PENDING")


async def test_the_same_request_heard_twice_is_one(reviews: Reviews) -> None:
    first = reviews.submits()
    queued = reviews.story(first)[0]
    about = {name: getattr(queued, name) for name in ("organisation_id", "waba_id", "template_id", "request_id")}
    now = reviews.stage.clock.now()
    again = TemplateSubmitted(**about, form=FORM, submitted_by=about["template_id"], submitted_at=now)
    reviews.stage.hears(again)
    await works(reviews)
    reviews.stage.hears(again)
    await works(reviews, 60)
    assert len(await reviews.at_meta()) == 1
    assert reviews.told(first) == ["Queued", "Started", "Taken"]


# Answers that are lost -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["drop", "reset", "truncate", "not_json", "error"])
async def test_what_meta_did_although_its_answer_was_lost_is_found_and_not_repeated(
    reviews: Reviews, kind: Any
) -> None:
    more = {"status": 500} if kind in ("error", "not_json") else {}
    await reviews.stage.meta.fault(kind, when="after", scope=POSTS, **more)
    request = reviews.submits()
    await works(reviews)
    assert reviews.told(request)[-1] == "OutcomeUnknown"
    await works(reviews, 5)
    assert reviews.told(request)[-1] == "OutcomeUnknown", "Meta may still be at it"
    await works(reviews, 31)
    taken = reviews.last(request)
    assert isinstance(taken, TemplateRequestTaken)
    assert taken.evidence == "lookup"
    assert [one.meta_id for one in await reviews.at_meta()] == [taken.meta_template_id]


async def test_what_meta_did_not_do_is_repeated_after_a_look(reviews: Reviews) -> None:
    await reviews.stage.meta.fault("error", when="before", scope=POSTS, code=131000, status=500)
    request = reviews.submits()
    await works(reviews)
    await works(reviews, 31)
    assert reviews.told(request) == ["Queued", "Started", "OutcomeUnknown", "NotMade"]
    await works(reviews, 31)
    assert reviews.told(request)[-2:] == ["Started", "Taken"]
    assert len(await reviews.at_meta()) == 1


async def test_a_lost_answer_to_an_edit_is_found_by_its_words(reviews: Reviews) -> None:
    await reviews.stage.meta.script_verdict(WABA, FORM.name, at_once=True)
    reviews.submits()
    await works(reviews)
    (made,) = await reviews.at_meta()
    edited = FORM.model_copy(update={"body": "Other words, #{contact.first_name}, for you."})
    await reviews.stage.meta.fault("drop", when="after", scope=Scope(operation=made.meta_id, method="POST"))
    request = reviews.submits(edited, made.meta_id)
    await works(reviews)
    await works(reviews, 31)
    assert reviews.told(request)[-2:] == ["OutcomeUnknown", "Taken"]
    assert len((await reviews.at_meta())[0].edited_at) == 1


async def test_a_lost_answer_to_a_deletion_is_found_by_its_absence(reviews: Reviews) -> None:
    reviews.submits()
    await works(reviews)
    (made,) = await reviews.at_meta()
    await reviews.stage.meta.fault("drop", when="after", scope=Scope(operation="message_templates", method="DELETE"))
    request = reviews.deletes(made.meta_id)
    await works(reviews)
    await works(reviews, 31)
    assert reviews.told(request)[-2:] == ["OutcomeUnknown", "Taken"]


async def test_a_submission_whose_answer_was_lost_is_not_repeated_once_its_template_is_deleted(
    reviews: Reviews,
) -> None:
    """templates knew by a webhook that Meta had taken it, and somebody had it deleted before the gateway looked."""
    await reviews.stage.meta.fault("drop", when="after", scope=POSTS)
    request = reviews.submits()
    await works(reviews)
    (made,) = await reviews.at_meta()
    reviews.deletes(made.meta_id, settles=request)
    for _ in range(4):
        await works(reviews, 120)
    assert reviews.told(request) == ["Queued", "Started", "OutcomeUnknown", "Taken"]
    assert reviews.last(request).evidence == "deletion"
    assert [each.meta_id for each in await reviews.at_meta() if each.meta_id != made.meta_id] == []


async def test_an_ambiguous_submission_answered_late_is_taken_once(reviews: Reviews) -> None:
    """The answer comes after others gave up waiting for it."""
    request = reviews.submits()
    await reviews.stage.meta.fault("stall", when="after", seconds=8.0, scope=POSTS)
    asked = asyncio.create_task(works(reviews))
    await reviews.stage.until(lambda: reviews.told(request)[-1] == "Started")
    reviews.falls_silent()
    await works(reviews)
    assert reviews.told(request)[-2:] == ["OutcomeUnknown", "Taken"]
    assert reviews.last(request).evidence == "lookup"
    await asked
    assert reviews.told(request)[-2:] == ["OutcomeUnknown", "Taken"]
    await works(reviews, 60)
    assert len(await reviews.at_meta()) == 1


async def test_what_could_not_leave_is_tried_again(reviews: Reviews) -> None:
    meta = reviews.requesting._meta
    root, meta._root = meta._root, "http://127.0.0.1:9/v25.0"  # type: ignore[attr-defined]
    request = reviews.submits()
    await works(reviews)
    assert reviews.last(request).reason == "unreachable"
    meta._root = root  # type: ignore[attr-defined]
    await works(reviews, 31)
    assert reviews.told(request)[-1] == "Taken"


async def test_throttled_requests_wait(reviews: Reviews) -> None:
    await reviews.stage.meta.fault("error", when="before", scope=POSTS, code=80007, status=400)
    request = reviews.submits()
    await works(reviews)
    assert (reviews.last(request).reason, reviews.last(request).meta_code) == ("throttled", 80007)
    await works(reviews, 31)
    assert reviews.told(request)[-1] == "NotMade"
    await works(reviews, 31)
    assert reviews.told(request)[-1] == "Taken"


async def test_a_dead_token_waits_for_a_new_one_and_pauses_the_number(reviews: Reviews) -> None:
    await reviews.stage.meta.expire_tokens(WABA)
    request = reviews.submits()
    await works(reviews)
    assert reviews.last(request).reason == "authorisation_lost"
    assert reviews.stage.facts(ChannelAuthorisationLost)[0].phone_number_id == NUMBER
    await works(reviews, 86_400)
    refused = reviews.last(request)
    assert (type(refused), refused.reason) == (TemplateRequestRefused, "authorisation_lost")


async def test_without_a_connected_number_nothing_is_asked(stage: Stage) -> None:
    reviews = Reviews(stage)
    request = reviews.submits()
    await works(reviews)
    assert reviews.last(request).reason == "channel_disconnected"


# Workers that die ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "at_meta"),
    [("templates.after_claim", 0), ("templates.after_call", 1), ("templates.after_outcome", 1)],
)
async def test_a_killed_worker_submits_nothing_twice(
    reviews: Reviews, tmp_path: Path, point: str, at_meta: int
) -> None:
    request = reviews.submits()
    with worker(reviews.stage, tmp_path / "log", **{SETTING: point}) as process:
        assert await ended(process) == -signal.SIGKILL
    assert len(await reviews.at_meta()) == at_meta
    reviews.falls_silent()
    for _ in range(3):
        await works(reviews, 31)
    assert reviews.told(request)[-1] == "Taken"
    assert len(await reviews.at_meta()) == 1
    assert len([kind for kind in reviews.told(request) if kind == "Started"]) == 2 - at_meta


async def test_workers_killed_again_and_again_submit_each_template_once(reviews: Reviews, tmp_path: Path) -> None:
    requests = [reviews.submits(FORM.model_copy(update={"name": f"n{number}"})) for number in range(15)]
    for _ in range(4):
        with worker(reviews.stage, tmp_path / "log") as process:
            await asyncio.sleep(1.2)
            process.kill()
            await ended(process)
    for _ in range(8):
        reviews.falls_silent()
        await works(reviews, 31)
    assert {reviews.told(request)[-1] for request in requests} == {"Taken"}
    assert sorted(one.name for one in await reviews.at_meta()) == sorted(f"n{number}" for number in range(15))


async def test_two_workers_make_one_call(reviews: Reviews) -> None:
    async with Stage.another(reviews.stage) as second:
        for number in range(6):
            reviews.submits(FORM.model_copy(update={"name": f"n{number}"}))
        other = Reviews(second)
        await asyncio.gather(works(reviews), works(other))
        await works(reviews, 31)
    assert len(await reviews.at_meta()) == 6


# What answers prove ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "answer", "verdict"),
    [
        (200, {"id": "7", "status": "PENDING", "category": "UTILITY"}, "TemplateTaken"),
        (200, {"id": 7, "status": "pending"}, "TemplateTaken"),
        (200, {"success": True}, "TemplateTaken"),
        (200, {"success": False}, "Ambiguous"),
        (200, {"id": "x"}, "Ambiguous"),
        (200, {}, "Ambiguous"),
        (302, {}, "Ambiguous"),
        (404, {}, "Ambiguous"),
        (429, {}, "NotTaken"),
        (400, {"error": {"code": 80007}}, "NotTaken"),
        (400, {"error": {"code": 100, "error_subcode": 2388299}}, "TemplateRefused"),
        (401, {"error": {"code": 190}}, "TemplateRefused"),
        (400, {"error": {"code": 100, "is_transient": True}}, "Ambiguous"),
        (400, {"error": {"code": 2}}, "Ambiguous"),
        (500, {"error": {"code": 100}}, "Ambiguous"),
        (200, {"error": {"code": 100}}, "Ambiguous"),
        (400, {"error": {"code": True}}, "Ambiguous"),
        (400, {"error": []}, "Ambiguous"),
    ],
)
def test_what_an_answer_proves(status: int, answer: dict[str, Any], verdict: str) -> None:
    assert type(of_template_answer(status, answer)).__name__ == verdict


@pytest.mark.parametrize(
    ("code", "subcode", "reason"),
    [
        (100, 2388024, "name_taken"),
        (100, 2388023, "name_blocked"),
        (100, 2388019, "limit_reached"),
        (100, 2388299, "invalid"),
        (100, 33, "not_found"),
        (200, None, "refused_by_meta"),
        (368, None, "refused_by_meta"),
    ],
)
def test_why_meta_refuses(code: int, subcode: int | None, reason: str) -> None:
    assert reason_of(code, subcode) == reason


def test_a_form_without_fields_has_no_examples() -> None:
    plain = TemplateForm(name="a", language="en", category="UTILITY", body="Hello.")
    assert components_of(plain) == [{"type": "BODY", "text": "Hello."}]
