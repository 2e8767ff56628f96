"""S8, S20, S26, rules 33 and 34: pipeline records by people, from messages and by the channel's rule."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from crm.commands import (
    AddPipelineRecordNote,
    Amount,
    ChangePipelineRecordOwner,
    EditPipelineRecord,
    MovePipelineRecord,
    RelatePipelineRecord,
    SetAmount,
)
from crm.domain.money import LARGEST
from crm.domain.refusals import (
    AmountTooLarge,
    UnknownCurrency,
    UnknownPipelineRecord,
    UnknownRelation,
    UnknownStage,
    UnknownUser,
    ViewOnly,
)
from recado_events.crm import (
    PipelineRecordAmountSet,
    PipelineRecordFieldsEdited,
    PipelineRecordMoved,
    PipelineRecordNoteAdded,
    PipelineRecordOpened,
    PipelineRecordOwnerChanged,
    PipelineRecordRelated,
)
from recado_events.currencies import exponent
from recado_events.ids import CompanyId, ContactId, MessageId, NoteId, PipelineRecordId, StageId, UserId

from tests.crm.stage import ADMINISTRATOR, OTHER_NUMBER, Stage


def test_rule_33_a_pipeline_record_is_opened_only_by_the_channels_rule_once_a_conversation(stage: Stage) -> None:
    customer = stage.identified(name="Sofia")
    stage.opened(customer)
    assert stage.facts(PipelineRecordOpened) == []
    pipeline, (asked, _) = stage.pipeline("Asked", "Won")
    stage.rules(stage_id=asked)
    talk = stage.opened(customer)
    opened = stage.one(PipelineRecordOpened)
    assert (opened.origin, opened.pipeline_id, opened.stage_id) == ("rule", pipeline, asked)
    assert (opened.contact_id, opened.conversation_id) == (stage.contacts()[0], talk)
    assert opened.personal is not None
    assert opened.personal.name == "Sofia"
    stage.closed(customer, talk)
    stage.reopened(customer, talk)
    assert len(stage.facts(PipelineRecordOpened)) == 1
    stage.opened(customer)
    assert len(stage.facts(PipelineRecordOpened)) == 2


def test_rule_33_another_channels_conversations_follow_its_own_rule(stage: Stage) -> None:
    _, (asked, _) = stage.pipeline("Asked", "Won")
    stage.rules(stage_id=asked)
    stage.opened(stage.identified(at=OTHER_NUMBER), OTHER_NUMBER)
    assert stage.facts(PipelineRecordOpened) == []


def test_rule_33_a_chat_that_an_agent_begins_opens_no_pipeline_record(stage: Stage) -> None:
    _, (asked, _) = stage.pipeline("Asked", "Won")
    stage.rules(stage_id=asked)
    stage.opened(stage.identified(), initiated_by="business")
    assert stage.facts(PipelineRecordOpened) == []


def test_rule_33_a_record_opened_by_rule_gets_the_conversations_first_owner_and_keeps_it(stage: Stage) -> None:
    _, (asked, _) = stage.pipeline("Asked", "Won")
    stage.rules(stage_id=asked)
    customer, ana, bruno = stage.identified(), UserId(uuid4()), UserId(uuid4())
    talk = stage.opened(customer)
    assert stage.one(PipelineRecordOpened).owner_id is None
    stage.assigned(customer, talk, ana)
    stage.assigned(customer, talk, bruno)
    changed = stage.one(PipelineRecordOwnerChanged)
    assert (changed.owner_id, changed.why, changed.changed_by) == (ana, "assigned", None)


def test_rule_12_rule_33_a_record_opened_by_rule_is_not_for_the_contacts_owner_but_for_who_got_the_conversation(
    stage: Stage,
) -> None:
    _, (asked, _) = stage.pipeline("Asked", "Won")
    customer, ana, bruno = stage.identified(), stage.user(), stage.user()
    stage.assigned(customer, stage.opened(customer), ana)
    stage.rules(stage_id=asked)
    stage.user(ana, active=False)
    stage.assigned(customer, stage.opened(customer), bruno)
    assert stage.contact(stage.contacts()[0]).owner_id == ana
    assert stage.one(PipelineRecordOpened).owner_id is None
    assert stage.one(PipelineRecordOwnerChanged).owner_id == bruno


def test_rule_34_a_pipeline_record_made_from_a_message_keeps_its_id(stage: Stage) -> None:
    _, (asked, _) = stage.pipeline("Asked", "Won")
    message = MessageId(uuid4())
    stage.opens(asked, message_id=message, amount=Amount(129_900, "BRL"))
    opened = stage.one(PipelineRecordOpened)
    assert (opened.message_id, opened.opened_by, opened.owner_id) == (message, *[ADMINISTRATOR.user_id] * 2)
    assert (opened.amount, opened.currency) == (129_900, "BRL")


def test_every_move_tells_from_which_stage_to_which_and_by_whom(stage: Stage) -> None:
    _, (asked, won) = stage.pipeline("Asked", "Won")
    other, (elsewhere,) = stage.pipeline("Elsewhere")
    record = stage.opens(asked)
    for at in (won, won, elsewhere):
        stage.do(stage.selling.move_record, MovePipelineRecord(**stage.record(record), stage_id=at))
    first, second = stage.facts(PipelineRecordMoved)
    assert (first.previous_stage_id, first.stage_id, first.outcome) == (asked, won, "won")
    assert (second.previous_stage_id, second.stage_id, second.pipeline_id) == (won, elsewhere, other)
    assert first.moved_by == ADMINISTRATOR.user_id
    with pytest.raises(UnknownStage):
        stage.do(stage.selling.move_record, MovePipelineRecord(**stage.record(record), stage_id=StageId(uuid4())))


def test_an_amount_is_an_integer_of_minor_units_with_its_currency_and_may_be_taken_away(stage: Stage) -> None:
    _, (asked, _) = stage.pipeline("Asked", "Won")
    record = stage.opens(asked, amount=Amount(5_000, "JPY"))
    for amount in (Amount(0, "KWD"), Amount(LARGEST, "BRL"), None):
        stage.do(stage.selling.set_amount, SetAmount(**stage.record(record), amount=amount))
    told = [
        (f.previous_amount, f.previous_currency, f.amount, f.currency) for f in stage.facts(PipelineRecordAmountSet)
    ]
    assert told == [
        (5_000, "JPY", 0, "KWD"),
        (0, "KWD", LARGEST, "BRL"),
        (LARGEST, "BRL", None, None),
    ]
    assert [exponent(each) for each in ("JPY", "BRL", "KWD", "CLF", "XXX", "brl")] == [0, 2, 3, 4, None, None]


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [(Amount(1, "ABC"), UnknownCurrency), (Amount(1, "brl"), UnknownCurrency), (Amount(2**53, "BRL"), AmountTooLarge)],
)
def test_bad_input_80_an_amount_in_no_currency_or_beyond_what_json_holds_is_refused(
    stage: Stage, amount: Amount, refusal: type[Exception]
) -> None:
    _, (asked, _) = stage.pipeline("Asked", "Won")
    with pytest.raises(refusal):
        stage.opens(asked, amount=amount)
    record = stage.opens(asked)
    with pytest.raises(refusal):
        stage.do(stage.selling.set_amount, SetAmount(**stage.record(record), amount=amount))


def test_what_a_record_concerns_must_be_there_for_who_asks(stage: Stage) -> None:
    _, (asked, _) = stage.pipeline("Asked", "Won")
    stage.identified()
    (contact,), company = stage.contacts(), stage.named("Aurora")
    for nothing in ({"contact_id": ContactId(uuid4())}, {"company_id": CompanyId(uuid4())}):
        with pytest.raises(UnknownRelation):
            stage.opens(asked, **nothing)
    record = stage.opens(asked, contact_id=contact)
    related = RelatePipelineRecord(**stage.record(record), contact_id=None, company_id=company)
    stage.do(stage.selling.relate_record, related)
    told = stage.one(PipelineRecordRelated)
    assert (told.contact_id, told.company_id) == (None, company)
    with pytest.raises(UnknownRelation):
        stage.opens(asked, stage.member("view_reply", "own"), company_id=company)


def test_fields_owner_and_notes_of_a_record_tell_by_whom(stage: Stage) -> None:
    _, (asked, _) = stage.pipeline("Asked", "Won")
    record, ana = stage.opens(asked), stage.user()
    on = stage.record(record)
    stage.do(stage.selling.edit_record, EditPipelineRecord(**on, values={"name": "Red", "closes_on": "2026-12-24"}))
    stage.do(stage.selling.change_owner, ChangePipelineRecordOwner(**on, owner_id=ana))
    note = AddPipelineRecordNote(**on, note_id=NoteId(uuid4()), text="bell", message_id=MessageId(uuid4()))
    stage.do(stage.selling.add_note, note)
    assert stage.one(PipelineRecordFieldsEdited).fields == ("name", "closes_on")
    assert stage.one(PipelineRecordOwnerChanged).changed_by == ADMINISTRATOR.user_id
    assert stage.one(PipelineRecordNoteAdded).message_id == note.message_id
    with pytest.raises(UnknownUser):
        stage.do(stage.selling.change_owner, ChangePipelineRecordOwner(**on, owner_id=UserId(uuid4())))


CHANGES: dict[str, Any] = {
    "move": lambda stage, on, to: stage.do(stage.selling.move_record, MovePipelineRecord(**on, stage_id=to)),
    "amount": lambda stage, on, _: stage.do(stage.selling.set_amount, SetAmount(**on, amount=Amount(1, "BRL"))),
    "edit": lambda stage, on, _: stage.do(stage.selling.edit_record, EditPipelineRecord(**on, values={"name": "x"})),
    "note": lambda stage, on, _: stage.do(
        stage.selling.add_note, AddPipelineRecordNote(**on, note_id=NoteId(uuid4()), text="x")
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_rule_15_records_are_changed_by_whoever_may(stage: Stage, change: str) -> None:
    _, (asked, won) = stage.pipeline("Asked", "Won")
    record = stage.opens(asked)
    with pytest.raises(ViewOnly):
        CHANGES[change](stage, stage.record(record, stage.member("view_only")), won)
    member = stage.member("view_reply", "own")
    with pytest.raises(UnknownPipelineRecord):
        CHANGES[change](stage, stage.record(record, member), won)
    with pytest.raises(UnknownPipelineRecord):
        CHANGES[change](stage, stage.record(PipelineRecordId(uuid4())), won)
    assert CHANGES[change](stage, stage.record(stage.opens(asked, member), member), won)
