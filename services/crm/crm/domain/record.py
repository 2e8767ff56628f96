"""What people do with a contact: update fields, change the owner, add notes. Every change tells by whom, from what."""

from __future__ import annotations

import json
from collections.abc import Mapping

from recado_events.crm import (
    ContactCreated,
    ContactDetails,
    ContactFieldsEdited,
    ContactNoteAdded,
    ContactOwnerChanged,
    Edits,
    FieldEdit,
    NoteText,
)
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import ContactId

from crm.commands import AddNote, ChangeOwner, CreateContact, EditFields, OnContact
from crm.domain.contact import NAME, Contact
from crm.domain.custom_fields import check_values
from crm.domain.refusals import (
    ContactIsSuperseded,
    NothingKnown,
    NumberKnown,
    TooMuch,
    UnknownContact,
    UnknownUser,
)
from crm.domain.setup import Setup
from crm.domain.staff import Staff

VALUES = 256 * 1024
"""Bytes of all that is written on one contact, as JSON: an edit tells values before and after it."""


def check_contact(command: OnContact, contact: Contact, staff: Staff) -> None:
    """For whatever changes what is seen of it: a superseded one is not seen."""
    _check(command, contact, staff)
    _check_not_superseded(contact)


def _check(command: OnContact, contact: Contact, staff: Staff) -> None:
    if contact.organisation_id != command.organisation_id:
        raise UnknownContact
    staff.check_may_change(command.by, contact.owner_id)


def _check_not_superseded(contact: Contact) -> None:
    """Nobody would see what is changed here: whoever is met now is met as the survivor."""
    if contact.superseded_by is not None:
        raise ContactIsSuperseded(superseded_by=str(contact.superseded_by))


def create_contact(
    command: CreateContact, contact: Contact, known: ContactId | None, staff: Staff, setup: Setup
) -> list[Event]:
    """Whoever makes it owns it. `known` has the same number; one with a variant of it is suggested as a duplicate."""
    staff.check_may_change(command.by, command.by.user_id)
    if contact.exists:
        return []
    if known is not None:
        raise NumberKnown
    check_values(command.values, setup)
    if command.number is None and not (command.values.get(NAME) or command.values.get("email")):
        raise NothingKnown
    org, by, now = command.organisation_id, command.by.user_id, command.now
    aliases = () if command.number is None else (Alias(kind="wa_id", value=command.number),)
    name = command.values.get(NAME)
    created = ContactCreated(
        organisation_id=org,
        contact_id=command.contact_id,
        origin=command.origin,
        created_by=by,
        created_at=now,
        personal=ContactDetails(name=name if isinstance(name, str) else None, aliases=aliases),
    )
    owned = ContactOwnerChanged(
        organisation_id=org,
        contact_id=command.contact_id,
        owner_id=by,
        why="person",
        changed_by=by,
        links=(),
        changed_at=now,
    )
    return [created, owned]


def edit_fields(command: EditFields, contact: Contact, staff: Staff, setup: Setup) -> list[Event]:
    check_contact(command, contact, staff)
    check_values(command.values, setup)
    edits = tuple(
        FieldEdit(field=name, before=contact.values.get(name), after=value)
        for name, value in command.values.items()
        if contact.values.get(name) != value
    )
    if not edits:
        return []
    before, after = _bytes(contact.values), _bytes({**contact.values, **command.values})
    if after > max(VALUES, before):
        raise TooMuch(limit=VALUES)
    return [
        ContactFieldsEdited(
            organisation_id=command.organisation_id,
            contact_id=command.contact_id,
            fields=tuple(edit.field for edit in edits),
            edited_by=command.by.user_id,
            edited_at=command.now,
            personal=Edits(edits=edits),
        )
    ]


def _bytes(values: Mapping[str, str | bool | None]) -> int:
    return sum(len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")) for value in values.values())


def change_owner(command: ChangeOwner, contact: Contact, staff: Staff) -> list[Event]:
    """Holds for new conversations; a running one keeps its assignee."""
    check_contact(command, contact, staff)
    if not staff.serves(command.owner_id):
        raise UnknownUser(user_id=str(command.owner_id))
    if contact.owner_id == command.owner_id:
        return []
    return [
        ContactOwnerChanged(
            organisation_id=command.organisation_id,
            contact_id=command.contact_id,
            owner_id=command.owner_id,
            previous_id=contact.owner_id,
            why="person",
            changed_by=command.by.user_id,
            links=contact.links,
            changed_at=command.now,
        )
    ]


def add_note(command: AddNote, contact: Contact, staff: Staff) -> list[Event]:
    _check(command, contact, staff)
    if command.note_id in contact.notes:
        return []
    return [
        ContactNoteAdded(
            organisation_id=command.organisation_id,
            contact_id=command.contact_id,
            note_id=command.note_id,
            message_id=command.message_id,
            added_by=command.by.user_id,
            added_at=command.now,
            personal=NoteText(text=command.text),
        )
    ]
