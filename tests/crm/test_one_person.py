"""Rules 10 to 13, invariant 24: customers found to be one person are one contact, reachable by all their aliases."""

from __future__ import annotations

from uuid import uuid4

import pytest
from crm.domain.private import PRIVATE
from crm.domain.refusals import ContactIsSuperseded, NumberKnown, UnknownContact
from hypothesis import given
from hypothesis import strategies as st
from recado_chassis.mapper import Mapper
from recado_chassis.ports import SystemClock
from recado_chassis.streams import Streams
from recado_events import conversations as told
from recado_events.crm import (
    PUBLISHED,
    ContactConversationAssigned,
    ContactConversationClosed,
    ContactCreated,
    ContactLinked,
    ContactOwnerChanged,
    ContactSuperseded,
)
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import CustomerId, MessageId, PhoneNumberId, UserId

from tests.crm.stage import NUMBER, OTHER_NUMBER, Stage, number, user_alias

PHONE, BSUID = number("5511987654321"), user_alias("BR.1")


def test_merged_customers_are_the_survivors_contact_and_all_aliases_find_it(stage: Stage) -> None:
    survivor, merged = stage.identified(BSUID), stage.identified(PHONE)
    kept, left = stage.contacts()
    stage.merged(survivor, merged)
    superseded = stage.one(ContactSuperseded)
    assert (superseded.contact_id, superseded.survivor_id) == (left, kept)
    assert {link.customer_id for link in stage.contact(kept).links} == {survivor, merged}
    assert stage.contact(kept).aliases == (BSUID, PHONE)
    assert stage.contact_of(survivor) == stage.contact_of(merged) == kept
    for alias in (BSUID, PHONE, number("551187654321")):
        assert stage.contact_of(stage.identified(alias, at=OTHER_NUMBER), OTHER_NUMBER) == kept
    assert len(stage.contacts()) == 2


def test_the_aliases_that_the_survivor_is_told_after_a_merge_change_nothing_more(stage: Stage) -> None:
    survivor, merged = stage.identified(BSUID), stage.identified(PHONE)
    stage.merged(survivor, merged)
    assert stage.also_known_as(survivor, PHONE) == []


@pytest.mark.parametrize("side", ["survivor", "merged"])
def test_a_merge_is_understood_from_either_side(stage: Stage, side: str) -> None:
    survivor, merged = stage.identified(BSUID), stage.identified(PHONE)
    kept, _ = stage.contacts()
    if side == "survivor":
        stage.hears(told.CustomersMerged(**stage.place(survivor), merged_id=merged, merged_at=stage.now))
    else:
        stage.hears(told.CustomerMergedInto(**stage.place(merged), survivor_id=survivor, merged_at=stage.now))
    assert stage.contact_of(survivor) == stage.contact_of(merged) == kept


def test_a_merge_within_one_contact_changes_nothing(stage: Stage) -> None:
    survivor, merged = stage.identified(PHONE), stage.identified(PHONE)
    assert stage.merged(survivor, merged) == []


@pytest.mark.parametrize("known", ["nobody", "survivor", "merged"])
def test_a_merge_of_customers_never_met_makes_one_contact_of_both(stage: Stage, known: str) -> None:
    survivor, merged = CustomerId(uuid4()), CustomerId(uuid4())
    if known == "survivor":
        survivor = stage.identified(PHONE)
    if known == "merged":
        merged = stage.identified(PHONE)
    stage.merged(survivor, merged)
    (contact,) = stage.contacts()
    assert {link.customer_id for link in stage.contact(contact).links} == {survivor, merged}


def test_the_conversation_that_a_merge_closes_is_closed_where_it_began(stage: Stage) -> None:
    survivor, merged = stage.identified(BSUID), stage.identified(PHONE)
    _, left = stage.contacts()
    talk = stage.opened(merged)
    stage.merged(survivor, merged)
    stage.closed(merged, talk, reason="merged")
    closed = stage.one(ContactConversationClosed)
    assert (closed.contact_id, closed.conversation_id, closed.reason) == (left, talk, "merged")


def test_later_facts_of_a_merged_customer_have_their_effect(stage: Stage) -> None:
    survivor, merged = stage.identified(BSUID), stage.identified(PHONE)
    kept, left = stage.contacts()
    old = stage.opened(merged)
    stage.merged(survivor, merged)
    agent = UserId(uuid4())
    stage.assigned(merged, old, agent)
    stage.also_known_as(merged, number("16505551234"))
    assert stage.one(ContactConversationAssigned).contact_id == left
    assert number("16505551234") in stage.contact(kept).aliases
    stage.assigned(merged, stage.opened(merged), agent)
    assert stage.contact(kept).owner_id == agent


