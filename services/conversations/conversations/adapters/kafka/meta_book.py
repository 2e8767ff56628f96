"""The address book of the phone app, as Meta hands it over. Meta's contract, section 11."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from conversations.adapters.kafka.meta_people import aliases_of, moment_of
from conversations.adapters.kafka.meta_update import Told
from conversations.commands import CardTold, NotePhoneBook, SetAsideUpdate
from conversations.domain.meta_values import object_of, text_of

FIELD = "smb_app_state_sync"


def phone_book(told: Told) -> NotePhoneBook | SetAsideUpdate:
    """Whom the phone knows, and whom not any more. What names nobody is kept whole."""
    changes = told.body.get("state_sync")
    cards = tuple(_cards(told, changes)) if isinstance(changes, list) else ()
    if not cards:
        return told.set_aside()
    return NotePhoneBook(
        organisation_id=told.organisation_id,
        phone_number_id=told.phone_number_id,
        cards=cards,
        now=moment_of(told.update, None).now,
    )


def _cards(told: Told, changes: list[Any]) -> Iterator[CardTold]:
    """An edited contact is added once more."""
    for change in map(object_of, changes):
        contact, action = object_of(change.get("contact")), change.get("action")
        name = text_of(contact.get("full_name")) or text_of(contact.get("first_name"))
        digits = re.sub(r"\D", "", text_of(contact.get("phone_number")) or "")
        aliases = aliases_of(("wa_id", digits), ("user_id", contact.get("user_id")))
        is_one = change.get("type") == "contact" and (action == "remove" or (action == "add" and name is not None))
        if is_one and aliases:
            at = moment_of(told.update, object_of(change.get("metadata")).get("timestamp")).occurred_at
            yield CardTold(aliases=aliases, name=None if action == "remove" else name, told_at=at)
