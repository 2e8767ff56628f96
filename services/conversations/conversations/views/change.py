"""A change of a row, and the fold that tells which changes an event makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from recado_events import conversations as told
from recado_events.event import Event


@dataclass(frozen=True, slots=True)
class Change:
    """The name of a statement, and its values by name."""

    statement: str
    values: dict[str, Any]


Changes = Iterator[Change]


@singledispatch
def changes(event: Event, position: int) -> Changes:
    """Events that no screen shows change nothing."""
    return iter(())


def of_organisation(event: Event, statement: str, **values: Any) -> Change:
    return Change(statement, {"organisation_id": event.organisation_id, **values})


def of_customer(event: told.OfCustomer, statement: str, **values: Any) -> Change:
    place = {"customer_id": event.customer_id, "phone_number_id": event.phone_number_id}
    return of_organisation(event, statement, **place, **values)


def of_conversation(event: told.OfConversation, statement: str, **values: Any) -> Change:
    return of_customer(event, statement, conversation_id=event.conversation_id, **values)