def test_what_people_wrote_stays_where_they_wrote_it_and_nothing_is_lost(stage: Stage) -> None:
    survivor, merged = stage.identified(BSUID), stage.identified(PHONE)
    _, left = stage.contacts()
    stage.edits(left, company="ACME")
    stage.notes(left, "prefers mornings", MessageId(uuid4()))
    stage.merged(survivor, merged)
    stage.notes(left, "still here")
    assert stage.contact(left).values["company"] == "ACME"
    assert len(stage.contact(left).notes) == 2


def test_rule_12_the_survivor_keeps_its_owner_and_conversations_hears_it_for_every_customer(stage: Stage) -> None:
    survivor, merged = stage.identified(BSUID), stage.identified(PHONE)
    elsewhere = stage.identified(PHONE, at=OTHER_NUMBER)
    ana, bruno = UserId(uuid4()), UserId(uuid4())
    stage.assigned(survivor, stage.opened(survivor), ana)
    stage.assigned(merged, stage.opened(merged), bruno)
    facts = stage.merged(survivor, merged)
    linked = [(fact.customer_id, fact.owner_id) for fact in facts if isinstance(fact, ContactLinked)]
    assert linked == [(merged, ana), (elsewhere, ana)]


@pytest.mark.parametrize("change", ["fields", "owner"])
def test_a_superseded_contact_is_changed_no_more_and_names_who_took_its_place(stage: Stage, change: str) -> None:
    survivor, merged = stage.identified(BSUID), stage.identified(PHONE)
    stage.merged(survivor, merged)
    kept, left = stage.contacts()
    ana = stage.user()
    with pytest.raises(ContactIsSuperseded) as refusal:
        stage.edits(left, city="Recife") if change == "fields" else stage.gives(left, ana)
    assert refusal.value.details == {"superseded_by": str(kept)}
    assert len(stage.edits(kept, city="Recife")) == len(stage.gives(kept, ana)) == 1


def test_a_superseded_contact_tells_who_took_its_place_only_to_who_may_see_it(stage: Stage) -> None:
    survivor, merged = stage.identified(BSUID), stage.identified(PHONE)
    stage.merged(survivor, merged)
    _, left = stage.contacts()
    member = stage.member("view_reply", "own")
    with pytest.raises(UnknownContact):
        stage.edits(left, member, company="ACME")


def test_rule_12_a_survivor_without_owner_takes_the_others(stage: Stage) -> None:
    survivor, merged = stage.identified(BSUID), stage.identified(PHONE)
    bruno = UserId(uuid4())
    stage.assigned(merged, stage.opened(merged), bruno)
    stage.merged(survivor, merged)
    kept, _ = stage.contacts()
    changed = stage.facts(ContactOwnerChanged)[-1]
    assert (changed.contact_id, changed.owner_id) == (kept, bruno)
    assert [link.customer_id for link in changed.links] == [survivor]
    assert stage.facts(ContactLinked)[-1].owner_id == bruno


@pytest.mark.parametrize("how", ["identity", "people"])
def test_s5_rule_12_the_first_assignee_owns_whom_the_conversations_contact_is_met_as(stage: Stage, how: str) -> None:
    survivor, merged = stage.identified(BSUID), stage.identified(PHONE)
    kept, left = stage.contacts()
    talk = stage.opened(merged)
    if how == "identity":
        stage.merged(survivor, merged)
    else:
        stage.merges(kept, left)
    bruno = UserId(uuid4())
    stage.assigned(merged, talk, bruno)
    changed = stage.one(ContactOwnerChanged)
    assert (changed.contact_id, changed.owner_id, len(changed.links)) == (kept, bruno, 2)
    assert stage.contact(left).owner_id is None


def test_two_contacts_that_one_sighting_names_are_one_the_oldest(stage: Stage) -> None:
    stage.identified(PHONE, at=NUMBER)
    stage.identified(BSUID, at=OTHER_NUMBER)
    oldest, _ = stage.contacts()
    customer = stage.identified(BSUID, PHONE, at=OTHER_NUMBER)
    assert stage.one(ContactSuperseded).survivor_id == oldest
    assert stage.contact_of(customer, OTHER_NUMBER) == oldest


def test_an_alias_that_joins_two_contacts_leaves_the_customer_at_their_own(stage: Stage) -> None:
    stage.identified(PHONE, at=OTHER_NUMBER)
    customer = stage.identified(BSUID)
    _, own = stage.contacts()
    stage.also_known_as(customer, PHONE)
    assert stage.one(ContactSuperseded).survivor_id == own
    assert stage.contact_of(stage.identified(PHONE, at=OTHER_NUMBER), OTHER_NUMBER) == own


def test_a_typed_number_is_known_by_itself_also_where_a_spelling_of_it_is_somebody_elses(stage: Stage) -> None:
    stage.identified(number("551187654321"))
    typed = stage.creates("5511987654321")
    for phone in ("5511987654321", "551187654321"):
        with pytest.raises(NumberKnown):
            stage.creates(phone)
    wrote, _ = stage.contacts()
    assert [stage.contact_of(stage.identified(number(wa_id), at=OTHER_NUMBER), OTHER_NUMBER) for wa_id in
            ("551187654321", "5511987654321")] == [wrote, typed]  # fmt: skip


