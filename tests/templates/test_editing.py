"""What administrators may do with a template in each of its states."""

from __future__ import annotations

from uuid import uuid4

import pytest
from recado_events.ids import TemplateId
from recado_events.meta_templates import MetaContent
from recado_events.templates import TemplateDeleted, TemplateDeletionRequested, TemplateFound
from templates.commands import DeleteTemplate, SubmitTemplate
from templates.domain.notation import content_of
from templates.domain.refusals import (
    EditedTooOften,
    NotEditable,
    NothingToSubmit,
    TemplateInvalid,
    TemplateUnsupported,
    UnderReview,
    UnknownTemplate,
)

from tests.templates.stage import META_ID, Stage, form, rules

OTHER = form(body="Hi #{contact.first_name}, come by.")


def test_a_draft_is_changed_as_often_as_one_likes_and_then_sent(stage: Stage) -> None:
    template = stage.drafts(send=False)
    for _ in range(12):
        stage.edits(template, OTHER, send=False)
        stage.edits(template, form(), send=False)
    stage.submits(template)
    assert stage.submissions()[-1].form == form()


def test_under_review_nothing_is_changed(stage: Stage) -> None:
    template = stage.drafts()
    with pytest.raises(UnderReview):
        stage.submits(template)
    with pytest.raises(UnderReview):
        stage.deletes(template)
    stage.taken(template)
    with pytest.raises(UnderReview):
        stage.edits(template, OTHER)


@pytest.mark.parametrize("word", ["DISABLED", "ARCHIVED"])
def test_only_approved_rejected_and_paused_ones_are_edited(stage: Stage, word: str) -> None:
    template = stage.approved()
    stage.status(word)
    with pytest.raises(NotEditable):
        stage.edits(template, OTHER)


def test_an_approved_template_is_edited_once_a_day(stage: Stage) -> None:
    template = stage.approved()
    stage.edits(template, OTHER)
    stage.taken(template, meta_template_id=None)
    stage.later(minutes=1)
    stage.status("APPROVED")
    stage.later(hours=23)
    with pytest.raises(EditedTooOften):
        stage.edits(template, form())
    stage.edits(template, form(), send=False)
    stage.later(hours=1)
    stage.submits(template)


def test_an_approved_template_is_edited_ten_times_in_30_days(stage: Stage) -> None:
    template = stage.approved()
    for number in range(10):
        stage.edits(template, form(body=f"Number {number}."))
        stage.taken(template, meta_template_id=None)
        stage.later(minutes=1)
        stage.status("APPROVED")
        stage.later(days=1)
    with pytest.raises(EditedTooOften):
        stage.edits(template, OTHER)
    stage.later(days=20)
    stage.edits(template, OTHER)


def test_an_edit_that_meta_refused_counts_for_nothing(stage: Stage) -> None:
    template = stage.approved()
    stage.edits(template, OTHER)
    stage.refused(template, "invalid")
    assert stage.edits(template, form(body="Other words."))


def test_of_what_meta_has_name_and_language_stay_and_of_an_approved_one_the_category(stage: Stage) -> None:
    template = stage.approved()
    changed = form(name="other", language="pt_BR", category="MARKETING", body="Other words.")
    with pytest.raises(TemplateInvalid) as refused:
        stage.edits(template, changed)
    assert rules(refused.value) == ["name_fixed", "category_fixed"]


def test_metas_own_category_may_stand_in_an_edit(stage: Stage) -> None:
    template = stage.approved()
    stage.webhook("template_category_update", new_category="MARKETING")
    assert stage.edits(template, form(category="MARKETING", body="Other words."))


def test_what_meta_has_already_is_not_sent_again(stage: Stage) -> None:
    template = stage.approved()
    with pytest.raises(NothingToSubmit):
        stage.submits(template)


def test_a_template_with_parts_that_cannot_be_filled_here_is_not_edited_here(stage: Stage) -> None:
    template = stage.approved()
    live = stage.template(template).live
    assert live is not None
    stage.later(minutes=1)
    stage.seen(content_of(live).model_copy(update={"unsupported": ("header_image",)}))
    assert stage.template(template).live == live.model_copy(update={"unsupported": ("header_image",)})
    with pytest.raises(NotEditable):
        stage.edits(template, OTHER)


