"""Invariant 4 and rule 5 for contacts: facts told again and in any legal order leave the same contact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from crm.domain.contact import Contact
from hypothesis import given
from hypothesis import strategies as st
from recado_events import conversations as told
from recado_events.event import Event
from recado_events.ids import ConversationId, CustomerId, UserId

from tests.crm.stage import NUMBER, Stage, number, user_alias
from tests.harness.on_memory import NOON, ORGANISATION

CUSTOMER = CustomerId(UUID(int=1))
FIRST, SECOND = ConversationId(UUID(int=2)), ConversationId(UUID(int=3))
ANA, BRUNO = UserId(UUID(int=4)), UserId(UUID(int=5))
PLACE: Any = {"organisation_id": ORGANISATION, "phone_number_id": NUMBER, "customer_id": CUSTOMER}


def identity(**what: Any) -> told.Identity:
    return told.Identity(**{"aliases": (), **what})


IDENTIFIED = told.CustomerIdentified(
    **PLACE, identified_at=NOON, personal=identity(aliases=(number("5511987654321"),), profile_name="Sofia")
)
NAMES = [
    told.CustomerRenamed(**PLACE, renamed_at=NOON, personal=identity(profile_name=name, username=username))
    for name, username in (("Sofia R.", None), ("S.", "sofia"), ("S.", "sofia.r"))
]
ALIASES = [
    told.CustomerAliasesAdded(**PLACE, reason="seen", added_at=NOON, personal=identity(aliases=(user_alias(alias),)))
    for alias in ("BR.1", "BR.2")
]
TALK: Callable[[ConversationId], Any] = lambda talk: {**PLACE, "conversation_id": talk}  # noqa: E731
TALKS: list[Event] = [
    told.ConversationOpened(**TALK(FIRST), initiated_by="customer", opened_at=NOON),
    told.ConversationAssigned(**TALK(FIRST), user_id=ANA, how="rota", assigned_at=NOON),
    told.ConversationAssigned(**TALK(FIRST), user_id=BRUNO, how="person", assigned_at=NOON),
    told.ConversationClosed(**TALK(FIRST), reason="person", closed_at=NOON),
    told.ConversationReopened(**TALK(FIRST), reopened_at=NOON),
    told.ConversationUnassigned(**TALK(FIRST), user_id=BRUNO, reason="inactive", unassigned_at=NOON),
    told.ConversationClosed(**TALK(FIRST), reason="person", closed_at=NOON),
    told.ConversationOpened(**TALK(SECOND), initiated_by="customer", opened_at=NOON),
    told.ConversationAssigned(**TALK(SECOND), user_id=BRUNO, how="rota", assigned_at=NOON),
]


@st.composite
def legal_orders(draw: st.DrawFn) -> list[Event]:
    """What concerns one thing stays in its order; what concerns different things comes in any. Each is told 1 to 3
    times in a row."""
    queues: list[list[Event]] = [list(TALKS), list(NAMES), list(ALIASES)]
    order: list[Event] = [IDENTIFIED]
    while remaining := [queue for queue in queues if queue]:
        order.append(draw(st.sampled_from(remaining)).pop(0))
    return [event for event in order for _ in range(draw(st.integers(1, 3)))]


def outcome(events: Sequence[Event]) -> Contact:
    stage = Stage()
    for event in events:
        stage.hears(event)
    (contact,) = stage.contacts()
    return _unordered(stage.contact(contact))


def _unordered(contact: Contact) -> Contact:
    """Aliases are a set; their order is only that of learning."""
    return replace(
        contact,
        aliases=tuple(sorted(contact.aliases, key=lambda alias: alias.value)),
        values=MappingProxyType(dict(contact.values)),
        talks=MappingProxyType(dict(sorted(contact.talks.items()))),
    )


@given(legal_orders())
def test_any_legal_order_and_any_repetition_leave_the_same_contact(order: list[Event]) -> None:
    assert outcome(order) == outcome([IDENTIFIED, *NAMES, *ALIASES, *TALKS])


@given(st.integers(1, len(TALKS)), legal_orders())
def test_a_beginning_that_was_never_heard_leaves_the_rest_as_it_would_be(lost: int, order: list[Event]) -> None:
    """Whatever of the start is missing, the conversations, their states and the last name are there."""
    whole, rest = outcome(order), outcome(order[lost:])
    assert set(rest.talks) <= set(whole.talks)
    assert rest.talks[SECOND] == whole.talks[SECOND]
    assert len(rest.links) == len(whole.links) == 1
    assert rest.owner_id in {ANA, BRUNO}
