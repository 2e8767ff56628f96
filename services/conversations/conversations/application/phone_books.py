"""The address book of the phone in which a number lives too: names for those who tell none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import cast
from uuid import UUID, uuid5

from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.identity import Alias
from recado_events.ids import OrganisationId, PhoneNumberId

from conversations.application.customers import place
from conversations.application.scene import Scene, fold_of
from conversations.commands import NotePhoneBook, Sighting
from conversations.domain import phone_book
from conversations.domain.customer import Customer
from conversations.domain.phone_book import Card


class PhoneBooks:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def note(self, work: Work, command: NotePhoneBook, cause: Cause) -> None:
        scene, org, number = self._scene, command.organisation_id, command.phone_number_id
        scene.record(work, phone_book.begin(command, scene.desk(work, org, number)), cause)
        work.load({name: fold_of(name) for name in self.streams_of(command)})
        for told in command.cards:
            for alias in told.aliases:
                stream = self._stream(org, number, alias)
                noted = phone_book.note_card(command, told, _id_in(stream), self._card(work, stream))
                scene.record(work, noted, cause)
                self._call(work, command, alias, self._card(work, stream), cause)

    def _call(self, work: Work, command: NotePhoneBook, alias: Alias, card: Card, cause: Cause) -> None:
        scene, org, number = self._scene, command.organisation_id, command.phone_number_id
        for customer_id in scene.owners(work, scene.alias_keys(org, number, (alias,))):
            at = place(org, number, customer_id)
            scene.record(work, phone_book.call(command, card, scene.customer(work, customer_id), at), cause)

    def sighted(
        self,
        work: Work,
        organisation_id: OrganisationId,
        phone_number_id: PhoneNumberId,
        sighting: Sighting,
        customer: Customer,
    ) -> Sighting:
        """With what the phone calls them, where nothing else is known to call them by."""
        if sighting.profile_name or customer.profile_name or customer.book_name:
            return sighting
        if not self._scene.desk(work, organisation_id, phone_number_id).has_phone_book:
            return sighting
        streams = [self._stream(organisation_id, phone_number_id, alias) for alias in sighting.aliases]
        work.load({name: fold_of(name) for name in streams})
        names = [name for each in streams if (name := self._card(work, each).name) is not None]
        return replace(sighting, book_name=names[0]) if names else sighting

    def streams_of(self, command: NotePhoneBook) -> Iterable[str]:
        org, number = command.organisation_id, command.phone_number_id
        return [self._stream(org, number, alias) for told in command.cards for alias in told.aliases]

    def _card(self, work: Work, stream: str) -> Card:
        return cast(Card, work.state(stream, fold_of(stream)))

    def _stream(self, organisation_id: OrganisationId, phone_number_id: PhoneNumberId, alias: Alias) -> str:
        """The same for all spellings of a number; without the key of the fingerprints nobody can tell whose it is."""
        keys = self._scene.alias_keys(organisation_id, phone_number_id, (alias,))
        return f"card-{uuid5(organisation_id, 'card ' + min(key.value for key in keys))}"


def _id_in(stream: str) -> UUID:
    return UUID(stream.removeprefix("card-"))