def test_a_customer_who_turns_out_to_have_a_typed_number_is_that_contact_too(stage: Stage) -> None:
    customer = stage.identified(number("551187654321"))
    typed = stage.creates("5511987654321")
    stage.also_known_as(customer, number("5511987654321"))
    superseded = stage.one(ContactSuperseded)
    assert (superseded.contact_id, superseded.survivor_id) == (typed, stage.contacts()[0])
    assert stage.contact(superseded.survivor_id).homes == {number("5511987654321"): typed}


def test_rule_13_an_un_merged_contact_is_known_by_its_number_again(stage: Stage) -> None:
    stage.identified(number("551187654321"))
    (wrote,), typed = stage.contacts(), stage.creates("5511987654321")
    stage.merges(wrote, typed)
    assert stage.contact_of(stage.identified(number("5511987654321"), at=OTHER_NUMBER), OTHER_NUMBER) == wrote
    stage.unmerges(typed)
    with pytest.raises(NumberKnown):
        stage.creates("5511987654321")
    assert stage.contact_of(stage.identified(number("5511987654321"), at=OTHER_NUMBER), OTHER_NUMBER) == typed


def test_a_survivor_may_be_superseded_in_its_turn(stage: Stage) -> None:
    first, second, third = (stage.identified(alias) for alias in (PHONE, BSUID, user_alias("BR.2")))
    stage.merged(second, first)
    stage.merged(third, second)
    _, _, last = stage.contacts()
    assert {stage.contact_of(customer) for customer in (first, second, third)} == {last}
    assert stage.contact(last).aliases == (user_alias("BR.2"), BSUID, PHONE)


def test_a_superseded_contact_whose_personal_data_was_erased_still_leads_to_the_survivor(stage: Stage) -> None:
    survivor, merged = stage.identified(BSUID), stage.identified(PHONE)
    kept, _ = stage.contacts()
    stage.merged(survivor, merged)
    stage.streams = Streams(stage.store, Erased((*PUBLISHED, *PRIVATE)), SystemClock(), stage.ids)
    assert stage.contact(kept).aliases == ()
    assert stage.contact_of(stage.identified(PHONE, at=OTHER_NUMBER), OTHER_NUMBER) == kept


class Erased(Mapper):
    """As if the keys of all personal data were destroyed."""

    def fact(self, name: str, state: bytes) -> Event:
        event = super().fact(name, state)
        return event.model_copy(update={"personal": None}) if hasattr(event, "personal") else event


SIGHTINGS: tuple[tuple[Alias, ...], ...] = (
    (number("5511987654321"),),
    (number("551187654321"),),
    (user_alias("BR.1"),),
    (user_alias("BR.1"), number("5511987654321")),
    (user_alias("BR.1"), user_alias("BR.2")),
)


@given(st.permutations(SIGHTINGS), st.lists(st.sampled_from([NUMBER, OTHER_NUMBER]), min_size=5, max_size=5))
def test_any_order_of_sightings_ends_in_one_contact_that_every_alias_finds(
    order: list[tuple[Alias, ...]], numbers: list[PhoneNumberId]
) -> None:
    stage = Stage()
    customers = [(stage.identified(*aliases, at=at), at) for aliases, at in zip(order, numbers, strict=True)]
    living = [contact for contact in stage.contacts() if stage.contact(contact).superseded_by is None]
    assert len(living) == 1
    assert set(stage.contact(living[0]).aliases) == {alias for aliases in SIGHTINGS for alias in aliases}
    assert {link.customer_id for link in stage.contact(living[0]).links} == {customer for customer, _ in customers}
    assert {stage.contact_of(customer, at) for customer, at in customers} == set(living)
    met = len(stage.facts(ContactCreated))
    for (alias,) in (sighting for sighting in SIGHTINGS if len(sighting) == 1):
        stage.identified(alias)
    assert len(stage.facts(ContactCreated)) == met


@given(st.lists(st.lists(st.integers(0, 7), min_size=1, max_size=3, unique=True), min_size=1, max_size=12))
def test_people_are_the_connected_aliases_no_more_and_no_less(sightings: list[list[int]]) -> None:
    stage = Stage()
    seen: list[set[int]] = []
    for aliases in sightings:
        stage.identified(*[user_alias(f"BR.{alias}") for alias in aliases])
        joined = [group for group in seen if group & set(aliases)]
        seen = [group for group in seen if group not in joined] + [set(aliases).union(*joined)]
    states = [stage.contact(contact) for contact in stage.contacts()]
    people = [{alias.value for alias in state.aliases} for state in states if state.superseded_by is None]
    assert sorted(map(sorted, people)) == sorted(sorted(f"BR.{alias}" for alias in group) for group in seen)
