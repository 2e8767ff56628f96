"""Pipelines, rules and custom fields: defined by administrators alone, retired and never lost; values are checked."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from crm.commands import (
    ChangeContactField,
    ChangePipeline,
    DefineContactField,
    MovePipelineRecord,
    Person,
    RetireContactField,
    RetirePipeline,
    SetRecordRules,
)
from crm.domain.pipelines import PIPELINES, STAGES
from crm.domain.record import VALUES
from crm.domain.refusals import (
    BadChoices,
    BadFieldValue,
    FieldExists,
    NoPermission,
    StageInRule,
    TooMany,
    TooMuch,
    UnknownField,
    UnknownFieldValue,
    UnknownPipeline,
    UnknownStage,
    UnknownStageOfPipeline,
)
from recado_events.catalogue import LARGEST_EVENT
from recado_events.crm import Choice, ContactFieldsEdited, PipelineDefined, RecordRulesSet
from recado_events.crm import Stage as StageForm
from recado_events.ids import ContactId, PipelineId, StageId

from tests.crm.stage import ADMINISTRATOR, NUMBER, Stage

FITTING: list[tuple[str, Any]] = [
    ("text", "x"), ("text", "São Tomé\n"), ("number", "0"), ("number", "-12.50"), ("number", "999999999999999999.9"),
    ("date", "2024-02-29"), ("choice", "large"), ("boolean", True), ("boolean", False),
]  # fmt: skip
UNFIT: list[tuple[str, Any]] = [
    ("text", ""), ("text", "x" * 1_001), ("text", True), ("number", "1e3"), ("number", "1_000"), ("number", "٣"),
    ("number", "01"), ("number", "1."), ("number", "NaN"), ("number", "-0"), ("number", "1,5"), ("number", True),
    ("number", "9" * 19), ("number", "0.0000000001"), ("date", "2023-02-29"), ("date", "20230228"), ("date", "today"),
    ("choice", "huge"), ("choice", "Large"), ("boolean", "true"), ("boolean", "1"),
]  # fmt: skip


@pytest.fixture
def contact(stage: Stage) -> ContactId:
    stage.identified(name="Sofia")
    return stage.contacts()[0]


def define(stage: Stage, value_type: str, field: str = "custom_x", by: Person = ADMINISTRATOR) -> list[Any]:
    choices = (Choice(choice="large", label="Large"),) if value_type == "choice" else ()
    command = DefineContactField(**stage.by(by), field=field, label="X", value_type=value_type, choices=choices)
    return stage.do(stage.setting_up.define_field, command)


@pytest.mark.parametrize(("value_type", "value"), FITTING)
def test_a_custom_value_that_fits_its_field_is_kept(
    stage: Stage, contact: ContactId, value_type: str, value: Any
) -> None:
    define(stage, value_type)
    stage.edits(contact, custom_x=value)
    assert stage.contact(contact).values["custom_x"] == value
    stage.edits(contact, custom_x=None)
    assert stage.contact(contact).values["custom_x"] is None


@pytest.mark.parametrize(("value_type", "value"), UNFIT)
def test_bad_input_35_36_a_custom_value_that_does_not_fit_is_refused_and_its_field_named(
    stage: Stage, contact: ContactId, value_type: str, value: Any
) -> None:
    define(stage, value_type)
    with pytest.raises(BadFieldValue) as refusal:
        stage.edits(contact, city="Recife", custom_x=value)
    assert refusal.value.details["field"] == "custom_x"
    assert stage.facts(ContactFieldsEdited) == []


def test_a_field_that_nobody_defined_or_that_is_retired_takes_no_value(stage: Stage, contact: ContactId) -> None:
    with pytest.raises(UnknownFieldValue):
        stage.edits(contact, custom_x="1")
    define(stage, "text")
    stage.edits(contact, custom_x="kept")
    stage.do(stage.setting_up.retire_field, RetireContactField(**stage.by(ADMINISTRATOR), field="custom_x"))
    with pytest.raises(UnknownFieldValue):
        stage.edits(contact, custom_x="2")
    assert stage.contact(contact).values["custom_x"] == "kept"


def test_a_fields_type_and_the_choices_that_contacts_may_hold_stay(stage: Stage) -> None:
    define(stage, "choice")
    with pytest.raises(FieldExists):
        define(stage, "text")
    with pytest.raises(BadChoices):
        change(stage, "custom_x", ())
    more = (Choice(choice="large", label="Big"), Choice(choice="small", label="Small"))
    assert change(stage, "custom_x", more)
    with pytest.raises(UnknownField):
        change(stage, "custom_y", ())


def change(stage: Stage, field: str, choices: tuple[Choice, ...]) -> list[Any]:
    command = ChangeContactField(**stage.by(ADMINISTRATOR), field=field, label="X", choices=choices)
    return stage.do(stage.setting_up.change_field, command)


def test_choices_belong_to_the_type_choice_and_each_key_is_there_once(stage: Stage) -> None:
    large = Choice(choice="large", label="Large")
    for value_type, choices in (("choice", ()), ("text", (large,)), ("choice", (large, large))):
        command = DefineContactField(
            **stage.by(ADMINISTRATOR), field="custom_z", label="Z", value_type=value_type, choices=choices
        )
        with pytest.raises(BadChoices):
            stage.do(stage.setting_up.define_field, command)


@pytest.mark.parametrize("role", ["member", "former administrator"])
def test_rule_15_only_administrators_set_up(stage: Stage, role: str) -> None:
    who = stage.member() if role == "member" else Person(stage.user(active=False), "administrator")
    with pytest.raises(NoPermission):
        define(stage, "text", by=who)
    with pytest.raises(NoPermission):
        stage.pipeline("Asked", by=who)
    rules = SetRecordRules(**stage.by(who), phone_number_id=NUMBER, company=False, stage_id=None)
    with pytest.raises(NoPermission):
        stage.do(stage.setting_up.set_record_rules, rules)


def test_a_stage_left_out_is_retired_and_its_records_stay_there(stage: Stage) -> None:
    pipeline, (asked, won) = stage.pipeline("Asked", "Won")
    record = stage.opens(asked)
    new = StageForm(stage_id=StageId(uuid4()), name="Offered", outcome="open")
    kept = StageForm(stage_id=won, name="Sold", outcome="won")
    reshape(stage, pipeline, (new, kept), new.stage_id)
    assert [(s.name, s.retired) for s in stage.facts(PipelineDefined)[-1].stages] == [
        ("Offered", False),
        ("Sold", False),
        ("Asked", True),
    ]
    with pytest.raises(UnknownStage):
        stage.opens(asked)
    assert stage.do(stage.selling.move_record, MovePipelineRecord(**stage.record(record), stage_id=new.stage_id))


def reshape(stage: Stage, pipeline: PipelineId, stages: tuple[StageForm, ...], *new: StageId) -> list[Any]:
    command = ChangePipeline(
        **stage.by(ADMINISTRATOR), pipeline_id=pipeline, name="Sales", stages=stages, new=frozenset(new)
    )
    return stage.do(stage.setting_up.change_pipeline, command)


def test_a_pipeline_takes_no_stage_of_another_one_and_is_changed_only_where_it_is(stage: Stage) -> None:
    pipeline, _ = stage.pipeline("Asked")
    _, (other,) = stage.pipeline("Elsewhere")
    with pytest.raises(UnknownStageOfPipeline):
        reshape(stage, pipeline, (StageForm(stage_id=other, name="Mine", outcome="open"),))
    with pytest.raises(UnknownPipeline):
        reshape(stage, PipelineId(uuid4()), ())


def test_what_a_rule_names_cannot_be_retired(stage: Stage) -> None:
    pipeline, (asked, won) = stage.pipeline("Asked", "Won")
    stage.rules(stage_id=asked)
    assert stage.one(RecordRulesSet).pipeline_id == pipeline
    retire = RetirePipeline(**stage.by(ADMINISTRATOR), pipeline_id=pipeline)
    with pytest.raises(StageInRule) as refusal:
        stage.do(stage.setting_up.retire_pipeline, retire)
    assert refusal.value.details == {"phone_number_ids": [NUMBER]}
    with pytest.raises(StageInRule):
        reshape(stage, pipeline, (StageForm(stage_id=won, name="Won", outcome="won"),))
    stage.rules(stage_id=None)
    assert stage.do(stage.setting_up.retire_pipeline, retire)
    with pytest.raises(UnknownStage):
        stage.rules(stage_id=asked)


def test_there_are_at_most_fifty_pipelines(stage: Stage) -> None:
    for _ in range(PIPELINES):
        stage.pipeline("Asked")
    with pytest.raises(TooMany):
        stage.pipeline("One more")


def test_a_pipeline_that_is_always_defined_anew_is_refused_long_before_it_is_too_large_to_be_told(stage: Stage) -> None:
    pipeline, _ = stage.pipeline("Asked")
    with pytest.raises(TooMany) as refusal:
        define_anew(stage, pipeline, 45)
    assert refusal.value.details == {"limit": STAGES}
    assert len(stage.facts(PipelineDefined)[-1].stages) > STAGES - 50
    assert max(len(row.state) for row in stage.store.read(0, 1_000)) < LARGEST_EVENT // 2


def define_anew(stage: Stage, pipeline: PipelineId, times: int) -> None:
    for _ in range(times):
        new = [StageForm(stage_id=StageId(stage.ids.new()), name="\x01" * 100, outcome="open") for _ in range(50)]
        reshape(stage, pipeline, tuple(new), *[each.stage_id for each in new])


def test_all_fields_of_a_contact_together_are_small_enough_to_be_told_before_and_after(
    stage: Stage, contact: ContactId
) -> None:
    names = [f"custom_x{number}" for number in range(100)]
    for name in names:
        define(stage, "text", name)
    with pytest.raises(TooMuch):
        stage.edits(contact, ADMINISTRATOR, **dict.fromkeys(names, "\x01" * 1_000))
    stage.edits(contact, ADMINISTRATOR, **dict.fromkeys(names, "ã" * 1_000))
    stage.edits(contact, ADMINISTRATOR, **dict.fromkeys(names, "é" * 1_000))
    stage.edits(contact, ADMINISTRATOR, **dict.fromkeys(names[1:], "x"))
    edited = stage.facts(ContactFieldsEdited)[1]
    assert VALUES < len(edited.model_dump_json().encode()) < LARGEST_EVENT