def test_a_duplicate_is_a_draft_of_the_same_words(stage: Stage) -> None:
    template = stage.approved()
    copy = stage.duplicates(template, "order_ready_2")
    assert (stage.state(copy), stage.template(copy).form) == ("draft", form(name="order_ready_2"))
    assert stage.state(stage.duplicates(template, "order_ready", "pt_BR")) == "draft"
    with pytest.raises(TemplateInvalid) as refused:
        stage.duplicates(template, "order_ready")
    assert rules(refused.value) == ["name_taken"]


NAMES = MetaContent(
    body="Hello {{first_name}}, order {{order}} is ready, {{first_name}}.", footer="Bye", parameter_format="named"
)


@pytest.fixture
def named(stage: Stage) -> TemplateId:
    stage.seen(NAMES, name="made_elsewhere")
    return stage.one(TemplateFound).template_id


def test_a_duplicate_of_one_whose_places_have_names_keeps_them(stage: Stage, named: TemplateId) -> None:
    copy = stage.duplicates(named, "copied")
    told = stage.template(copy).form
    assert told is not None
    assert (told.parameter_format, content_of(told)) == ("named", NAMES)
    stage.submits(copy)
    assert stage.submissions()[-1].form == told


def test_an_edit_of_one_whose_places_have_names_is_sent_with_names(stage: Stage, named: TemplateId) -> None:
    texts = {"body": "Hi #{parameter.body_first_name}, order #{parameter.body_order} of #{company.name} came."}
    stage.edits(named, form(name="made_elsewhere", **texts))
    (sent,) = stage.submissions()
    assert sent.form.parameter_format == "named"
    assert content_of(sent.form).body == "Hi {{first_name}}, order {{order}} of {{company_name}} came."


def test_a_draft_that_became_a_change_of_one_with_names_is_sent_with_names(stage: Stage) -> None:
    draft = stage.drafts(form(name="made_elsewhere"), send=False)
    stage.seen(NAMES, name="made_elsewhere")
    stage.submits(draft)
    (sent,) = stage.submissions()
    assert content_of(sent.form).body == "Hello {{contact_first_name}}, your order is ready."


def test_one_with_parts_that_cannot_be_written_here_is_not_duplicated(stage: Stage) -> None:
    stage.seen(MetaContent(body="Look!", unsupported=("header_image",)), name="picture")
    with pytest.raises(TemplateUnsupported) as refused:
        stage.duplicates(stage.one(TemplateFound).template_id, "copied")
    assert refused.value.details == {"parts": ["header_image"]}


def test_places_of_templates_made_elsewhere_stand_in_no_others(stage: Stage, named: TemplateId) -> None:
    foreign = {"body": "Order #{parameter.body_order} is ready."}
    own = stage.drafts(form(name="own"), send=False)
    for use in (lambda: stage.drafts(form(**foreign)), lambda: stage.edits(own, form(name="own", **foreign))):
        with pytest.raises(TemplateInvalid) as refused:
            use()
        assert rules(refused.value) == ["unknown_field"]
    assert stage.edits(named, form(name="made_elsewhere", **foreign))


def test_a_draft_is_deleted_at_once_and_what_meta_has_only_when_meta_has_done_it(stage: Stage) -> None:
    draft = stage.drafts(form(name="draft"), send=False)
    stage.deletes(draft)
    assert stage.state(draft) == "deleted"
    template = stage.approved()
    stage.deletes(template)
    asked = stage.one(TemplateDeletionRequested)
    assert (asked.meta_template_id, asked.name) == (META_ID, "order_ready")
    with pytest.raises(NotEditable):
        stage.edits(template, OTHER)
    stage.taken(template, status=None, meta_template_id=None)
    assert stage.facts(TemplateDeleted)[-1].deleted_by is not None


def test_templates_of_others_do_not_exist(stage: Stage) -> None:
    template = stage.drafts()
    foreign = {**stage.on(template), "organisation_id": uuid4(), "request_id": uuid4()}
    for use_case, command in (
        (stage.writing.submit, SubmitTemplate(**foreign)),
        (stage.writing.delete, DeleteTemplate(**foreign)),
    ):
        with pytest.raises(UnknownTemplate):
            stage.do(use_case, command)
