"""Rules 10 to 12: aliases, changes of identity, a known contact keeps its owner."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from conversations.commands import ChangeIdentity
from conversations.domain.private import IdentityChangeForetold
from hypothesis import example, given
from hypothesis import strategies as st
from recado_events.conversations import (
    ConversationAssigned,
    ConversationClosed,
    ConversationOpened,
    CustomerAliasesAdded,
    CustomerIdentified,
    CustomerRenamed,
    CustomersMerged,
    MessageReceived,
    RotaTurnTaken,
)
from recado_events.identity import Alias, Recipient
from recado_events.ids import PhoneNumberId

from tests.conversations.stage import NUMBER, ORGANISATION, OTHER_NUMBER, Stage, number, user_alias


def changes(
    stage: Stage,
    old: tuple[Alias, ...],
    new: tuple[Alias, ...],
    reason: str = "user_changed_number",
    occurred_at: datetime | None = None,
) -> list[Any]:
    command = ChangeIdentity(
        organisation_id=ORGANISATION,
        phone_number_id=NUMBER,
        old=old,
        new=new,
        reason=reason,
        occurred_at=occurred_at or stage.now,
        now=stage.now,
    )
    return stage.do(stage.arriving.change_identity, command)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("5511987654321", "551187654321"),
        ("551187654321", "5511987654321"),
        ("5491123456789", "541123456789"),
        ("525512345678", "5215512345678"),
    ],
)
def test_pain_10_rule_10_number_variants_of_brazil_argentina_and_mexico_are_one_customer(
    stage: Stage, first: str, second: str
) -> None:
    stage.writes(number(first))
    stage.writes(number(second))
    customer = stage.customer(stage.one(CustomerIdentified).customer_id)
    recipient = customer.recipient()
    assert len(stage.facts(ConversationOpened)) == 1
    assert recipient is not None
    assert recipient.wa_id == second, "what Meta gave last is what is sent to, never rewritten"


@pytest.mark.parametrize(
    ("plain", "with_a_nine"), [("551132654321", "5511932654321"), ("558001234567", "5580901234567")]
)
def test_pain_10_rule_10_landlines_and_toll_free_numbers_have_no_variant(
    stage: Stage, plain: str, with_a_nine: str
) -> None:
    stage.writes(number(plain))
    stage.writes(number(with_a_nine))
    assert len(stage.facts(CustomerIdentified)) == 2


def test_rule_10_a_customer_without_a_phone_is_a_customer(stage: Stage) -> None:
    stage.writes(user_alias("BR.13491208655302741918"))
    customer = stage.customer(stage.one(CustomerIdentified).customer_id)
    recipient = customer.recipient()
    assert recipient is not None
    assert (recipient.wa_id, recipient.user_id) == (None, "BR.13491208655302741918")
    assert stage.replies(stage.one(ConversationOpened).conversation_id)


def test_a_customer_first_seen_by_user_id_and_later_by_phone_is_one(stage: Stage) -> None:
    stage.writes(user_alias("BR.1"))
    stage.writes(user_alias("BR.1"), number("5511987654321"))
    stage.writes(number("5511987654321"))
    assert len(stage.facts(CustomerIdentified)) == 1
    assert len(stage.facts(ConversationOpened)) == 1


def test_two_customers_found_to_be_one_keep_the_older_open_conversation(stage: Stage) -> None:
    stage.writes(user_alias("BR.1"))
    stage.later(minutes=1)
    stage.writes(number("5511987654321"))
    older, newer = stage.facts(ConversationOpened)
    stage.later(minutes=1)
    stage.writes(number("5511987654321"), user_alias("BR.1"))
    merged = stage.one(CustomersMerged)
    assert (merged.customer_id, merged.merged_id) == (older.customer_id, newer.customer_id)
    closed = stage.one(ConversationClosed)
    assert (closed.conversation_id, closed.reason) == (newer.conversation_id, "merged")
    assert stage.facts(MessageReceived)[-1].conversation_id == older.conversation_id
    stage.writes(number("5511987654321"))
    assert stage.facts(MessageReceived)[-1].conversation_id == older.conversation_id


def test_rule_11_a_changed_number_makes_no_new_customer_and_the_old_one_still_resolves(stage: Stage) -> None:
    stage.writes(number("16505551234"))
    facts = changes(stage, (number("16505551234"),), (number("12195555358"),), "user_changed_number")
    assert [type(fact) for fact in facts] == [CustomerAliasesAdded]
    stage.writes(number("12195555358"))
    stage.writes(number("16505551234"))
    assert len(stage.facts(CustomerIdentified)) == 1
    assert len(stage.facts(ConversationOpened)) == 1


def test_rule_11_a_changed_user_id_rotates_the_alias(stage: Stage) -> None:
    stage.writes(user_alias("BR.1"))
    changes(stage, (user_alias("BR.1"),), (user_alias("BR.2"),), "user_changed_user_id")
    stage.writes(user_alias("BR.2"))
    assert len(stage.facts(CustomerIdentified)) == 1


def test_rule_11_an_identity_change_of_somebody_never_seen_creates_nobody(stage: Stage) -> None:
    facts = changes(stage, (number("16505551234"),), (number("12195555358"),), "user_changed_number")
    assert [type(fact) for fact in facts] == [IdentityChangeForetold]
    assert stage.facts(CustomerIdentified) == []


OLD, NEW = number("16505551234"), number("12195555358")


@pytest.mark.parametrize(("first", "then"), [(OLD, NEW), (NEW, OLD)])
def test_rule_11_who_comes_under_either_alias_after_a_change_of_somebody_never_seen_is_one(
    stage: Stage, first: Alias, then: Alias
) -> None:
    changed = stage.now
    changes(stage, (OLD,), (NEW,))
    stage.later(minutes=1)
    for who in (first, then):
        stage.writes(who, at=changed - timedelta(minutes=1) if who == OLD else stage.now)
    met = stage.one(CustomerIdentified)
    assert len(stage.facts(ConversationOpened)) == 1
    recipient = stage.customer(met.customer_id).recipient()
    assert recipient is not None
    assert recipient.wa_id == NEW.value, "what was sent before the change does not undo it"


def test_rule_11_a_message_sent_before_a_change_and_delivered_after_it_leaves_the_new_number(stage: Stage) -> None:
    stage.writes(OLD)
    stage.later(minutes=5)
    changes(stage, (OLD,), (NEW,))
    stage.writes(OLD, at=stage.now - timedelta(minutes=1))
    customer = stage.customer(stage.one(CustomerIdentified).customer_id)
    assert customer.recipient() == Recipient(wa_id=NEW.value)


def test_rule_11_of_two_changes_the_later_one_says_what_they_go_by_in_whatever_order_they_come(stage: Stage) -> None:
    third, began = number("16505550199"), stage.now
    later = began + timedelta(minutes=1)
    stage.writes(user_alias("BR.1"), OLD)
    stage.later(minutes=5)
    changes(stage, (NEW,), (third,), occurred_at=later)
    changes(stage, (OLD,), (NEW,), occurred_at=began)
    changes(stage, (NEW,), (third,), occurred_at=later)
    customers = [stage.customer(fact.customer_id) for fact in stage.facts(CustomerIdentified)]
    assert [each.recipient() for each in customers] == [Recipient(wa_id=third.value)]


def test_rule_11_changes_that_share_an_alias_are_of_one_person_also_before_anybody_came(stage: Stage) -> None:
    third = number("16505550199")
    changes(stage, (OLD, user_alias("BR.1")), (NEW,))
    changes(stage, (number("16505550100"),), (third,))
    changes(stage, (third,), (user_alias("BR.1"),))
    assert stage.facts(CustomerIdentified) == []
    stage.wishes(False, number("16505550100"))
    for who in (OLD, NEW, third, user_alias("BR.1")):
        stage.writes(who)
    assert len(stage.facts(CustomerIdentified)) == len(stage.facts(ConversationOpened)) == 1


def test_a_name_that_the_customer_changes_is_followed(stage: Stage) -> None:
    stage.writes(name="Sofia")
    stage.writes(name="Sofia R.")
    stage.writes(name=None)
    renamed = stage.one(CustomerRenamed)
    assert renamed.personal is not None
    assert renamed.personal.profile_name == "Sofia R."


def test_rule_12_a_known_contact_goes_to_its_owner_and_the_pointer_stays(stage: Stage) -> None:
    agents = stage.agents(3)
    stage.rota(agents)
    stage.writes()
    talk = stage.one(ConversationOpened)
    stage.owns(agents[2])
    stage.closes(talk.conversation_id)
    stage.writes()
    assigned = stage.facts(ConversationAssigned)[-1]
    assert (assigned.user_id, assigned.how) == (agents[2], "contact_owner")
    assert len(stage.facts(RotaTurnTaken)) == 1


def test_rule_12_an_owner_who_is_no_longer_eligible_leaves_it_to_the_rota(stage: Stage) -> None:
    agents = stage.agents(3)
    stage.rota(agents)
    stage.writes()
    stage.owns(agents[2])
    stage.register(agents[2], active=False)
    stage.closes(stage.one(ConversationOpened).conversation_id)
    stage.writes()
    assert stage.facts(ConversationAssigned)[-1].how == "rota"


def test_rule_12_a_known_contacts_first_message_to_another_number_goes_to_its_owner(stage: Stage) -> None:
    agents = stage.agents(3)
    stage.rota(agents, at=OTHER_NUMBER)
    stage.writes(number("5511987654321"), user_alias("BR.1"))
    stage.owns(agents[2])
    stage.writes(number("551187654321"), number=OTHER_NUMBER)
    assigned = stage.one(ConversationAssigned)
    assert (assigned.phone_number_id, assigned.user_id, assigned.how) == (OTHER_NUMBER, agents[2], "contact_owner")
    third = PhoneNumberId("106540352242944")
    stage.writes(number("5511987654321"), number=third)
    assert stage.facts(ConversationAssigned)[-1].user_id == agents[2], "the one who wrote last is known by it too"
    stage.rota(agents, at=third)
    stage.writes(number("16505551234"), number=third)
    assert stage.facts(ConversationAssigned)[-1].how == "rota"


def test_rule_12_the_owner_of_a_survivor_is_found_from_another_number(stage: Stage) -> None:
    agents = stage.agents(1)
    stage.writes(user_alias("BR.1"))
    stage.later(minutes=1)
    stage.writes(number("5511987654321"))
    stage.writes(number("5511987654321"), user_alias("BR.1"))
    stage.owns(agents[0], stage.one(CustomersMerged).customer_id)
    stage.writes(number("5511987654321"), number=OTHER_NUMBER)
    assert stage.one(ConversationAssigned).how == "contact_owner"


CHANGES = st.lists(
    st.tuples(st.sampled_from([OLD, NEW, user_alias("BR.1"), user_alias("BR.2")]), st.booleans()), max_size=6
)


@given(CHANGES, st.integers(0, 6))
@example([(OLD, True)], 0)
@example([(OLD, False), (OLD, True)], 1)
def test_rule_11_a_change_told_before_between_or_after_messages_under_either_alias_leaves_one_customer(
    messages: list[tuple[Alias, bool]], place: int
) -> None:
    """`messages`: under which alias, and whether sent before the change; it comes as the `place`-th."""
    stage = Stage()
    changed = stage.now
    stage.later(minutes=5)
    told: list[tuple[Alias, bool] | None] = [*messages]
    told.insert(place, None)
    for each in told:
        if each is None:
            changes(stage, (OLD, user_alias("BR.1")), (NEW, user_alias("BR.2")), occurred_at=changed)
        else:
            stage.writes(each[0], at=changed + timedelta(minutes=-1 if each[1] else 1))
        stage.later(seconds=1)
    met = {fact.customer_id for fact in stage.facts(CustomerIdentified)}
    alone = [each for each in met if stage.customer(each).merged_into is None]
    assert len(alone) == bool(messages)
    for customer in map(stage.customer, alone):
        assert set(customer.aliases) == {OLD, NEW, user_alias("BR.1"), user_alias("BR.2")}
        assert len([talk for talk in customer.conversations.values() if talk.state == "open"]) == 1


SIGHTINGS = (
    (number("5511987654321"),),
    (number("551187654321"),),
    (user_alias("BR.1"),),
    (user_alias("BR.1"), number("5511987654321")),
)


@given(st.permutations(SIGHTINGS))
def test_any_order_of_sightings_converges_to_one_customer_with_one_open_conversation(
    order: list[tuple[Alias, ...]],
) -> None:
    stage = Stage()
    for aliases in order:
        stage.writes(*aliases)
        stage.later(seconds=1)
    stage.writes(number("5511987654321"))
    known = [stage.customer(fact.customer_id) for fact in stage.facts(CustomerIdentified)]
    remaining = [customer for customer in known if customer.merged_into is None]
    assert len(remaining) == 1
    assert [customer for customer in known if customer.live_id is not None] == remaining
    assert {alias.value for alias in remaining[0].aliases} >= {"5511987654321", "BR.1"}


@example([(1, True), (0, False)])
@example([(1, True), (1, False)])
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=5))
def test_rule_38_the_newest_wish_counts_in_whatever_order_they_are_told(wishes: list[tuple[int, bool]]) -> None:
    """Also where the first that is told is no stop; of two at the same time the one for none."""
    stage, who = Stage(), user_alias("BR.1")
    began = stage.now
    for place, wanted in wishes:
        stage.now = began + timedelta(minutes=place)
        stage.wishes(wanted, who)
    newest = max((place, not wanted) for place, wanted in wishes)
    assert stage.customer(stage.one(CustomerIdentified).customer_id).marketing_stopped is newest[1]
