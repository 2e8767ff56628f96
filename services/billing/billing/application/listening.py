"""What billing notes of numbers, customers and people, to rate by it later."""

from __future__ import annotations

from dataclasses import replace

from recado_chassis.caller import Caller
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.envelope import Cause

from billing.application.books import FOLDS, Books
from billing.commands import JoinCustomers, NoteAd, NoteNumber, NoteUser, NoteWindow
from billing.domain import acquainting, counters, staff
from billing.domain.staff import Staff, staff_stream


class Listening:
    def __init__(self, books: Books, streams: Streams) -> None:
        self._books = books
        self._streams = streams

    def note_number(self, work: Work, command: NoteNumber, cause: Cause) -> None:
        number = self._books.number(work, command.organisation_id, command.phone_number_id)
        account = self._books.account(work, command.organisation_id, command.waba_id)
        self._books.enter(work, counters.note_number(command, number, account), command.now, cause)

    def note_window(self, work: Work, command: NoteWindow, cause: Cause) -> None:
        command = replace(command, customer_id=self._books.survivor(work, command.customer_id))
        known = self._books.dealings(work, command.customer_id)
        self._books.enter(work, acquainting.note_window(command, known), command.now, cause)

    def note_ad(self, work: Work, command: NoteAd, cause: Cause) -> None:
        command = replace(command, customer_id=self._books.survivor(work, command.customer_id))
        known = self._books.dealings(work, command.customer_id)
        self._books.enter(work, acquainting.note_ad(command, known), command.now, cause)

    def join_customers(self, work: Work, command: JoinCustomers, cause: Cause) -> None:
        survivor, merged_id = (self._books.survivor(work, each) for each in (command.customer_id, command.merged_id))
        command = replace(command, customer_id=survivor, merged_id=merged_id)
        merged = self._books.dealings(work, merged_id)
        self._books.enter(work, acquainting.join_customers(command, merged), command.now, cause)

    def note_user(self, work: Work, command: NoteUser, cause: Cause) -> None:
        known = self._books.staff(work, command.organisation_id)
        self._books.enter(work, staff.note_user(command, known), command.now, cause)

    def standing(self, who: Caller) -> Caller | None:
        """None for who may not come in any more; a token never makes anybody more than it says."""
        if who.organisation_id is None:
            return who
        people: Staff = self._streams.read(staff_stream(who.organisation_id), FOLDS["staff"])
        known = people.known(who.user_id)
        if not known.active:
            return None
        return replace(who, role="member") if who.role == "administrator" and known.role == "member" else who
