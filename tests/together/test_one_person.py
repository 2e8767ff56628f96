"""Rules 10 and 11 in both services: however people are sighted, each is one customer a number and one contact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from conversations.commands import ChangeIdentity, Sighting
from hypothesis import given, settings
from hypothesis import strategies as st
from recado_events.conversations import ConversationOpened, CustomerIdentified
from recado_events.identity import Alias, spellings
from recado_events.ids import PhoneNumberId

from tests.conversations.stage import NUMBER, ORGANISATION, OTHER_NUMBER, number, user_alias
from tests.together.pair import Pair

Spelling = tuple[str, str]
PHONES = (
    ("5511987654321", "551187654321"),
    ("5491123456789", "541123456789"),
    ("5215512345678", "525512345678"),
)
"""Brazil, Argentina, Mexico: each in both spellings."""
NEW_PHONES = (("5521912345678", "552112345678"), ("5493512345678", "543512345678"), ("5213312345678", "523312345678"))


@dataclass(frozen=True)
class Seen:
    """What an update says of somebody; `changed_from`: it is about a change of their number or user id."""

    aliases: tuple[Alias, ...]
    at: PhoneNumberId = NUMBER
    username: str | None = None
    changed_from: tuple[Alias, ...] = ()


def parent(value: str) -> Alias:
    return Alias(kind="parent_user_id", value=value)


def aliases_of(person: int) -> tuple[Alias, ...]:
    """All that somebody may be known by: two numbers in both spellings, two user ids, their parent's."""
    phones = (*PHONES[person], *NEW_PHONES[person])
    return (*map(number, phones), user_alias(f"BR.{person}1"), user_alias(f"BR.{person}2"), parent(f"BR.ENT.{person}"))


@st.composite
def sightings(draw: st.DrawFn) -> Seen:
    """Of one of three people: by number only, by user id only, by several; they share a username now and then."""
    some = st.lists(st.sampled_from(aliases_of(draw(st.integers(0, 2)))), min_size=1, max_size=3, unique=True)
    changed = draw(st.sampled_from((False, False, True)))
    return Seen(
        tuple(draw(some)),
        draw(st.sampled_from((NUMBER, OTHER_NUMBER))),
        draw(st.sampled_from((None, "maria", "@maria"))),
        tuple(draw(some)) if changed else (),
    )


def happens(pair: Pair, seen: Seen) -> None:
    talks = pair.talks
    if seen.changed_from:
        about: Any = {"organisation_id": ORGANISATION, "phone_number_id": seen.at, "now": talks.now}
        reason = "user_changed_number"
        change = ChangeIdentity(**about, old=seen.changed_from, new=seen.aliases, reason=reason, occurred_at=talks.now)
        talks.do(talks.arriving.change_identity, change)
    else:
        sighting = Sighting(aliases=seen.aliases, profile_name="Maria", username=seen.username)
        talks.writes(*seen.aliases, number=seen.at, sighting=sighting)
    talks.later(seconds=1)
    pair.settle()


def people_by_number(order: Iterable[Seen]) -> dict[PhoneNumberId, list[set[Spelling]]]:
    """By the plain rule: who shares a spelling is one. Changes alone make nobody (rule 11)."""
    found: dict[PhoneNumberId, list[set[Spelling]]] = {}
    came: dict[PhoneNumberId, set[Spelling]] = {}
    for seen in order:
        told = set(spellings((*seen.changed_from, *seen.aliases)))
        found[seen.at] = joined([*found.get(seen.at, ()), told])
        came.setdefault(seen.at, set()).update(() if seen.changed_from else told)
    return {at: [group for group in groups if group & came[at]] for at, groups in found.items()}


def joined(groups: Iterable[set[Spelling]]) -> list[set[Spelling]]:
    found: list[set[Spelling]] = []
    for group in groups:
        shared = [each for each in found if each & group]
        found = [each for each in found if each not in shared] + [group.union(*shared)]
    return found


def plain(groups: Iterable[set[Spelling]]) -> list[list[Spelling]]:
    return sorted(sorted(group) for group in groups)


def is_right(pair: Pair, order: Sequence[Seen]) -> None:
    expected = people_by_number(order)
    met = pair.talks.facts(CustomerIdentified)
    customers = {fact.customer_id: pair.talks.customer(fact.customer_id) for fact in met}
    for at, groups in expected.items():
        living = [each for each in customers.values() if each.phone_number_id == at and each.merged_into is None]
        assert plain(set(spellings(each.aliases)) for each in living) == plain(groups)
    opened = {fact.customer_id for fact in pair.talks.facts(ConversationOpened)}
    for customer_id, customer in customers.items():
        open_now = [talk for talk in customer.conversations.values() if talk.state != "closed"]
        assert len(open_now) == (customer.merged_into is None and customer_id in opened)
    contacts = {each: pair.book.contact(each) for each in pair.book.contacts()}
    people = {each: state for each, state in contacts.items() if state.superseded_by is None}
    everywhere = joined(group for groups in expected.values() for group in groups)
    assert plain(set(spellings(state.aliases)) for state in people.values()) == plain(everywhere)
    linked = {link.customer_id: each for each, state in people.items() for link in state.links}
    assert linked.keys() == customers.keys()
    for customer_id, customer in customers.items():
        assert set(spellings(customer.aliases)) <= set(spellings(people[linked[customer_id]].aliases))


@settings(max_examples=60)
@given(st.lists(sightings(), min_size=1, max_size=10))
def test_rule_10_11_people_are_told_apart_by_what_they_share_in_both_services(order: list[Seen]) -> None:
    """By number, user id or both, under any spelling, at two business numbers, with changes of either on the way."""
    pair = Pair()
    for seen in order:
        happens(pair, seen)
    is_right(pair, order)


def of_one(person: int) -> list[Seen]:
    """Every way in which one person is seen; each shares something with another one."""
    (old, variant), (new, _) = PHONES[person], NEW_PHONES[person]
    first, second = user_alias(f"BR.{person}1"), user_alias(f"BR.{person}2")
    return [
        Seen((number(old),)),
        Seen((number(variant),)),
        Seen((first,)),
        Seen((number(old), first), username="maria"),
        Seen((number(new),), changed_from=(number(variant), first)),
        Seen((second,), changed_from=(first, number(old))),
    ]


@settings(max_examples=60)
@given(st.integers(0, 2).flatmap(lambda person: st.permutations(of_one(person))))
def test_rule_10_11_any_order_of_sightings_and_changes_converges_to_one_customer_and_one_contact(
    order: list[Seen],
) -> None:
    """In any order, also where a change is told before anybody was seen."""
    pair = Pair()
    for seen in order:
        happens(pair, seen)
    is_right(pair, order)
    assert len([each for each in pair.book.contacts() if pair.book.contact(each).superseded_by is None]) == 1


def test_a_customer_first_seen_by_user_id_and_later_by_number_is_one_contact_with_all_conversations() -> None:
    pair = Pair()
    by_user_id, by_number, both = (
        Seen((user_alias("BR.9"),)),
        Seen((number("16505550101"),)),
        Seen((number("16505550101"), user_alias("BR.9"))),
    )
    for seen in (by_user_id, by_number):
        happens(pair, seen)
    assert len(pair.book.contacts()) == 2
    happens(pair, both)
    is_right(pair, [by_user_id, by_number, both])
    first, second = pair.talks.facts(ConversationOpened)
    assert pair.talks.customer(first.customer_id).conversations[first.conversation_id].state == "open"
    assert pair.talks.customer(second.customer_id).conversations[second.conversation_id].state == "closed"
