"""Rule 13: people merge contacts and take it back; history splits back by original alias; a round trip restores."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import pytest
from crm.domain.contact import Contact
from crm.domain.refusals import ContactIsSuperseded, NotMerged, SameContact, UnknownContact, ViewOnly
from hypothesis import example, given
from hypothesis import strategies as st
from recado_events.crm import (
    ContactCreated,
    ContactLinked,
    ContactMergedInto,
    ContactRestored,
    ContactsMerged,
    ContactSuperseded,
    ContactUnmerged,
    PipelineRecordOpened,
    PipelineRecordRelated,
)
from recado_events.ids import ContactId, CustomerId, UserId

from tests.crm.stage import ADMINISTRATOR, OTHER_NUMBER, Stage, number, user_alias

PHONE, OTHER_PHONE, BSUID = number("5511987654321"), number("16505551234"), user_alias("BR.1")


def two(stage: Stage) -> tuple[CustomerId, CustomerId, ContactId, ContactId]:
    """Two people as they seem: their customers, their contacts."""
    customers = stage.identified(PHONE, name="Ana"), stage.identified(OTHER_PHONE, name="Ana Prado")
    kept, left = stage.contacts()
    return *customers, kept, left


def test_rule_13_a_merged_contact_is_met_as_the_one_that_stays(stage: Stage) -> None:
    first, second, kept, left = two(stage)
    stage.merges(kept, left)
    merged, into = stage.one(ContactsMerged), stage.one(ContactMergedInto)
    assert (merged.contact_id, merged.merged_id, merged.merged_by) == (kept, left, ADMINISTRATOR.user_id)
    assert (into.contact_id, into.survivor_id) == (left, kept)
    assert stage.contact_of(first) == stage.contact_of(second) == kept
    assert stage.contact_of(stage.identified(OTHER_PHONE, at=OTHER_NUMBER), OTHER_NUMBER) == kept
    assert [fact.contact_id for fact in stage.facts(ContactLinked) if fact.customer_id == second] == [left, kept]


def test_rule_13_conversations_customers_and_aliases_go_back_where_they_came_from(stage: Stage) -> None:
    first, second, kept, left = two(stage)
    before = stage.opened(second)
    stage.merges(kept, left)
    of_first, of_second = stage.opened(first), stage.opened(second)
    stage.assigned(second, of_second, UserId(uuid4()))
    elsewhere = stage.identified(OTHER_PHONE, at=OTHER_NUMBER)
    of_elsewhere = stage.opened(elsewhere, OTHER_NUMBER)
    stage.also_known_as(second, BSUID)
    stage.unmerges(left)
    assert stage.contact(kept).talks.keys() == {of_first}
    assert stage.contact(left).talks.keys() == {before, of_second, of_elsewhere}
    assert BSUID in stage.contact(left).aliases
    assert stage.contact(kept).aliases == (PHONE,)
    assert {link.customer_id for link in stage.contact(left).links} == {second, elsewhere}
    assert [stage.contact_of(each) for each in (first, second)] == [kept, left]
    assert stage.contact_of(stage.identified(BSUID, at=OTHER_NUMBER), OTHER_NUMBER) == left
    stage.closed(second, of_second)
    assert stage.contact(left).talks[of_second].state == "closed"
    assert len(stage.facts(ContactCreated)) == 2


def test_rule_13_what_was_taken_over_is_given_back_unless_somebody_changed_it(stage: Stage) -> None:
    _, _, kept, left = two(stage)
    stage.edits(left, city="Recife", job_title="Baker", company="Aurora")
    stage.gives(left, stage.user())
    stage.merges(kept, left)
    assert stage.one(ContactsMerged).fields == ("city", "job_title", "company")
    assert stage.contact(kept).values["city"] == "Recife"
    assert stage.contact(kept).owner_id == stage.contact(left).owner_id
    assert stage.contact(kept).company_id == stage.contact(left).company_id
    stage.edits(kept, city="Olinda")
    stage.unmerges(left)
    values = stage.contact(kept).values
    assert (values["city"], values["job_title"], values["company"]) == ("Olinda", None, None)
    assert (stage.contact(kept).owner_id, stage.contact(kept).company_id) == (None, None)
    assert stage.contact(left).values["city"] == "Recife"


def test_rule_13_each_of_them_keeps_its_own_name_whatever_whatsapp_calls_them_meanwhile(stage: Stage) -> None:
    first, second, kept, left = two(stage)
    stage.merges(kept, left)
    stage.renamed(second, "Bia")
    assert stage.contact(kept).values["name"] == "Ana"
    stage.renamed(first, "Ana P.")
    stage.unmerges(left)
    assert [stage.contact(each).values["name"] for each in (kept, left)] == ["Ana P.", "Bia"]


def test_rule_13_of_several_merged_into_one_any_goes_back_in_any_order(stage: Stage) -> None:
    first, second, kept, left = two(stage)
    third = stage.identified(BSUID, name="Bia")
    *_, last = stage.contacts()
    stage.merges(left, last)
    stage.merges(kept, left)
    stage.unmerges(last)
    assert [stage.contact_of(each) for each in (first, second, third)] == [kept, kept, last]
    stage.unmerges(left)
    assert [stage.contact_of(each) for each in (first, second, third)] == [kept, left, last]
    assert stage.contact(left).aliases == (OTHER_PHONE,)
    stage.merges(left, last)
    stage.merges(kept, left)
    stage.unmerges(left)
    assert [stage.contact_of(each) for each in (first, second, third)] == [kept, left, left]


def test_rule_13_nothing_of_one_stays_with_whoever_the_one_it_was_merged_into_was_merged_into(stage: Stage) -> None:
    first, _, last, middle = two(stage)
    third = stage.identified(number("12195555358"), name="Bia")
    *_, left = stage.contacts()
    stage.edits(left, city="Recife", company="Aurora", job_title="Baker")
    stage.edits(last, job_title="Cook")
    stage.gives(left, stage.user())
    stage.merges(middle, left)
    talk = stage.opened(third)
    stage.also_known_as(third, BSUID)
    stage.merges(last, middle)
    assert stage.contact(last).values["city"] == "Recife"
    stage.unmerges(left)
    assert [set(stage.contact(each).talks) for each in (last, middle, left)] == [set(), set(), {talk}]
    for each, job in ((last, "Cook"), (middle, None)):
        found = stage.contact(each)
        assert (found.values["city"], found.values["company"], found.values.get("job_title")) == (None, None, job)
        assert (found.company_id, found.owner_id) == (None, None)
    stage.closed(third, talk)
    assert stage.contact(left).talks[talk].state == "closed"
    again = stage.identified(number("12195555358"), BSUID, at=OTHER_NUMBER)
    assert stage.contact_of(again, OTHER_NUMBER) == left
    assert stage.facts(ContactSuperseded) == []
    assert stage.contact_of(first) == last


def test_rule_13_rule_33_a_record_that_a_rule_opened_meanwhile_goes_back_with_its_conversation(stage: Stage) -> None:
    _, (asked, _) = stage.pipeline("Asked", "Won")
    stage.rules(stage_id=asked)
    first, second, kept, left = two(stage)
    stage.edits(kept, company="Aurora")
    stage.edits(left, company="Boreal")
    stage.merges(kept, left)
    talks = {customer: stage.opened(customer) for customer in (first, second)}
    stage.unmerges(left)
    related = stage.one(PipelineRecordRelated)
    of_talk = {fact.conversation_id: fact.pipeline_record_id for fact in stage.facts(PipelineRecordOpened)}
    assert related.pipeline_record_id == of_talk[talks[second]]
    assert (related.contact_id, related.company_id) == (left, stage.contact(left).company_id)
    assert related.related_by == ADMINISTRATOR.user_id


def test_rule_13_an_alias_learned_while_it_was_met_as_one_goes_back_from_whomever_that_one_is_met_as() -> None:
    stage = Stage()
    first, _, kept, left = two(stage)
    third = stage.identified(user_alias("US.9"))
    *_, last = stage.contacts()
    stage.merges(left, kept)
    stage.also_known_as(first, BSUID)
    stage.merges(last, left)
    stage.unmerges(kept)
    assert BSUID in stage.contact(kept).aliases
    assert stage.contact_of(stage.identified(BSUID, at=OTHER_NUMBER), OTHER_NUMBER) == kept
    assert stage.contact_of(third) == last


def test_rule_13_what_cannot_be_merged_or_taken_back_is_refused(stage: Stage) -> None:
    first, second, kept, left = two(stage)
    with pytest.raises(SameContact):
        stage.merges(kept, kept)
    with pytest.raises(UnknownContact):
        stage.merges(kept, ContactId(uuid4()))
    with pytest.raises(NotMerged):
        stage.unmerges(left)
    stage.merged(first, second)
    with pytest.raises(ContactIsSuperseded):
        stage.merges(kept, left)
    with pytest.raises(NotMerged):
        stage.unmerges(left)


def test_rule_15_whoever_merges_and_takes_back_may_change_both(stage: Stage) -> None:
    _, _, kept, left = two(stage)
    with pytest.raises(ViewOnly):
        stage.merges(kept, left, stage.member("view_only"))
    member = stage.member("view_reply", "own")
    stage.gives(kept, member.user_id)
    with pytest.raises(UnknownContact):
        stage.merges(kept, left, member)
    stage.merges(kept, left)
    with pytest.raises(UnknownContact):
        stage.unmerges(left, member)


MERGED = [number("5521987654321"), number("5491123456789"), user_alias("BR.2")]
KEPT = [number("16505550000"), user_alias("US.3"), number("5215512345678")]
CHANGES = st.lists(
    st.tuples(st.sampled_from(["city", "job_title", "name", "company"]), st.sampled_from(["x", "y", None])), max_size=4
)


@given(
    st.lists(st.sampled_from(KEPT), min_size=1, unique=True),
    st.lists(st.sampled_from(MERGED), min_size=1, unique=True),
    CHANGES,
    CHANGES,
    st.lists(st.booleans(), max_size=3),
)
def test_rule_13_a_round_trip_restores_both_contacts(
    kept_as: list[Any], merged_as: list[Any], kept_edits: list[Any], merged_edits: list[Any], talks: list[bool]
) -> None:
    """Whatever they were, and wherever conversations of either begin meanwhile."""
    stage = Stage()
    customers = stage.identified(*kept_as, name="Ana"), stage.identified(*merged_as, name=None, username="bia")
    kept, left = stage.contacts()
    for contact, edits in ((kept, kept_edits), (left, merged_edits)):
        for field, value in edits:
            stage.edits(contact, **{field: value})
    before = [plain(stage.contact(each)) for each in (kept, left)]
    stage.merges(kept, left)
    begun = [(of_merged, stage.opened(customers[of_merged])) for of_merged in talks]
    assert stage.contact(left).talks == {}
    stage.unmerges(left)
    stage.one(ContactUnmerged)
    stage.one(ContactRestored)
    after = [stage.contact(each) for each in (kept, left)]
    for place, found in enumerate(after):
        assert found.talks.keys() == {talk for of_merged, talk in begun if of_merged == bool(place)}
    assert [plain(each) for each in after] == before


def plain(contact: Contact) -> Any:
    """All that it is but its conversations; an empty field is as one that never was."""
    values = {name: value for name, value in contact.values.items() if value is not None}
    return (
        values, contact.owner_id, contact.named_by_person, set(contact.aliases), set(contact.links), contact.notes,
        contact.company_id, contact.superseded_by, contact.merged, contact.homes, contact.taken == MappingProxyType({}),
        contact.usernames,
    )  # fmt: skip


ACTS = st.one_of(
    st.tuples(st.just("merge"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.sampled_from(["unmerge", "talk", "learn"]), st.integers(0, 2), st.just(0)),
)
GIVEN: list[dict[str, Any]] = [{"city": "x"}, {"company": "Aurora"}, {"city": "x", "company": "Aurora"}, {}]


CHAIN = [("merge", 1, 0), ("talk", 0, 0), ("learn", 0, 0), ("merge", 2, 1), ("unmerge", 0, 0)]


@given(st.lists(st.sampled_from(GIVEN), min_size=3, max_size=3), st.lists(ACTS, max_size=14))
@example([GIVEN[2], {}, {}], CHAIN)
def test_rule_13_whatever_is_merged_begun_learned_and_taken_back_each_of_three_ends_as_they_were(
    given_values: list[dict[str, Any]], acts: list[tuple[str, int, int]]
) -> None:
    """With all that their own customer began and learned meanwhile, and met by nobody else's alias."""
    stage = Stage()
    phones = [number(f"1650555000{each}") for each in range(3)]
    customers = [stage.identified(phone, name="Ana") for phone in phones]
    contacts = stage.contacts()
    for contact, values in zip(contacts, given_values, strict=True):
        stage.edits(contact, **values)
    before = [plain(stage.contact(each)) for each in contacts]
    talks: list[set[Any]] = [set(), set(), set()]
    learned: list[list[Any]] = [[], [], []]
    for act, one, other in acts:
        if act == "talk":
            talks[one].add(stage.opened(customers[one]))
        elif act == "learn":
            learned[one].append(user_alias(f"US.{one}{len(learned[one])}"))
            stage.also_known_as(customers[one], learned[one][-1])
        elif act == "merge":
            tried(stage.merges, *[survivor(stage, contacts[each]) for each in (one, other)])
        elif act == "unmerge":
            tried(stage.unmerges, contacts[one])
    for each in contacts:
        tried(stage.unmerges, each)
    for contact, was, begun, more, phone in zip(contacts, before, talks, learned, phones, strict=True):
        found = stage.contact(contact)
        assert found.talks.keys() == begun
        assert set(found.aliases) == {phone, *more}
        assert plain(replace(found, aliases=(phone,))) == was
        assert stage.contact_of(stage.identified(*more, phone, at=OTHER_NUMBER), OTHER_NUMBER) == contact
    assert stage.facts(ContactSuperseded) == []


def tried(act: Callable[..., Any], *what: Any) -> None:
    with suppress(SameContact, NotMerged):
        act(*what)


def survivor(stage: Stage, contact_id: ContactId) -> ContactId:
    while (by := stage.contact(contact_id).superseded_by) is not None:
        contact_id = by
    return contact_id
