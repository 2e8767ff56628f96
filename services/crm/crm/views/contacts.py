"""The rows of a contact: itself, its fields, aliases, notes and conversations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from recado_events import crm as told
from recado_events.identity import Alias
from recado_events.numbers import variants

from crm.domain.contact import NAME
from crm.views.change import Change, Changes, as_json, of_contact
from crm.views.folding import folded, sort_key

_DIGITS = 20
"""No telephone number is longer."""


def rows(event: told.OfContact, position: int) -> Changes:
    match event:
        case told.ContactCreated():
            yield of_contact(event, "created", created_at=event.created_at)
            if event.personal is not None and event.personal.name is not None:
                yield from _field(event, NAME, event.personal.name)
            yield from _aliases(event, position, event.personal.aliases if event.personal else ())
            yield of_contact(event, "searched")
        case told.ContactAliasesAdded():
            yield from _aliases(event, position, event.personal.aliases if event.personal else ())
            yield of_contact(event, "searched")
        case told.ContactOwnerChanged():
            yield of_contact(event, "owner", owner_id=event.owner_id, at=event.changed_at)
        case told.ContactFieldsEdited():
            for edit in event.personal.edits if event.personal else ():
                yield from _field(event, edit.field, edit.after)
            yield of_contact(event, "searched")
        case told.ContactNoteAdded():
            yield _note(event)
        case told.ContactLinked() | told.ContactUsernameChanged():
            yield from _customer(event)
        case told.ContactSuperseded() | told.ContactMergedInto() | told.ContactUnmerged() | told.ContactRestored():
            yield from _superseding(event, position)
        case _:
            yield from _conversations(event)


Superseding = told.ContactSuperseded | told.ContactMergedInto | told.ContactUnmerged | told.ContactRestored


def _superseding(event: Superseding, position: int) -> Changes:
    match event:
        case told.ContactSuperseded() | told.ContactMergedInto():
            yield of_contact(event, "superseded", survivor_id=event.survivor_id)
        case told.ContactUnmerged():
            for alias in event.personal.aliases if event.personal else ():
                yield of_contact(event, "alias_lost", kind=alias.kind, value=alias.value)
                yield of_contact(event, "number_lost", value=alias.value)
            yield of_contact(event, "searched")
            about = {"conversations": list(event.conversations), "customers": list(event.customers)}
            yield of_contact(event, "lines_back", unmerged_id=event.unmerged_id, **about)
        case told.ContactRestored():
            yield from _restored(event, position)


def _restored(event: told.ContactRestored, position: int) -> Changes:
    """Its customers' conversations come back from wherever they began; the lines that tell of them did already."""
    yield of_contact(event, "superseded", survivor_id=None)
    yield from _aliases(event, position, [each.alias for each in event.personal.aliases] if event.personal else ())
    yield of_contact(event, "searched")
    talks = [talk.conversation_id for talk in event.conversations]
    yield of_contact(event, "conversations_back", conversations=talks)


def _field(event: told.OfContact, name: str, value: Any) -> Changes:
    yield of_contact(event, "field", field=name, value=as_json(value), folded=folded(value), at=event.happened_at)
    if name == NAME:
        yield of_contact(event, "sorted", sort_key=sort_key(value))


def _aliases(event: told.OfContact, position: int, aliases: Iterable[Alias]) -> Changes:
    for place, alias in enumerate(aliases):
        yield of_contact(event, "alias", kind=alias.kind, value=alias.value, position=position, place=place)
        if alias.kind in ("wa_id", "variant") and len(alias.value) <= _DIGITS:
            canonical = min((alias.value, *variants(alias.value)))
            yield of_contact(event, "number", value=alias.value, canonical=canonical)


def _customer(event: told.ContactLinked | told.ContactUsernameChanged) -> Changes:
    """What customers are called stays with them, whatever contact they are linked to."""
    if isinstance(event, told.ContactLinked):
        yield of_contact(event, "searched_without", customer_id=event.customer_id)
        yield of_contact(event, "linked", customer_id=event.customer_id)
    else:
        username = event.personal.username if event.personal else None
        named = {"username": username, "folded": folded(username).removeprefix("@"), "told_at": event.changed_at}
        yield of_contact(event, "username", customer_id=event.customer_id, **named)
    yield of_contact(event, "searched_with", customer_id=event.customer_id)


def _note(event: told.ContactNoteAdded) -> Change:
    return of_contact(
        event,
        "note",
        note_id=event.note_id,
        message_id=event.message_id,
        added_by=event.added_by,
        added_at=event.added_at,
        text=as_json(event.personal.text) if event.personal else None,
    )


def _conversations(event: told.OfContact) -> Changes:
    match event:
        case told.ContactConversationStarted():
            yield of_contact(
                event,
                "conversation",
                conversation_id=event.conversation_id,
                phone_number_id=event.phone_number_id,
                started_at=event.started_at,
            )
        case told.ContactConversationAssigned():
            yield of_contact(
                event, "conversation_assigned", conversation_id=event.conversation_id, user_id=event.user_id
            )
        case told.ContactConversationUnassigned():
            yield of_contact(event, "conversation_assigned", conversation_id=event.conversation_id, user_id=None)
        case told.ContactConversationClosed():
            yield of_contact(
                event, "conversation_state", conversation_id=event.conversation_id, closed_at=event.closed_at
            )
        case told.ContactConversationReopened():
            yield of_contact(event, "conversation_state", conversation_id=event.conversation_id, closed_at=None)
