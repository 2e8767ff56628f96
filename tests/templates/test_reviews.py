"""Meta's judgement (rules 20 to 22): what it said last by its own clock is true, in whatever order it was heard."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recado_chassis.service import Unreadable
from recado_events.meta_templates import MetaContent, TemplateRequestTaken
from recado_events.templates import (
    TemplateApproved,
    TemplateArchived,
    TemplateDeleted,
    TemplateDeletionRequested,
    TemplateDisabled,
    TemplateEdited,
    TemplateFound,
    TemplatePaused,
    TemplateQualityRated,
    TemplateRecategorised,
    TemplateRejected,
    TemplateReviewOverdue,
    TemplateReviewStarted,
    TemplateSubmissionFailed,
    TemplateSubmitted,
)

from tests.harness.on_memory import NOON
from tests.templates.stage import META_ID, Stage, form

BEGAN = NOON


def kinds(facts: list[Any]) -> list[str]:
    return [type(fact).__name__ for fact in facts if not type(fact).TYPE.endswith(("said.v1", "taken.v1"))]


def counted_out(facts: list[Any]) -> list[str]:
    return [kind for kind in kinds(facts) if kind not in ("TemplateCounted", "TemplateUncounted")]


def test_rule_20_draft_pending_approved(stage: Stage) -> None:
    template = stage.drafts(send=False)
    assert stage.state(template) == "draft"
    stage.submits(template)
    assert stage.state(template) == "pending"
    assert counted_out(stage.taken(template)) == ["TemplateReviewStarted"]
    stage.later(minutes=3)
    assert counted_out(stage.status("APPROVED")) == ["TemplateApproved"]

    approved = stage.one(TemplateApproved)
    assert (approved.meta_template_id, approved.form, approved.category) == (META_ID, form(), "UTILITY")
    assert approved.approved_at == stage.now


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("TAG_CONTENT_MISMATCH", "language_mismatch"),
        ("ABUSIVE_CONTENT", "spam_content"),
        ("SCAM", "spam_content"),
        ("PROMOTIONAL", "spam_content"),
        ("INCORRECT_CATEGORY", "wrong_category"),
        ("INVALID_FORMAT", "other"),
        ("SOMETHING_NEW", "other"),
        (None, "other"),
    ],
)
def test_rule_20_reasons_map_and_metas_code_is_kept(stage: Stage, told: str | None, reason: str) -> None:
    template = stage.drafts()
    stage.taken(template)
    stage.later(minutes=3)
    stage.status("REJECTED", reason=told)

    rejected = stage.one(TemplateRejected)
    assert (rejected.reason, rejected.meta_reason) == (reason, told)
    assert stage.state(template) == "rejected"


@pytest.mark.parametrize(
    ("words", "state", "fact"),
    [
        (["PAUSED"], "paused", TemplatePaused),
        (["PAUSED", "APPROVED"], "approved", TemplateApproved),
        (["PAUSED", "REINSTATED"], "approved", TemplateApproved),
        (["DISABLED"], "disabled", TemplateDisabled),
        (["ARCHIVED"], "archived", TemplateArchived),
        (["ARCHIVED", "UNARCHIVED"], "approved", TemplateApproved),
        (["REJECTED"], "rejected", TemplateRejected),
        (["REJECTED", "IN_APPEAL"], "pending", TemplateReviewStarted),
        (["DELETED"], "deleted", TemplateDeleted),
        (["FLAGGED"], "approved", TemplateApproved),
        (["LOCKED", "A_LATER_WORD"], "approved", TemplateApproved),
    ],
)
def test_rule_20_what_meta_does_to_an_approved_template(
    stage: Stage, words: list[str], state: str, fact: type[Any]
) -> None:
    template = stage.approved()
    for word in words:
        stage.later(minutes=5)
        stage.status(word, other_info={"title": "FIRST_PAUSE", "description": "…"})
    assert stage.state(template) == state
    assert stage.facts(fact)


def test_a_paused_template_tells_why(stage: Stage) -> None:
    stage.approved()
    stage.status("PAUSED", reason="NONE", other_info={"title": "FIRST_PAUSE", "description": "…"})
    assert stage.one(TemplatePaused).meta_reason == "FIRST_PAUSE"


def test_rule_21_requested_and_effective_category_are_both_kept(stage: Stage) -> None:
    template = stage.drafts()
    stage.taken(template, category="MARKETING")
    told = stage.one(TemplateRecategorised)
    assert (told.previous, told.category) == ("UTILITY", "MARKETING")
    assert stage.one(TemplateReviewStarted).category == "MARKETING"
    assert stage.template(template).form == form(category="UTILITY")
    assert stage.template(template).category == "MARKETING"


def test_rule_21_a_change_that_is_only_announced_changes_nothing_yet(stage: Stage) -> None:
    template = stage.approved()
    stage.webhook("template_category_update", new_category="UTILITY", correct_category="MARKETING")
    assert stage.template(template).category == "UTILITY"
    stage.later(hours=24)
    stage.webhook("template_category_update", previous_category="UTILITY", new_category="MARKETING")
    assert stage.template(template).category == "MARKETING"
    assert stage.one(TemplateRecategorised).recategorised_at == stage.now


def test_rule_22_webhooks_may_write_the_language_with_a_hyphen(stage: Stage) -> None:
    template = stage.drafts()
    stage.status("APPROVED", message_template_id=None, message_template_language="en-US")
    assert stage.state(template) == "pending", "without an id it is not known to be this one"
    stage.taken(template)
    stage.later(minutes=1)
    stage.status("APPROVED", message_template_id=None, message_template_language="en-US")
    assert stage.state(template) == "approved"


def test_rule_22_another_language_of_the_name_is_another_template(stage: Stage) -> None:
    english, portuguese = stage.drafts(), stage.drafts(form(language="pt_BR"))
    stage.status("APPROVED", message_template_id=7, message_template_language="pt-BR")
    assert (stage.state(english), stage.state(portuguese)) == ("pending", "approved")


def test_a_webhook_before_the_answer_of_the_submission_proves_that_meta_took_it(stage: Stage) -> None:
    template = stage.drafts()
    asked = stage.now
    stage.later(seconds=2)
    assert counted_out(stage.status("APPROVED")) == ["TemplateApproved"]
    assert stage.taken(template, asked_at=asked) == [] or stage.state(template) == "approved"
    assert stage.state(template) == "approved"
    assert stage.facts(TemplateReviewStarted) == []


def test_an_approval_in_the_second_of_the_submission_is_newer_than_its_answer(stage: Stage) -> None:
    stage.now += timedelta(milliseconds=700)
    template = stage.drafts()
    stage.taken(template)
    stage.status("APPROVED")
    assert stage.state(template) == "approved"


def test_rule_22_overdue_after_24_hours_and_told_once(stage: Stage) -> None:
    template = stage.drafts()
    stage.taken(template)
    stage.later(hours=23, minutes=59)
    assert stage.silence(template) == []
    stage.later(minutes=1)
    assert kinds(stage.silence(template)) == ["TemplateReviewOverdue"]
    stage.later(hours=24)
    assert stage.silence(template) == []
    assert stage.one(TemplateReviewOverdue).submitted_at == BEGAN
    stage.status("APPROVED")
    assert stage.silence(template) == []


def test_an_appeal_is_overdue_a_day_after_it_began(stage: Stage) -> None:
    template = stage.approved()
    stage.later(days=40)
    stage.status("IN_APPEAL")
    assert stage.silence(template) == []
    stage.later(hours=24)
    assert kinds(stage.silence(template)) == ["TemplateReviewOverdue"]


def test_a_submission_that_nobody_answered_is_overdue_too(stage: Stage) -> None:
    template = stage.drafts()
    stage.later(hours=24)
    assert kinds(stage.silence(template)) == ["TemplateReviewOverdue"]


def test_rule_22_a_rejected_template_stays_with_its_reason_and_goes_again(stage: Stage) -> None:
    template = stage.drafts()
    stage.taken(template)
    stage.later(minutes=1)
    stage.status("REJECTED", reason="INCORRECT_CATEGORY")
    stage.later(minutes=1)
    stage.edits(template, form(category="MARKETING"))
    assert stage.submissions()[-1].meta_template_id == META_ID
    stage.taken(template, meta_template_id=None, category=None)
    assert stage.state(template) == "pending"
    stage.later(minutes=1)
    stage.status("APPROVED", message_template_category="MARKETING")
    assert stage.state(template) == "approved"
    assert stage.one(TemplateRejected).meta_reason == "INCORRECT_CATEGORY"


def test_a_submission_that_meta_does_not_take_is_a_draft_again_with_metas_codes(stage: Stage) -> None:
    template = stage.drafts()
    stage.refused(template, "name_taken", meta_code=100, meta_subcode=2388024)
    failed = stage.one(TemplateSubmissionFailed)
    assert (failed.reason, failed.meta_code, failed.meta_subcode) == ("name_taken", 100, 2388024)
    assert stage.state(template) == "draft"
    stage.edits(template, form(name="order_ready_2"))
    assert stage.state(template) == "pending"


def test_an_edit_that_meta_does_not_take_leaves_the_template_as_it_was(stage: Stage) -> None:
    template = stage.approved()
    stage.edits(template, form(body="Hi #{contact.first_name}, come by."))
    stage.refused(template, "invalid")
    assert stage.state(template) == "approved"
    assert stage.template(template).live == form()


def test_an_edit_is_reviewed_again_and_only_then_sent(stage: Stage) -> None:
    template = stage.approved()
    edited = form(body="Hi #{contact.first_name}, come by.")
    stage.edits(template, edited)
    assert stage.state(template) == "approved"
    assert counted_out(stage.taken(template, meta_template_id=None)) == ["TemplateReviewStarted"]
    stage.later(minutes=1)
    stage.status("APPROVED")
    assert [told.form for told in stage.facts(TemplateApproved)] == [form(), edited]


def test_the_approval_of_an_edit_before_its_answer(stage: Stage) -> None:
    template = stage.approved()
    edited = form(body="Hi #{contact.first_name}, come by.")
    stage.edits(template, edited)
    asked = stage.now
    stage.later(minutes=1)
    stage.status("APPROVED")
    stage.taken(template, meta_template_id=None, asked_at=asked)
    assert stage.state(template) == "approved"
    assert stage.facts(TemplateApproved)[-1].form == edited


# Found by the list ---------------------------------------------------------------------------------------------


def test_the_list_finds_what_webhooks_missed(stage: Stage) -> None:
    template = stage.drafts()
    stage.taken(template)
    stage.later(hours=1)
    stage.seen(status="REJECTED", rejected_reason="PROMOTIONAL")
    assert stage.one(TemplateRejected).reason == "spam_content"
    stage.later(hours=1)
    stage.seen(quality="RED", category="MARKETING")
    assert stage.state(template) == "approved"
    assert stage.one(TemplateQualityRated).quality == "RED"
    stage.later(hours=1)
    stage.gone()
    assert stage.state(template) == "deleted"
    assert stage.one(TemplateDeleted).deleted_by is None


def test_a_template_made_elsewhere_becomes_visible_and_counts(stage: Stage) -> None:
    content = MetaContent(header="Code {{1}} for you", body="It is {{1}}, {{2}}!", footer="Bye")
    stage.seen(content, name="login_code", category="AUTHENTICATION")
    found = stage.one(TemplateFound)
    assert found.form.body == "It is #{parameter.body_1}, #{parameter.body_2}!"
    assert found.form.header == "Code #{parameter.header_1} for you"
    assert stage.one(TemplateApproved).category == "AUTHENTICATION"
    assert stage.account().rows == {found.template_id}
    assert stage.seen(content, name="login_code", category="AUTHENTICATION") == []


def test_one_made_elsewhere_under_a_drafts_name_takes_the_draft_for_a_change_of_it(stage: Stage) -> None:
    template = stage.drafts(form(body="Other words."), send=False)
    stage.seen()
    assert stage.state(template) == "approved"
    assert stage.template(template).form == form(body="Other words.")
    assert (stage.template(template).live or form(body="")).body == "Hello #{parameter.body_1}, your order is ready."


def test_an_edit_made_at_meta_is_what_is_sent_from_then_on(stage: Stage) -> None:
    template = stage.approved()
    stage.webhook("message_template_components_update", message_template_element="Dear {{1}}, it is ready.")
    edited = form(body="Dear #{contact.first_name}, it is ready.")
    assert stage.one(TemplateEdited).edited_by is None
    assert stage.facts(TemplateApproved)[-1].form == edited
    assert stage.template(template).form == edited
    stage.later(minutes=1)
    stage.webhook("message_template_components_update", message_template_element="{{1}}, {{2}} and {{3}} are here.")
    assert "#{parameter.body_3}" in stage.facts(TemplateApproved)[-1].form.body


def test_what_meta_says_of_our_own_words_changes_nothing(stage: Stage) -> None:
    stage.approved()
    facts = stage.webhook(
        "message_template_components_update", message_template_element="Hello {{1}}, your order is ready."
    )
    assert kinds(facts) == []


def test_a_deleted_template_stays_deleted_and_its_name_is_free(stage: Stage) -> None:
    template = stage.approved()
    stage.deletes(template)
    assert stage.state(template) == "deleting"
    stage.later(seconds=1)
    assert stage.seen() == [] or stage.state(template) == "deleting"
    stage.later(seconds=1)
    stage.taken(template, status=None, meta_template_id=None)
    assert stage.state(template) == "deleted"
    assert stage.status("APPROVED") == []
    again = stage.drafts()
    stage.status("DELETED")
    assert (stage.state(template), stage.state(again)) == ("deleted", "pending")


def test_a_deletion_says_which_submission_meta_had_taken(stage: Stage) -> None:
    """The gateway may not know yet; what it answers about that submission then is no answer to the deletion."""
    template = stage.drafts()
    submitted = stage.one(TemplateSubmitted).request_id
    stage.status("APPROVED")
    stage.deletes(template)
    assert stage.one(TemplateDeletionRequested).settles == submitted
    place: Any = {**stage._request(template), "request_id": submitted}
    answer: Any = {"meta_template_id": META_ID, "evidence": "deletion", "asked_at": stage.now, "taken_at": stage.now}
    stage.hears(TemplateRequestTaken(**place, **answer))
    assert stage.state(template) == "deleting"


def test_a_deletion_that_meta_refuses_makes_it_sendable_again(stage: Stage) -> None:
    template = stage.approved()
    stage.deletes(template)
    assert counted_out(stage.refused(template, "refused_by_meta", meta_code=1)) == [
        "TemplateDeletionFailed",
        "TemplateApproved",
    ]
    assert stage.state(template) == "approved"


def test_deleting_what_meta_has_not_ends_it(stage: Stage) -> None:
    template = stage.approved()
    stage.deletes(template)
    stage.refused(template, "not_found", meta_code=100)
    assert stage.state(template) == "deleted"


# Any order -------------------------------------------------------------------------------------------------------

SAID = ["PENDING", "APPROVED", "REJECTED", "PAUSED", "APPROVED", "DISABLED", "ARCHIVED", "UNARCHIVED"]


def told_in(order: Iterable[tuple[str, int, Any]]) -> Any:
    """What a template is after these webhooks, each (field, second, value), in this order."""
    stage = Stage()
    template = stage.drafts()
    stage.taken(template)
    stage.later(hours=2)
    for field, second, value in order:
        stage.webhook(field, BEGAN + timedelta(seconds=second), **value)
    known = stage.template(template)
    shown = [known.state, known.live if known.state == "approved" else None, known.category]
    assert heard(stage) == shown or heard(stage)[0] == known.state == "deleted", "what is true was not told"
    said = (known.said.status, known.said.category, known.said.quality, known.said.content)
    words = [word and (word.word, word.at, word.reason) for word in said]
    return known.state, known.reason, known.category, known.quality, known.live, words


def heard(stage: Stage) -> list[Any]:
    """State, form and category as somebody knows them who only hears what is published."""
    known: list[Any] = ["pending", None, "UTILITY"]
    states: dict[Any, str] = {
        TemplateReviewStarted: "pending",
        TemplateApproved: "approved",
        TemplateRejected: "rejected",
        TemplatePaused: "paused",
        TemplateDisabled: "disabled",
        TemplateArchived: "archived",
        TemplateDeleted: "deleted",
    }
    for fact in stage.facts():
        if type(fact) in states:
            known[:2] = [states[type(fact)], fact.form if isinstance(fact, TemplateApproved) else None]
        known[2] = getattr(fact, "category", known[2])
    return known


STATUS, CATEGORY = "message_template_status_update", "template_category_update"
QUALITY, COMPONENTS = "message_template_quality_update", "message_template_components_update"
SECONDS = st.integers(0, 6)
REASONS = st.sampled_from([None, "SCAM", "INVALID_FORMAT"])
STATUSES: st.SearchStrategy[Any] = st.tuples(
    st.just(STATUS), SECONDS, st.builds(dict, event=st.sampled_from([*SAID, "DELETED", "FLAGGED"]), reason=REASONS)
)
CATEGORIES: st.SearchStrategy[Any] = st.tuples(
    st.just(CATEGORY), SECONDS, st.builds(dict, new_category=st.sampled_from(["UTILITY", "MARKETING"]))
)
QUALITIES: st.SearchStrategy[Any] = st.tuples(
    st.just(QUALITY), SECONDS, st.builds(dict, new_quality_score=st.sampled_from(["GREEN", "RED"]))
)
TEXTS = st.sampled_from(["Hello {{1}}, your order is ready.", "Dear {{1}}, hello.", "No name here."])
CONTENTS: st.SearchStrategy[Any] = st.tuples(
    st.just(COMPONENTS), SECONDS, st.builds(dict, message_template_element=TEXTS)
)
WEBHOOKS = st.lists(st.one_of(STATUSES, CATEGORIES, QUALITIES, CONTENTS), min_size=2, max_size=6)


@settings(max_examples=120, deadline=None)
@given(WEBHOOKS, st.randoms(use_true_random=False))
def test_invariant_23_any_order_and_any_repetition_of_webhooks_ends_the_same(webhooks: Any, random: Any) -> None:
    mixed = [*webhooks, *random.sample(webhooks, k=len(webhooks) // 2)]
    random.shuffle(mixed)
    assert told_in(mixed) == told_in(webhooks)


def test_invariant_23_every_order_of_one_life() -> None:
    life = [
        (STATUS, 1, {"event": "APPROVED"}),
        (STATUS, 3, {"event": "PAUSED", "other_info": {"title": "FIRST_PAUSE"}}),
        (STATUS, 4, {"event": "APPROVED", "other_info": {"title": "UNPAUSE"}}),
        (CATEGORY, 2, {"previous_category": "UTILITY", "new_category": "MARKETING"}),
        (QUALITY, 2, {"new_quality_score": "YELLOW"}),
    ]
    ends = {told_in(order)[:4] for order in permutations(life)}
    assert ends == {("approved", "UNPAUSE", "MARKETING", "YELLOW")}


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (("APPROVED", "PENDING"), "approved"),
        (("APPROVED", "REJECTED"), "rejected"),
        (("APPROVED", "PAUSED"), "paused"),
        (("PAUSED", "DISABLED"), "disabled"),
        (("DELETED", "APPROVED"), "deleted"),
    ],
)
def test_invariant_23_of_one_second_the_later_step_and_the_stricter_word_count(
    words: tuple[str, str], state: str
) -> None:
    for order in (words, words[::-1]):
        assert told_in([(STATUS, 5, {"event": word}) for word in order])[0] == state


@pytest.mark.parametrize("second", [-1, 0, 999_999_999_999_999, 4_000_000_000])
def test_a_time_that_cannot_be_is_the_time_of_receipt(stage: Stage, second: int) -> None:
    template = stage.drafts()
    stage.taken(template)
    stage.later(minutes=1)
    update: Any = {"message_template_id": int(META_ID), "event": "APPROVED"}
    stage.webhook(STATUS, BEGAN.fromtimestamp(0, tz=BEGAN.tzinfo) if second <= 0 else None, **update)
    word = stage.template(template).said.status
    assert word is not None
    assert word.at == stage.now
    stage.status("PAUSED")
    assert stage.state(template) == "paused"


@pytest.mark.parametrize("value", [{"message_template_id": None, "message_template_name": None}, {"event": 7}])
def test_a_webhook_about_no_template_is_set_aside_and_one_of_no_sense_changes_nothing(
    stage: Stage, value: dict[str, Any]
) -> None:
    stage.approved()
    if "event" in value:
        assert stage.webhook(STATUS, **value) == []
    else:
        with pytest.raises(Unreadable):
            stage.webhook(STATUS, **value)


def test_nothing_is_submitted_twice_by_a_repeated_command(stage: Stage) -> None:
    stage.drafts()
    assert len(stage.facts(TemplateSubmitted)) == 1
