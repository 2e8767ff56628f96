"""Contacts, and as whom each of them is met now."""

from __future__ import annotations

from typing import cast

from recado_chassis.work import Work
from recado_events.ids import ContactId

from crm.application.folds import FOLDS
from crm.domain.contact import Contact


class People:
    def contact(self, work: Work, contact_id: ContactId) -> Contact:
        return cast(Contact, work.state(f"contact-{contact_id}", FOLDS["contact"]))

    def survivor(self, work: Work, contact_id: ContactId) -> ContactId:
        while (by := self.contact(work, contact_id).superseded_by) is not None:
            contact_id = by
        return contact_id

    def met_as(self, work: Work, contact_id: ContactId) -> list[tuple[ContactId, Contact]]:
        """What a contact is superseded by, one after the other; the last is whom everybody meets."""
        found: list[tuple[ContactId, Contact]] = []
        at = self.contact(work, contact_id).superseded_by
        while at is not None:
            found.append((at, self.contact(work, at)))
            at = found[-1][1].superseded_by
        return found

    def homes_in(self, work: Work, contact_id: ContactId, survivor: Contact) -> set[ContactId]:
        """This contact, and of the homes that the survivor knows those superseded by it."""
        homes = set(survivor.homes.values())
        return {contact_id} | {home for home in homes if contact_id in {each for each, _ in self.met_as(work, home)}}
