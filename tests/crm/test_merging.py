"""Rule 13: people merge contacts and take it back; history splits back by original alias; a round trip restores."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any
from uuid import uuid4

import pytest
from crm.domain.contact import Contact
from crm.domain.refusals import ContactIsSuperseded, NotMerged, SameContact, UnknownContact, ViewOnly
from hypothesis import given
from hypothesis import strategies as st
from recado_events.crm import (
    ContactCreated,
    ContactLinked,
    ContactMergedInto,
    ContactRestored,
    ContactsMerged,
    ContactUnmerged,
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
    customers = stage.identified(*kept_as, name="Ana"), stage.identified(*merged_as, name=None)
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
    )  # fmt: skip
